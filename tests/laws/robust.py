#!/usr/bin/env python3
"""Law: every prefix and thousands of mutations of valid files end in diagnostics: never a crash, a hang, or an error that is not
said. In one process for the most part; the program itself gets a share, whose status must be 0 or 2."""
import concurrent.futures, os, random, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from batch import *
from generate import program

t = Tally()
files = {p: x for p, x in sources().items() if len(x) < 40000}
made = [program(seed, 5).text().encode() for seed in range(60)]
mixed = ('examples/khaos/stack.mlops', 'stdlib/kinds/kafka.mlops', 'stdlib/drift/khaos.mlops')
slow = 6 if ASAN else 1

# A prefix of what parses is not always wrong, but a crash is always ours.
if t.wants('prefixes'):
    for name, text in [(p, files[p]) for p in mixed if p in files] + [('generated %d' % i, made[i]) for i in range(3)]:
        step = 1 if FULL else slow
        judge(t, 'prefixes of ' + name, 'fmt', (text[:i] for i in range(0, len(text) + 1, step)))
        judge(t, 'built prefixes of ' + name, 'build', (text[:i] for i in range(0, len(text) + 1, 1 if FULL else 23 * slow)))

if t.wants('mutations'):
    r = random.Random(1)
    pool = list(files.values()) + made
    n = 40000 if FULL else 6000 // slow
    judge(t, 'mutations', 'fmt', (mutate(r, r.choice(pool), pool) for _ in range(n)))
    judge(t, 'built mutations', 'build', (mutate(r, r.choice(made), made) for _ in range(n // 3)))

if t.wants('program'):
    r = random.Random(2)
    texts = [mutate(r, r.choice(made), made) for _ in range(1000 if FULL else 150 // slow)]
    texts += [made[0][:i] for i in range(0, len(made[0]), 97 * slow)]
    for command in ('check', 'fmt'):
        with concurrent.futures.ThreadPoolExecutor(JOBS) as jobs:
            for i, x in enumerate(jobs.map(lambda text: run(command, '-', stdin=text, timeout=20), texts)):
                t.check(x.status in (0, 2) and (x.status == 0 or b'error[' in x.err), 'program %s %d' % (command, i), show(x))
t.end()
