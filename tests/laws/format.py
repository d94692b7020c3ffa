#!/usr/bin/env python3
"""Law: laying out twice is laying out once, keeps the meaning and every comment. Over every source of the repository and over
generated programs, at first as they are and then with their blanks and line breaks disturbed."""
import os, random, re, sys, tempfile
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from batch import *
from generate import program

t = Tally()
files = sources()
made = [program(seed).text().encode() for seed in range(2000 if FULL else 300)]


def disturbed(text, seed):
    """The same program by the rules of the language: more blanks between tokens, other indentation, empty lines. Strings and
    comments are left alone, which is why lines that hold one keep their inside."""
    r = random.Random(seed)
    out = []
    block = False
    for line in text.decode().split('\n'):
        quotes = line.count('"""')
        if block or quotes:
            block ^= quotes % 2 == 1
            out.append(line)
            continue
        line = r.choice(('', ' ', '\t', '      ')) + line.strip()
        if '"' not in line and '#' not in line:
            line = re.sub(' ', lambda m: r.choice((' ', '  ', '\t')), line) + r.choice(('', '', ' ', '\t'))
        out += [line] + [''] * r.choice((0, 0, 0, 1, 3))
    return '\n'.join(out).encode()


if t.wants('sources'):
    valid = [x for x, e in zip(files.values(), batch('parse', files.values())) if e == 0]
    t.check(len(valid) > len(files) // 2, 'sources', '%d of %d files parse' % (len(valid), len(files)))
    judge(t, 'format sources', 'fmt', files.values())
    judge(t, 'format sources disturbed', 'fmt', [disturbed(x, i) for i, x in enumerate(valid)])
if t.wants('generated'):
    judge(t, 'format generated', 'fmt', made, lambda errors: errors == 0)
    judge(t, 'format generated disturbed', 'fmt', [disturbed(x, i) for i, x in enumerate(made)], lambda errors: errors == 0)
if t.wants('windows'):
    judge(t, 'format CRLF', 'fmt', [x.replace(b'\n', b'\r\n') for x in made[:50]], lambda errors: errors == 0)

# The same by the program itself: what is laid out builds the same objects, and so does a disturbed source.
for seed, text in enumerate(made[:40 if FULL else 12]):
    if not t.wants('build %d' % seed):
        continue
    want = run('build', '--stdout', '-', stdin=text)
    for name, other in (('laid out', run('fmt', '-', stdin=text).out), ('disturbed', disturbed(text, seed))):
        got = run('build', '--stdout', '-', stdin=other)
        t.check(want.status == 0 and want[:2] == got[:2], 'format build %d %s' % (seed, name), lambda: difference(want.out, got.out) + show(got))

# What examples and library look like is what fmt makes of them.
for path, text in files.items():
    if path.startswith(('examples/', 'stdlib/')) and t.wants(path):
        r = run('fmt', '-', '--stdin-name', path, stdin=text)
        t.check(r.status == 0 and r.out == text, 'laid out: ' + path, lambda: show(r._replace(out=b'')) + difference(text, r.out, path))
t.end()
