#!/usr/bin/env python3
"""Law: a build over an earlier one leaves what a build from nothing would make, and says the same about errors and warnings,
whatever has changed in between: sources, data, YAML, the output itself, flags."""
import json, os, shutil, sys, tempfile, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from batch import *

t = Tally()
FILES = {
    'stack.mlops': 'stack demo { edition = 2026; catalog = khaos-2024; namespace = "demo" }\nuse "more/shared.mlops"\nuse "legacy.yaml"\n'
                   'param mood : string = "calm"\n'
                   'kind note {\n  text : string = "a"\n  manifest configmap(name) { data: { text: text } }\n  check text != "odd" else warn odd-text "${name} is odd"\n}\n'
                   'component a : note { text = shared }\ncomponent b : note { text = mood }\n'
                   'detector d { bound : float = 1.0 }\ninterface scored { name : string }\nkind scorer { gives scored { name: name } }\n'
                   'kind watcher {\n  needs model : scored\n  runs data : d\n  config name { "columns.json": json({ reference: policy.reference.path }) }\n}\n'
                   'component fraud : scorer { }\ndrift watch on fraud { runtime = watcher; reference = file("r.csv", label = "b"); data = d(bound = 2.0) }\n'
                   'env staging { mood = "busy" }\n',
    'more/shared.mlops': 'let shared = "one"\n',
    'legacy.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: old, namespace: demo }\ndata: { k: "1" }\n',
    'r.csv': 'a,b\n1,2\n3,4\n',
}


def put(folder, name, text):
    """With a new time, even on a clock that stands still."""
    write_tree(folder, {name: text})


def edit(name, old, new):
    def change(folder):
        text = FILES[name].replace(old, new)
        assert text != FILES[name]
        put(folder, name, text)
    return change


def touch_back(name, old, new):
    """Another text of the same length, with the old times."""
    def change(folder):
        path = os.path.join(folder, name)
        st = os.stat(path)
        edit(name, old, new)(folder)
        os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))
    return change


def output(name, text):
    def change(folder):
        path = os.path.join(folder, 'out', 'demo', name)
        if text is None:
            os.unlink(path)
        else:
            write_tree(os.path.join(folder, 'out', 'demo'), {name: text})
    return change


def moved(a, b):
    def change(folder):
        os.rename(os.path.join(folder, a), os.path.join(folder, b))
    return change


def garbage(data):
    """The index is not what it was."""
    def change(folder):
        out = os.path.join(folder, 'out')
        for name in os.listdir(out):
            if is_index(name):
                path = os.path.join(out, name)
                with open(path, 'rb') as f:
                    text = f.read()
                with open(path, 'wb') as f:
                    f.write(data(text))
        put(folder, 'stack.mlops', FILES['stack.mlops'].replace('"calm"', '"wild"'))
    return change


CASES = {
    'nothing': lambda folder: None,
    'the source': edit('stack.mlops', '"calm"', '"wild"'),
    'the source, of the same size and time': touch_back('stack.mlops', '"calm"', '"wild"'),
    'a used file': edit('more/shared.mlops', 'one', 'two'),
    'a used file, of the same size and time': touch_back('more/shared.mlops', 'one', 'two'),
    'used YAML': edit('legacy.yaml', '"1"', '"2"'),
    'used YAML, of the same size and time': touch_back('legacy.yaml', '"1"', '"2"'),
    'a used file is gone': moved('more/shared.mlops', 'more/other.mlops'),
    'a used file is a folder': lambda folder: (os.unlink(os.path.join(folder, 'legacy.yaml')), os.mkdir(os.path.join(folder, 'legacy.yaml'))),
    'the source is broken': edit('stack.mlops', 'component b', 'component b b'),
    'the source warns': edit('stack.mlops', 'text = mood', 'text = "odd"'),
    'the reference data is gone': moved('r.csv', 's.csv'),
    'a column of the reference data': edit('r.csv', 'a,b', 'c,b'),
    'a number of the reference data': edit('r.csv', '1,2', '5,2'),
    'a number of the reference data, of the same size and time': touch_back('r.csv', '3,4', '6,4'),
    'the reference data is broken': edit('r.csv', '3,4', ',4'),
    'an output file was edited': output('manifests/a.yaml', 'edited: true\n'),
    'an output file was removed': output('manifests/a.yaml', None),
    'the lock was removed': output('mlops.lock', None),
    'the sums were edited': output('XXH128SUMS', 'nonsense\n'),
    'the whole output was removed': lambda folder: shutil.rmtree(os.path.join(folder, 'out', 'demo')),
    'all of out was removed': lambda folder: shutil.rmtree(os.path.join(folder, 'out')),
    'a component was renamed': edit('stack.mlops', 'component b', 'component c'),
    'a component is gone': edit('stack.mlops', 'component b : note { text = mood }\n', ''),
    'the stack was renamed': edit('stack.mlops', 'stack demo', 'stack other'),
    'the index is cut': garbage(lambda text: text[:len(text) // 2]),
    'the index is empty': garbage(lambda text: b''),
    'the index is something else': garbage(lambda text: bytes(range(256)) * 9),
    'the installer lost its bit': lambda folder: os.chmod(os.path.join(folder, 'out', 'demo', 'install.sh'), 0o644),
}
FLAGS = [(), ('--env', 'staging'), ('--set', 'mood=happy'), ('--set', 'mood=a\nset mood=b'), ('--set', 'mood=a', '--set', 'mood=b'), ('-o', 'out'), ('-o', 'elsewhere')]


def build(folder, *args):
    r = run('build', '--format', 'json', *args, cwd=folder)
    return r, diagnostics(r.err)


def seen(folder, where='out'):
    """The files and whether they can be run."""
    at = os.path.join(folder, where)
    tree = read_tree(at) if os.path.isdir(at) else {}
    return {p: (d, os.access(os.path.join(at, p), os.X_OK)) for p, d in tree.items()}


def clean(work, folder, *args):
    """What a build of the same sources makes in a folder without an output."""
    new = tempfile.mkdtemp(dir=work)
    shutil.rmtree(new)
    shutil.copytree(folder, new, ignore=shutil.ignore_patterns('out', 'elsewhere'))
    r, found = build(new, *args)
    return r, found, new


with tempfile.TemporaryDirectory() as work:
    for name, change in CASES.items():
        if not t.wants(name):
            continue
        folder = tempfile.mkdtemp(dir=work)
        write_tree(folder, FILES)
        first, found = build(folder)
        if not t.check(first.status == 0 and found == [], 'rebuild: a first build', show(first)):
            continue
        before = seen(folder)
        change(folder)
        got, found = build(folder)
        want, wanted, other = clean(work, folder)
        t.check(found is not None, 'rebuild, %s: says what happened as JSON' % name, show(got))
        t.check(got.status == want.status and found == wanted, 'rebuild, %s: status and messages of a first build' % name, lambda: show(got) + show(want))
        if want.status == 0:
            now, then = seen(folder), seen(other)
            t.check({p: d for p, d in now.items() if p in then} == then, 'rebuild, %s: the tree of a first build' % name,
                    lambda: trees_differ({p: d[0] for p, d in then.items()}, {p: d[0] for p, d in now.items()}, 15) or 'modes differ')
            ours = [p for p in now if p not in then and not p.startswith('demo/')]
            t.check(not ours, 'rebuild, %s: nothing else' % name, ' '.join(ours))
            again, found = build(folder)
            t.check(again.status == 0 and found == wanted and seen(folder) == now, 'rebuild, %s: and again' % name, show(again))
        else:
            touched = 'output' in name or 'lock' in name or 'sums' in name or 'removed' in name
            t.check(touched or seen(folder) == before, 'rebuild, %s: the old tree is whole' % name, show(got))
    # one folder, many flags, in turn
    if t.wants('flags'):
        folder = tempfile.mkdtemp(dir=work)
        write_tree(folder, FILES)
        for turn in range(2):
            for flags in FLAGS:
                got, found = build(folder, *flags)
                want, wanted, other = clean(work, folder, *flags)
                where = flags[1] if flags[:1] == ('-o',) else 'out'
                then = seen(other, where)
                now = {p: d for p, d in seen(folder, where).items() if p.split('/')[0] in {q.split('/')[0] for q in then}}
                t.check(got.status == want.status == 0 and now == then, 'rebuild with flags %s' % (flags,),
                        lambda: show(got) + trees_differ({p: d[0] for p, d in then.items()}, {p: d[0] for p, d in now.items()}, 15))
    # the summary of a build with nothing to do is that of a build
    if t.wants('summary'):
        folder = tempfile.mkdtemp(dir=work)
        write_tree(folder, FILES)
        one, two, three = (run('build', cwd=folder) for _ in range(3))
        t.check(two[:2] == three[:2] and one.out.splitlines()[0] == two.out.splitlines()[0] and one.out.splitlines()[-1] == two.out.splitlines()[-1] and
                b'files unchanged' in two.out, 'rebuild: the summary', show(one) + show(two) + show(three))
        t.check(run('build', '--deny-warnings', cwd=folder).status == 0, 'rebuild with --deny-warnings')
        write_tree(folder, {'stack.mlops': FILES['stack.mlops'].replace('text = mood', 'text = "odd"')})
        statuses = [run('build', *f, cwd=folder).status for f in ((), ('--deny-warnings',), (), ('--deny-warnings',))]
        t.check(statuses == [0, 2, 0, 2], 'rebuild with warnings, denied or not', str(statuses))
t.end()
