"""What the row programs of conformance share: where things are, installing a reader, printing rows.

A row says that a reader takes an example: `row <TAB> EXAMPLE <TAB> READER <TAB> pass|fail|skip <TAB> WHY` on standard output.
The environment comes from tests/conformance/run (see there): ROOT, OUT, WORK, CONFORMANCE_CACHE, DEADLINE, FILTER."""
import contextlib, glob, json, os, re, shlex, shutil, signal, socket, subprocess, sys, time, traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.get('ROOT') or os.path.dirname(os.path.dirname(HERE))
OUT = os.environ.get('OUT') or os.path.join(ROOT, 'out')
WORK = os.environ.get('WORK') or os.path.join(ROOT, 'build', 'conformance')
MLOPSC = os.environ.get('MLOPSC') or os.path.join(ROOT, 'build', 'mlopsc')
CACHE = os.environ.get('CONFORMANCE_CACHE') or os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'mlopsc-conformance')
DEADLINE = float(os.environ.get('DEADLINE') or time.time() + 24 * 3600)
os.environ['CONFORMANCE_CACHE'] = CACHE
os.makedirs(WORK, exist_ok=True)
os.makedirs(CACHE, exist_ok=True)


class Skip(Exception):
    pass


class Failed(Exception):
    pass


def left():
    """Seconds until the program has to be done."""
    return DEADLINE - time.time()


def put_row(example, reader, result, why='', begin=None):
    why = ' '.join(str(why).split())
    if begin:
        print('%5.1f s  %s %s' % (time.time() - begin, example, reader))
    print('\t'.join(['row', example, reader, result, why[:600]]), flush=True)


@contextlib.contextmanager
def row(example, reader):
    """A row: it passes when the body ends, fails on Failed (or any other exception), is skipped on Skip."""
    begin = time.time()
    try:
        yield
    except Skip as why:
        put_row(example, reader, 'skip', why, begin)
    except (Failed, AssertionError) as why:
        put_row(example, reader, 'fail', why, begin)
    except Exception as why:
        traceback.print_exc(file=sys.stdout)
        put_row(example, reader, 'fail', '%s: %s' % (type(why).__name__, why), begin)
    else:
        put_row(example, reader, 'pass', '', begin)


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def said(self):
        return (self.err + self.out)[-3000:]


def sh(command, input=None, cwd=None, env=None, timeout=None, **more):
    """Runs a program (a list, or a line for the shell); texts come back. Out of time is Skip('budget')."""
    timeout = min(timeout or 1e9, max(left(), 1))
    try:
        p = subprocess.run(command, input=input, cwd=cwd, env=env, timeout=timeout, shell=isinstance(command, str), text=True,
                           errors='replace', stdin=None if input is not None else subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    except subprocess.TimeoutExpired:
        if left() <= 1:
            raise Skip('budget')
        raise Failed('%s does not end within %d s' % (command if isinstance(command, str) else shlex.join(command)[:200], timeout))
    except FileNotFoundError as gone:
        raise Skip('there is no %s' % (gone.filename or command[0]))
    return Result(p.returncode, p.stdout, p.stderr)


def need(*programs):
    for p in programs:
        if not shutil.which(p):
            raise Skip('there is no %s' % p)


kept = {}


def tool(name):
    """Path of a reader, which is installed when it is not there. Skip when it cannot be had."""
    if name not in kept:
        path = subprocess.run([os.path.join(HERE, 'install'), '--path', name], stdout=subprocess.PIPE, text=True).stdout.strip()
        p = None
        if not os.path.exists(path):
            begin = time.time()
            p = subprocess.Popen([os.path.join(HERE, 'install'), name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, errors='replace', start_new_session=True)
            try:
                text, _ = p.communicate(timeout=max(left(), 1))
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGTERM)
                kept[name] = Skip('budget')
                raise kept[name]
            print('installed %s in %d s: status %d\n%s' % (name, time.time() - begin, p.returncode, text[-2000:]))
        if p and p.returncode or not os.path.exists(path):
            last = [l for l in text.splitlines() if l.strip()] if p else []
            kept[name] = Skip('%s cannot be installed: %s' % (name, last[-1] if last else 'nothing was said'))
        else:
            kept[name] = path
    if isinstance(kept[name], Exception):
        raise kept[name]
    return kept[name]


def examples():
    """The folders below OUT."""
    return sorted(d for d in os.listdir(OUT) if os.path.isdir(os.path.join(OUT, d)))


def yaml_files(example):
    """Every YAML file of an example, in the order of their names."""
    return sorted(p for p in glob.glob(os.path.join(OUT, example, '**', '*.yaml'), recursive=True))


def manifests(folder):
    """The files that hold objects, in the order of installing."""
    names = [os.path.join(folder, '00-namespaces.yaml')]
    try:
        with open(os.path.join(folder, 'install.sh')) as f:
            names += [os.path.join(folder, n) for n in re.findall(r'^\tapply (manifests/\S+)$', f.read(), flags=re.M)]
    except FileNotFoundError:
        pass
    return [n for n in dict.fromkeys(names + sorted(glob.glob(os.path.join(folder, 'manifests', '*.yaml')))) if os.path.exists(n)]


def loader():
    """PyYAML's quick loader where it was built with libyaml."""
    import yaml
    base = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    # `=` stands bare in what other programs write (the matchType of an Alertmanager route); only YAML 1.1 gives it a meaning
    made = type('Loader', (base,), {})
    made.add_constructor('tag:yaml.org,2002:value', base.construct_yaml_str)
    return made


def objects(folder):
    """[(file, object)] of a folder of output, in the order of installing."""
    import yaml
    found = []
    for path in manifests(folder):
        with open(path) as f:
            found += [(path, o) for o in yaml.load_all(f, Loader=loader()) if isinstance(o, dict)]
    return found


def built(command, example):
    """Fails unless a kustomize builds an example to the objects of its manifests."""
    import yaml
    folder = os.path.join(OUT, example)
    r = sh(command + [folder])
    if r.status != 0 or r.err.strip():
        raise Failed(r.said()[-500:] or 'status %d' % r.status)
    got = [o for o in yaml.load_all(r.out, Loader=loader()) if o]
    want = [o for _, o in objects(folder)]
    name = lambda o: '%s %s/%s' % (o['kind'], o['metadata'].get('namespace', ''), o['metadata']['name'])
    if [name(o) for o in got] != [name(o) for o in want]:
        raise Failed('%d objects, not %d, or in another order: %s' % (len(got), len(want), next(
            ('%s, not %s' % (name(a), name(b)) for a, b in zip(got, want) if name(a) != name(b)), '')))
    for a, b in zip(got, want):
        if a != b:
            raise Failed('%s is not what the manifest says' % name(a))


def port_open(port, host='127.0.0.1'):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex((host, port)) == 0


def wait_for(condition, seconds, what):
    """Until condition() is true. Failed when that takes too long."""
    end = time.time() + min(seconds, max(left(), 1))
    while True:
        try:
            got = condition()
        except (OSError, ValueError):
            got = None
        if got:
            return got
        if time.time() > end:
            raise Skip('budget') if left() <= 1 else Failed('%s does not happen within %d s' % (what, seconds))
        time.sleep(0.3)
