#!/usr/bin/env python3
"""Law: a build's bytes depend on its input alone: not on locale, time zone, home, environment, working folder, the order of
declarations, where the system puts things in memory, or the compiler that compiled us. Over the examples and generated programs."""
import glob, os, random, shutil, subprocess, sys, tempfile
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from batch import *
from generate import program

t = Tally()
CLEAN = {'PATH': os.environ.get('PATH', '/bin'), **{k: v for k, v in os.environ.items() if k.endswith('SAN_OPTIONS')}}
NOISE = {**{'MLOPS_%d' % i: 'x' * i for i in range(300)}, 'STDLIB': '/nowhere', 'MLOPSC_STDLIB': '/nowhere', 'NO_COLOR': '1', 'COLUMNS': '10', 'LINES': '3',
         'POSIXLY_CORRECT': '1', 'SOURCE_DATE_EPOCH': '1', 'TMPDIR': '/nonexistent', 'LANGUAGE': 'de', 'TERM': 'xterm-256color', 'MALLOC_PERTURB_': '165'}
VARIANTS = {
    'no environment': {},
    'locale': {**CLEAN, 'LC_ALL': 'tr_TR.UTF-8', 'LANG': 'de_DE.UTF-8'},
    'locale C': {**CLEAN, 'LC_ALL': 'C'},
    'time zone': {**CLEAN, 'TZ': 'Pacific/Kiritimati'},
    'home': {**CLEAN, 'HOME': '/nonexistent', 'USER': 'nobody', 'XDG_CONFIG_HOME': '/nonexistent'},
    'noise': {**CLEAN, **NOISE},
}


def other_program():
    """mlopsc by the other C compiler, or why there is none."""
    if ASAN:
        return None, 'the release build does it'
    with open(MLOPSC, 'rb') as f:
        mine = 'clang' if b'clang version' in f.read() else 'gcc'
    other = 'gcc' if mine == 'clang' else 'clang'
    if not shutil.which(other):
        return None, 'there is no ' + other
    folder = os.path.join('build', 'other-' + other)
    r = subprocess.run(['make', '-s', 'B=' + folder, 'CC=' + other, 'CONFIG=debug', folder + '/mlopsc'], cwd=ROOT, capture_output=True, text=True)
    if r.returncode:
        t.fail('builds by ' + other, r.stdout + r.stderr)
        return None, 'it cannot be built'
    return os.path.join(ROOT, folder, 'mlopsc'), other


def build(folder, env=CLEAN, cwd=None, file='stack.mlops', program=None, prefix=(), shuffle=None):
    """The tree that a build of a folder's stack makes."""
    out = tempfile.mkdtemp()
    try:
        command = [*prefix, program or MLOPSC, 'build', '-o', out, file]
        r = run(*command[1:], program=shutil.which(command[0]) or command[0], cwd=cwd or folder, env=env, timeout=120)
        return r, read_tree(out)
    finally:
        shutil.rmtree(out)


def facts(tree):
    """Without what speaks of the source's own bytes."""
    return {p: b'\n'.join(l for l in d.split(b'\n') if not l.startswith(b'source ')) if p.endswith('mlops.lock') else d for p, d in tree.items()}


other, which = other_program()
if not other:
    t.skip('other compiler', which)
setarch = shutil.which('setarch')
if not setarch or subprocess.run([setarch, os.uname().machine, '-R', 'true'], capture_output=True).returncode:
    t.skip('address layout', 'setarch -R cannot be used here')
    setarch = None

with tempfile.TemporaryDirectory() as work:
    folders = {}
    for stack in sorted(glob.glob(os.path.join(ROOT, 'examples', '*', 'stack.mlops'))):
        folders[os.path.basename(os.path.dirname(stack))] = os.path.dirname(stack)
    made = {}
    for seed in range(100 if FULL else 15):
        made[seed] = program(seed)
        folders['generated %d' % seed] = os.path.join(work, 'g%d' % seed)
        write_tree(folders['generated %d' % seed], {'stack.mlops': made[seed].text()})
    for name, folder in folders.items():
        if not t.wants(name):
            continue
        first, want = build(folder)
        if not t.check(first.status == 0 and want, name + ' builds', show(first)):
            continue

        def same(what, result, turn=lambda x: x):
            r, got = result
            t.check(r.status == 0 and turn(got) == turn(want), '%s: %s' % (name, what), lambda: show(r) + trees_differ(turn(want), turn(got), 20))
        for what, env in VARIANTS.items():
            same(what, build(folder, {**env, **{k: v for k, v in CLEAN.items() if k.endswith('SAN_OPTIONS')}}))
        same('again', build(folder))
        if setarch:
            same('without address randomisation', build(folder, prefix=(setarch, os.uname().machine, '-R')))
        if other:
            same('by ' + which, build(folder, program=other))
        # another folder, a longer path, another time
        deep = os.path.join(work, 'a folder with blanks', 'é' * 20, os.path.basename(folder))
        shutil.copytree(folder, deep, ignore=shutil.ignore_patterns('out'))
        for at, _, files in os.walk(deep):
            for f in files:
                os.utime(os.path.join(at, f), (1, 1))
        same('another folder', build(deep))
        same('no terminal, limits', build(folder, prefix=('/bin/sh', '-c', 'umask 077; ulimit -n 64; exec "$0" "$@"')))
        r, elsewhere = build(folder, cwd='/', file=os.path.join(folder, 'stack.mlops'))
        same('named from another folder', (r, elsewhere), facts)
        shutil.rmtree(os.path.join(work, 'a folder with blanks'))
    # the order of declarations
    for seed, made_program in made.items():
        if not t.wants('order %d' % seed):
            continue
        first, want = build(folders['generated %d' % seed])
        for k in range(3):
            order = list(range(len(made_program.declarations)))
            random.Random(k).shuffle(order)
            folder = os.path.join(work, 'shuffled')
            write_tree(folder, {'stack.mlops': made_program.text(order)})
            r, got = build(folder)
            t.check(r.status == 0 and facts(got) == facts(want), 'order %d/%d of declarations' % (seed, k), lambda: show(r) + trees_differ(facts(want), facts(got), 30))
    # what an env changes does not depend on the order of its lines, nor --set on the order of flags
    text = 'stack s { edition = 2026; catalog = khaos-2024; namespace = "s" }\nparam a : int = 1\nparam b : string = "b"\n' \
           'kind k { x : int = a0; a0 : int = 3; manifest configmap(name) { data: { x: "${x}", a: "${a0}" } } }\ncomponent c : k { x = a }\n'
    results = []
    for lines in (['a = 2', 'c.a0 = 9', 'b = "z"'], ['b = "z"', 'c.a0 = 9', 'a = 2']):
        r = run('build', '--stdout', '--env', 'e', '-', stdin=(text + 'env e {\n%s\n}\n' % '\n'.join(lines)).encode())
        results.append(r[:2])
        t.check(r.status == 0 and b'x: "2"' in r.out and b'a: "9"' in r.out, 'env applies', show(r))
    t.check(results[0] == results[1], 'order of an env')
    folder = os.path.join(work, 'sets')
    write_tree(folder, {'stack.mlops': text})
    trees = []
    for sets in (('a=5', 'b=q'), ('b=q', 'a=5')):
        out = os.path.join(work, 'sets-' + sets[0])
        r = run('build', '-o', out, '--set', sets[0], '--set', sets[1], cwd=folder)
        t.check(r.status == 0, 'sets build', show(r))
        trees.append(read_tree(out))
    t.check(trees[0] == trees[1], 'order of --set', trees_differ(*trees))
t.end()
