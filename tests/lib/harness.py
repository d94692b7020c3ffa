"""What the test scripts share: where things are, running the compiler, counting.

The environment comes from `make test`: B (build folder), CONFIG, MLOPSC (the program), VERSION, CC. Without it the scripts take
build/mlopsc. FULL=1 asks for the long form of a test."""
import collections, difflib, json, os, re, resource, shutil, signal, subprocess, sys, tempfile, threading

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(TESTS)
CONFIG = os.environ.get('CONFIG', 'release')
B = os.path.join(ROOT, os.environ.get('B', os.path.join('build', CONFIG)))
MLOPSC = os.path.abspath(os.environ.get('MLOPSC', os.path.join(B, 'mlopsc')))
ASAN = CONFIG == 'asan'
FULL = os.environ.get('FULL', '') not in ('', '0')
JOBS = max(1, min(4, os.cpu_count() or 1))
# What mlopsc may end with. A sanitizer's report is none of them.
STATUSES = {0, 1, 2, 3, 4, 5}
os.environ['ASAN_OPTIONS'] = 'exitcode=99:allocator_may_return_null=1:detect_leaks=1'
os.environ['UBSAN_OPTIONS'] = 'exitcode=99:print_stacktrace=1'
for name in ('NO_COLOR', 'CLICOLOR_FORCE', 'MAKEFLAGS', 'MFLAGS'):
    os.environ.pop(name, None)

Result = collections.namedtuple('Result', 'status out err')


def run(*args, cwd=None, stdin=b'', env=None, timeout=60, memory=None, program=None, stdout=None, cpu=None):
    """Runs mlopsc (or another program). status is 'timeout' when it takes too long, negative when a signal ended it."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if memory and not ASAN:         # a sanitizer's shadow alone is terabytes of addresses
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        if cpu:
            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    take = {'stdin': stdin} if stdin is None or isinstance(stdin, int) else {'input': stdin}
    if take.get('stdin', 0) is None:
        take['stdin'] = subprocess.DEVNULL
    try:
        p = subprocess.run([program or MLOPSC, *args], cwd=cwd, env=env, timeout=timeout, preexec_fn=limit,
                           stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE, **take)
    except subprocess.TimeoutExpired as late:
        return Result('timeout', late.stdout or b'', late.stderr or b'')
    return Result(p.returncode, p.stdout or b'', p.stderr)


def diagnostics(text):
    """Of --format json: the list, or None when it is not that."""
    try:
        return json.loads(text.decode('utf-8'))['diagnostics']
    except (ValueError, KeyError, UnicodeDecodeError):
        return None


def check(text, *args, files=None, timeout=60, command='check'):
    """Compiles a text as stack.mlops in a folder of its own. (status, diagnostics)."""
    with tempfile.TemporaryDirectory() as folder:
        write_tree(folder, {'stack.mlops': text, **(files or {})})
        r = run(command, '--format', 'json', '--all', *args, cwd=folder, timeout=timeout)
        found = diagnostics(r.err)
        if found is None:
            found = [{'code': 'NOT JSON', 'line': None, 'message': r.err.decode('utf-8', 'replace')[-2000:], 'severity': 'error'}]
        return r.status, found


def write_tree(folder, files):
    for name, data in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data.encode() if isinstance(data, str) else data)


def is_index(name):
    """mlopsc's own note beside an output folder of what it has built: no part of the output."""
    return re.fullmatch(r'\.mlopsc-index-[0-9a-f]{16}', name)


def read_tree(folder):
    """{path: bytes} of all files below a folder, links by their target, empty folders by a slash; without the index."""
    out = {}
    for at, folders, files in os.walk(folder):
        short = os.path.relpath(at, folder)
        if not folders and not files and short != '.':
            out[short + '/'] = b''
        for name in files + [f for f in folders if os.path.islink(os.path.join(at, f))]:
            if is_index(name):
                continue
            path = os.path.join(at, name)
            key = os.path.normpath(os.path.join(short, name))
            if os.path.islink(path):
                out[key] = b'-> ' + os.fsencode(os.readlink(path))
            elif os.path.isfile(path):
                with open(path, 'rb') as f:
                    out[key] = f.read()
            else:
                out[key] = b'(not a file)'
    return out


def difference(want, got, name='', lines=60):
    """A unified diff of two byte strings."""
    text = [b.decode('utf-8', 'backslashreplace').splitlines() for b in (want or b'', got or b'')]
    out = list(difflib.unified_diff(text[0], text[1], 'expected ' + name, 'got ' + name, lineterm=''))
    if not out and want != got:
        out = ['%s: differ in their line ends, or one of them is missing' % name]
    if len(out) > lines:
        out[lines:] = ['... %d more lines' % (len(out) - lines)]
    return '\n'.join(out)


def trees_differ(want, got, lines=60):
    """'' when two read_tree() results are equal, else what differs."""
    out = []
    for path in sorted(set(want) | set(got)):
        if want.get(path) == got.get(path):
            continue
        if path not in got:
            out.append('missing: ' + path)
        elif path not in want:
            out.append('not expected: ' + path)
        else:
            out.append(difference(want[path], got[path], path, lines))
    return '\n'.join(out)


class Tally:
    """Counts checks, prints those that fail, and ends with `N passed, N failed, N skipped`."""
    def __init__(self, only=None):
        self.passed = self.failed = self.skipped = 0
        self.only = only if only is not None else (sys.argv[1] if len(sys.argv) > 1 else '')
        self.lock = threading.Lock()

    def wants(self, name):
        return not self.only or self.only in name

    def ok(self, n=1):
        with self.lock:
            self.passed += n

    def fail(self, name, why=''):
        with self.lock:
            self.failed += 1
            if self.failed > 60:        # whatever it is, it is the same
                return
            print('FAIL %s' % name)
            for line in str(why).split('\n'):
                if line:
                    print('     ' + line)
            sys.stdout.flush()

    def check(self, condition, name, why=''):
        if condition:
            self.ok()
        else:
            self.fail(name, why() if callable(why) else why)
        return bool(condition)

    def skip(self, name, why):
        with self.lock:
            self.skipped += 1
            print('skip %s: %s' % (name, why))

    def end(self):
        print('%d passed, %d failed, %d skipped' % (self.passed, self.failed, self.skipped))
        sys.exit(1 if self.failed else 0)


def show(r):
    """A result for a failure's text."""
    return 'status %s\n%s%s' % (r.status, r.out.decode('utf-8', 'replace')[-1500:], said(r.err))


def said(err):
    """Standard error for a failure's text: of a sanitizer's report, what happened and where."""
    text = err.decode('utf-8', 'replace')
    if 'Sanitizer' in text or 'runtime error' in text:
        lines = [l for l in text.split('\n') if re.search(r'ERROR:|SUMMARY|runtime error| #\d+ .*(compiler|grammar)/|^(READ|WRITE) ', l)]
        return '\n'.join(lines[:14])
    return text[-3000:]


def crashed(status):
    return status not in STATUSES
