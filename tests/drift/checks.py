#!/usr/bin/env python3
"""The 45 checks of drift policies, each by its number: checks.tsv names the golden case in which it fails, with its arithmetic, and the policy
that passes one step aside. Held here: every number is there, with each code that stdlib/drift/README.md gives it; the case reports that
code in those words; nothing is reported of the policy that passes, and it differs from the other in a line or two (three where both say something of one thing); the code has a page."""
import os, re, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
sys.dont_write_bytecode = True
from harness import *

t = Tally(sys.argv[1] if len(sys.argv) > 1 else '')
CASES = os.path.join(TESTS, 'cases', 'check')


def text(*path):
    try:
        with open(os.path.join(*path)) as f:
            return f.read()
    except FileNotFoundError:
        return ''


def policy(case, name):
    """(first line, last line, what it says) of a policy in a case, with what its model says; its own name and its model's left out."""
    source = text(CASES, case, 'input.mlops')
    m = re.search(r'^drift %s on (\S+) \{\n(.*?)^\}' % re.escape(name), source, flags=re.M | re.S)
    if not m:
        return None
    of = re.search(r'^component %s : [^\n]*\n(.*?)^\}' % re.escape(m[1]), source, flags=re.M | re.S)
    line = source.count('\n', 0, m.start()) + 1
    said = (of[1].replace(m[1], 'MODEL') if of else '') + m[2]
    return line, line + m[0].count('\n'), {l.strip() for l in said.splitlines() if not l.strip().startswith('allow ')}


rows = [l.split('\t') for l in text(TESTS, 'drift', 'checks.tsv').splitlines() if l and not l.startswith('#')]
readme = dict(re.findall(r'^\| (\d+) \| [^|]* \| ([^|]*) \|$', text(ROOT, 'stdlib', 'drift', 'README.md'), flags=re.M))
t.check(sorted(map(int, readme)) == list(range(1, 46)), 'README.md lists the checks 1 to 45', sorted(readme, key=int))
for number, codes in readme.items():
    want, have = set(re.findall(r'\b[EW]\d{4}\b', codes)), {r[1] for r in rows if r[0] == number}
    t.check(want == have and want, 'check %s has cases for its codes' % number, 'README.md: %s; checks.tsv: %s' % (sorted(want), sorted(have)))
for number, code, case, passes, words in rows:
    title = 'check %s, %s in %s' % (number, code, case)
    said = text(CASES, case, 'expect.diag')
    found = re.findall(r'^(?:error|warning)\[%s\b[^\]]*\]: (.*)$' % code, said, flags=re.M)
    t.check(any(words in f for f in found), title + ': the words', '%s\nare not in\n%s' % (words, '\n'.join(found)))
    t.check(any(text(ROOT, at, 'explain', code + '.md') for at in ('compiler', 'stdlib')), title + ': a page')
    where, _, name = passes.rpartition(':')
    good = policy(where or case, name)
    if not t.check(good, title + ': what passes', passes):
        continue
    places = [int(n) for n in re.findall(r'^ *--> input\.mlops:(\d+):', text(CASES, where or case, 'expect.diag'), flags=re.M)]
    t.check(not any(good[0] <= n <= good[1] for n in places), title + ': %s passes' % passes, places)
    bad = policy(case, 'bad')
    if bad and not where:
        apart = bad[2] ^ good[2]
        t.check(len(apart) <= 3, title + ': one step apart', sorted(apart))
drift = {l.split('\t')[0] for l in text(ROOT, 'stdlib', 'codes.tsv').splitlines() if re.match(r'[EW]06', l)}
t.check(drift <= {r[1] for r in rows}, 'every code of the library about drift has a check', sorted(drift - {r[1] for r in rows}))
t.end()
