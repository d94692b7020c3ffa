#!/usr/bin/env python3
"""out/, the compiled examples that a checkout holds, is what the compiler makes of them now, in every env, byte for byte, with nothing
beside it; XXH128SUMS, kustomization.yaml and helmfile.yaml name the files that are there. `build --check` says what the bytes say, of
whatever is done to a file."""
import glob, os, re, sys, tempfile
import yaml
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
sys.dont_write_bytecode = True
from harness import *

OUT = os.path.join(ROOT, 'out')
t = Tally()


def examples():
    """(stack file from the root, its envs, none among them)."""
    for path in sorted(glob.glob(os.path.join(ROOT, 'examples', '*', 'stack.mlops'))):
        with open(path) as f:
            yield os.path.relpath(path, ROOT), [''] + re.findall(r'^env ([a-z0-9-]+)', f.read(), flags=re.M)


def env_flags(env):
    return ['--env', env] if env else []


def folders(path):
    return {n for n in os.listdir(path) if not n.startswith('.mlopsc-')} if os.path.isdir(path) else set()


def file_of(folder, name):
    with open(os.path.join(folder, name), 'rb') as f:
        return f.read()


def check_whole(name, folder):
    """What one file names, another is, and the other way round."""
    files = set(read_tree(folder))
    named = [line.split('  ', 1)[1] for line in file_of(folder, 'XXH128SUMS').decode().splitlines()]
    want = files - {'XXH128SUMS', 'mlops.lock'}
    t.check(sorted(named) == sorted(want), name + ': XXH128SUMS names every file', sorted(want ^ set(named)))
    named = yaml.safe_load(file_of(folder, 'kustomization.yaml')).get('resources') or []
    want = {p for p in files if p.startswith('manifests/') or p == '00-namespaces.yaml'}
    t.check(sorted(named) == sorted(want), name + ': kustomization.yaml names every manifest', sorted(set(named) ^ want))
    want = {p for p in files if p.startswith('helm/') and p.endswith('.values.yaml')}
    releases = yaml.safe_load(file_of(folder, 'helmfile.yaml'))['releases'] if 'helmfile.yaml' in files else []
    named = {v for r in releases for v in r.get('values') or []}
    t.check(named == want, name + ': helmfile.yaml names every values file', sorted(named ^ want))


def check_damage(stack, name, out):
    """`build --check` sees every single byte, also in a file whose size and time are what they were, and a file that is gone;
    `build` mends both."""
    folder = os.path.join(out, name)
    whole = read_tree(folder)

    def seen(what, path):
        r = run('build', '--check', '--all', '-o', out, stack, cwd=ROOT)
        t.check(r.status == 1 and path.encode() in r.out + r.err, 'build --check sees a file %s: %s/%s' % (what, name, path), lambda: show(r))
        r = run('build', '--quiet', '-o', out, stack, cwd=ROOT)
        t.check(r.status == 0 and read_tree(folder) == whole, 'build mends a file %s: %s/%s' % (what, name, path), lambda: show(r))
        write_tree(folder, whole)

    for path, data in sorted(whole.items()):
        full = os.path.join(folder, path)
        before, middle = os.stat(full), len(data) // 2
        with open(full, 'r+b') as f:
            f.seek(middle)
            f.write(bytes([data[middle] ^ 1]))
        os.utime(full, ns=(before.st_atime_ns, before.st_mtime_ns))
        seen('with another byte', path)
        os.unlink(full)
        seen('that is gone', path)
    r = run('build', '--check', '-o', out, stack, cwd=ROOT)
    t.check(r.status == 0, 'build --check: %s is as it was' % name, lambda: show(r))


def check_examples(work):
    made, sizes = {}, []
    for stack, envs in examples():
        for env in envs:
            name = stack.split('/')[1] + (' --env ' + env if env else '')
            before = folders(work)
            r = run('build', '--quiet', '--deny-warnings', '-o', work, *env_flags(env), stack, cwd=ROOT)
            new = sorted(folders(work) - before)
            if not t.check(r.status == 0 and not r.err and len(new) == 1, name + ' makes one folder', '%s %s' % (new, show(r))):
                continue
            folder = new[0]
            made[folder] = name
            want, have = read_tree(os.path.join(work, folder)), read_tree(os.path.join(OUT, folder))
            if t.check(want == have, 'out/%s is what %s makes' % (folder, name),
                       lambda: '%s\nto take it over: make examples' % trees_differ(want, have, 20)):
                for path in want:
                    modes = [os.stat(os.path.join(at, folder, path)).st_mode & 0o100 for at in (work, OUT)]
                    t.check(modes[0] == modes[1], 'out/%s/%s: who may run it' % (folder, path))
            r = run('build', '--check', '-o', OUT, *env_flags(env), stack, cwd=ROOT)
            t.check((r.status == 0) == (want == have), name + ': build --check says what the bytes say', show(r))
            check_whole(folder, os.path.join(work, folder))
            if not env:
                sizes.append((sum(map(len, want.values())), stack, folder))
    t.check(made, 'there are examples')
    extra = folders(OUT) - set(made)
    t.check(not extra, 'out/ holds nothing that no example makes', sorted(extra))
    for size, stack, folder in sorted(sizes)[:2]:
        check_damage(stack, folder, work)


with tempfile.TemporaryDirectory() as work:
    check_examples(os.path.join(work, 'out'))
t.end()
