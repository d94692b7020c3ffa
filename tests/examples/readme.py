#!/usr/bin/env python3
"""What README.md shows is what happens: its stack builds, its files come out, its error is printed so."""
import os, re, sys, tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
sys.dont_write_bytecode = True
from harness import *

t = Tally()
with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as f:
    readme = f.read()
blocks = re.findall(r'^```(\w*)\n(.*?)^```', readme, flags=re.M | re.S)
stacks = [b for kind, b in blocks if kind == 'mlops']
files = [b for kind, b in blocks if kind == '' and b.startswith('out/')]
errors = [b for kind, b in blocks if kind == '' and b.startswith('error[')]
t.check(len(stacks) == len(files) == len(errors) == 1, 'one stack, one list of files, one error', repr([b[0] for b in blocks]))
t.check(not re.search(r'^@\w+@$', readme, flags=re.M), 'nothing is left to be filled in')
for path in re.findall(r'\]\(([^)#:]+)\)', readme):
    t.check(os.path.exists(os.path.join(ROOT, path)), 'there is ' + path)
with tempfile.TemporaryDirectory() as folder:
    write_tree(folder, {'stack.mlops': stacks[0]})
    r = run('check', '--deny-warnings', cwd=folder)
    t.check(r.status == 0, 'the stack is without a mistake', show(r))
    r = run('build', cwd=folder)
    t.check(r.status == 0 and not r.err, 'the stack builds', show(r))
    top, *lines = files[0].splitlines()
    made = read_tree(os.path.join(folder, top.strip()))
    named = [w for l in lines for w in re.findall(r'(?<![\w.*-])([\w./*-]+\.(?:sh|yaml|lock)|XXH128SUMS)', l.split('   ')[0] + '   ' + l)]
    t.check(len(named) >= 6, 'files are named', repr(named))
    for name in set(named):
        pattern = re.escape(name).replace(r'\*', '[^/]*') + '$'
        t.check(any(re.match(pattern, p) for p in made), 'out/ has ' + name, '\n'.join(made))
    # the error, made as the README says
    change = re.search(r'with `(\w+) = ([^`]+)`', readme)
    found = re.findall(r'^.*\b%s = \S+.*$' % change[1], stacks[0], flags=re.M)
    wrong = stacks[0].replace(found[0], re.sub(r'\b%s = \S+' % change[1], '%s = %s' % (change[1], change[2]), found[0]), 1)
    write_tree(folder, {'stack.mlops': wrong})
    r = run('check', '--color', 'never', '--quiet', cwd=folder)
    got = r.err.decode().split('\n\n')[0].strip('\n')
    t.check(r.status == 2 and got == errors[0].strip('\n'), 'the error', difference(errors[0].strip('\n').encode(), got.encode(), 'in README.md'))
t.end()
