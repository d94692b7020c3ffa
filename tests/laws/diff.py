#!/usr/bin/env python3
"""Laws of mlopsc diff over the examples: what is spelled otherwise is no difference (10,000 pairs), nor is the order of declarations;
a change of labels only is R1 everywhere; adding a component marks no other; both directions find the same parts; markdown keeps within
a comment and says the gravest first."""
import copy, glob, json, os, random, re, shutil, sys, tempfile
import yaml
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
sys.dont_write_bytecode = True
from harness import *

t = Tally()
rng = random.Random(2026)
STACKS = sorted(glob.glob(os.path.join(ROOT, 'examples', '*', 'stack.mlops')))


class Loader(yaml.CSafeLoader if hasattr(yaml, 'CSafeLoader') else yaml.SafeLoader):
    pass


Loader.yaml_implicit_resolvers = {k: [(tag, rx) for tag, rx in v if tag in ('tag:yaml.org,2002:bool', 'tag:yaml.org,2002:int', 'tag:yaml.org,2002:null')]
                                  for k, v in Loader.yaml_implicit_resolvers.items()}


def objects(folder):
    for path in sorted(glob.glob(os.path.join(folder, '*.yaml')) + glob.glob(os.path.join(folder, 'manifests', '*.yaml'))):
        with open(path) as f:
            for d in yaml.load_all(f, Loader):
                if isinstance(d, dict) and 'apiVersion' in d and 'metadata' in d:
                    yield d


def diff(old, new, *args):
    """(status, result of --format json) of two lists of objects."""
    with tempfile.TemporaryDirectory() as base:
        for name, items in (('old.json', old), ('new.json', new)):
            write_tree(base, {name: json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': items})})
        r = run('diff', *(args or ('--format', 'json')), 'old.json', 'new.json', cwd=base, timeout=300)
        return r if args else (json.loads(r.out) if r.status in (0, 1) else {'failed': show(r)})


# -- ten thousand pairs of equal spellings
UNITS = {'Gi': ('Mi', 1024), 'Mi': ('Ki', 1024), 'G': ('M', 1000), '': ('m', 1000)}
UNORDERED = {'ports', 'subjects', 'predictors', 'groups'}     # and nothing in a pod template, where controllers see every order


def quantity(v):
    m = re.fullmatch(r'(\d+)(Gi|Mi|G|)', str(v))
    if not m or rng.random() < 0.3:
        return v
    unit, factor = UNITS[m[2]]
    return '%d%s' % (int(m[1]) * factor, unit)


def duration(v):
    m = re.fullmatch(r'(\d+)([mh])', str(v))
    if not m or rng.random() < 0.3:
        return v
    return '%ds' % (int(m[1]) * 60) if m[2] == 'm' else '%dm' % (int(m[1]) * 60)


def pod(spec):
    for c in spec.get('containers', []) + spec.get('initContainers', []):
        if rng.random() < 0.5:
            c.setdefault('terminationMessagePath', '/dev/termination-log')
            c.setdefault('terminationMessagePolicy', 'File')
        tag = c.get('image', '').rsplit('/', 1)[-1]
        if 'image' in c and rng.random() < 0.5:
            c.setdefault('imagePullPolicy', 'Always' if '@' not in tag and (':' not in tag or tag.endswith(':latest')) else 'IfNotPresent')
        for p in c.get('ports', []):
            if p.get('protocol') == 'TCP' and rng.random() < 0.5:
                del p['protocol']
        for probe in ('livenessProbe', 'readinessProbe', 'startupProbe'):
            if probe in c and rng.random() < 0.5:
                c[probe].setdefault('timeoutSeconds', 1)
                c[probe].setdefault('periodSeconds', 10)
                c[probe].setdefault('successThreshold', 1)
                c[probe].setdefault('failureThreshold', 3)
    if rng.random() < 0.5:
        for k, v in (('terminationGracePeriodSeconds', 30), ('dnsPolicy', 'ClusterFirst'), ('schedulerName', 'default-scheduler')):
            spec.setdefault(k, v)


def respelt(v, path=()):
    """The same, written otherwise."""
    if isinstance(v, dict):
        out = {k: respelt(x, path + (k,)) for k, x in v.items()}
        if 'containers' in out and path and path[-1] == 'spec':
            pod(out)
        items = list(out.items())
        rng.shuffle(items)
        return dict(items)
    if isinstance(v, list):
        out = [respelt(x, path + ('[]',)) for x in v]
        if path and path[-1] in UNORDERED and 'containers' not in path and all(isinstance(x, dict) for x in out):
            rng.shuffle(out)
        return out
    if len(path) > 1 and path[-2] in ('requests', 'limits'):
        return quantity(v)
    if path and path[-1] in ('for', 'interval', 'scrapeTimeout') and isinstance(v, str):
        return duration(v)
    return v


def by_server(o):
    """As a server would tell it."""
    m = o['metadata']
    m.update(uid='0-1', resourceVersion='12', generation=3, creationTimestamp='2026-01-01T00:00:00Z', managedFields=[{'manager': 'x'}])
    o['status'] = {'observedGeneration': 3}
    spec = o.get('spec', {})
    if o['kind'] == 'Service':
        for k, v in (('clusterIP', '10.0.0.1'), ('clusterIPs', ['10.0.0.1']), ('ipFamilies', ['IPv4']), ('ipFamilyPolicy', 'SingleStack'),
                     ('internalTrafficPolicy', 'Cluster'), ('sessionAffinity', 'None'), ('type', 'ClusterIP')):
            spec.setdefault(k, v)
        for p in spec.get('ports', []):
            p.setdefault('protocol', 'TCP')
            p.setdefault('targetPort', p['port'])
            if spec['type'] == 'NodePort':
                p.setdefault('nodePort', 31999)
    if o['kind'] == 'Deployment':
        spec.setdefault('revisionHistoryLimit', 10)
        spec.setdefault('progressDeadlineSeconds', 600)
        m.setdefault('annotations', {})['deployment.kubernetes.io/revision'] = '2'
    return o


pool = [o for folder in sorted(glob.glob(os.path.join(ROOT, 'out', '*'))) for o in objects(folder)]
t.check(len(pool) > 200, 'the examples have objects', len(pool))
old, new = [], []
for n in range(10000):
    o = copy.deepcopy(pool[n % len(pool)])
    o['metadata']['name'] = 'n%d-%s' % (n, o['metadata']['name'])
    x = respelt(o)
    if rng.random() < 0.5:
        x = by_server(x)
    pair = [o, x]
    rng.shuffle(pair)
    old.append(pair[0])
    new.append(pair[1])
rng.shuffle(new)
got = diff(old, new)
t.check(got.get('same') is True, '10,000 pairs of equal spellings', json.dumps(got.get('items', got), indent=1)[:3000])
# and it would be seen
new[17] = copy.deepcopy(new[17])
new[17].setdefault('spec', {})['surely-new'] = 1
got = diff(old, new)
t.check([i['change'] for i in got['items']] == ['changed'] and len(got['items'][0]['changes']) == 1, 'one change among them', str(got['items'])[:2000])


# -- values of charts and files of drift services, spelled otherwise in an output folder whose lock says that each of them differs
def respell_files(folder, spoil):
    """How many files there were; with `spoil`, one setting of one of them is another."""
    paths = sorted(glob.glob(os.path.join(folder, 'helm', '*.yaml')) + glob.glob(os.path.join(folder, 'drift', '*', '*.json')) +
                   glob.glob(os.path.join(folder, 'drift', '*', 'config.toml')))
    victim = rng.choice(paths) if spoil else None
    for path in paths:
        with open(path) as f:
            text = f.read()
        if path.endswith('.toml'):
            text = '# spelled otherwise\n' + text.replace(' = ', '  =  ')
            if path == victim:
                text = 'surely-new = 1\n' + text
        else:
            d = respelt(yaml.safe_load(text) if path.endswith('.yaml') else json.loads(text))
            if path == victim:
                d['surely-new'] = 1
            text = json.dumps(d, indent=1)
        with open(path, 'w') as f:
            f.write(text)
    lock = os.path.join(folder, 'mlops.lock')
    with open(lock) as f:
        text = re.sub(r'^(release|file) [0-9a-f]{32}', lambda m: '%s %032x' % (m[1], rng.getrandbits(128)), f.read(), flags=re.M)
    with open(lock, 'w') as f:
        f.write(text)
    return len(paths)


for folder in sorted(glob.glob(os.path.join(ROOT, 'out', '*'))):
    for spoil in (False, True):
        with tempfile.TemporaryDirectory() as base:
            shutil.copytree(folder, os.path.join(base, 'old'))
            shutil.copytree(folder, os.path.join(base, 'new'))
            if not glob.glob(os.path.join(folder, 'helm', '*')) and not glob.glob(os.path.join(folder, 'drift', '*')):
                continue
            n = respell_files(os.path.join(base, 'new'), spoil)
            r = run('diff', '--format', 'json', 'old', 'new', cwd=base)
            same = json.loads(r.out).get('same') if r.status in (0, 1) else show(r)
            t.check(same is (not spoil), '%s: %d files of values and settings, %s' % (os.path.basename(folder), n, 'one of them with another setting' if spoil else
                                                                              'spelled otherwise'), same if spoil else r.out[:2000])

# -- labels only
old = [copy.deepcopy(o) for o in pool]
for n, o in enumerate(old):
    o['metadata']['name'] = 'n%d-%s' % (n, o['metadata']['name'])
new = copy.deepcopy(old)
for n, o in enumerate(new):
    labels = o['metadata'].setdefault('labels', {})
    if n % 3 == 0:
        labels['team'] = 'ml'
    elif n % 3 == 1:
        labels['app.kubernetes.io/version'] = '9.9.9'
    else:
        labels.pop('app.kubernetes.io/managed-by', None)
        labels['other'] = 'x'
got = diff(old, new)
wrong = [i for i in got['items'] if i['class'] != 'R1' or i['flags']]
t.check(len(got['items']) == len(old) and not wrong and got['highest'] == 'R1', 'a change of labels only is R1 everywhere', str(wrong)[:2000])
r = diff(old, new, '--fail-on', 'R2')
t.check(r.status == 1, 'and does not reach R2', show(r)[:1000])

# -- both ways
a, b = (list(objects(os.path.join(ROOT, 'out', x))) for x in ('platform-staging', 'platform-production'))
one, two = diff(a, b), diff(b, a)
key = lambda i: (i.get('kind'), i.get('namespace'), i['name'])
flip = {'added': 'removed', 'removed': 'added', 'changed': 'changed'}
t.check({key(i): sorted(c['path'] for c in i.get('changes', [])) for i in one['items'] if i['change'] == 'changed'} ==
        {key(i): sorted(c['path'] for c in i.get('changes', [])) for i in two['items'] if i['change'] == 'changed'}, 'both ways the same paths')
t.check(sorted((key(i), flip[i['change']]) for i in one['items'] if i['change'] != 'renamed') ==
        sorted((key(i), i['change']) for i in two['items'] if i['change'] != 'renamed'), 'both ways the same parts')


# -- stacks
def declarations(text):
    """Top-level declarations with the comments above them."""
    out, depth = [''], 0
    for line in text.splitlines(keepends=True):
        if depth == 0 and re.match(r'(stack|use|catalog|param|let|secret|component|drift|env|check|fn|kind|interface|detector|rule|allow)\b', line) and out[-1].strip() and \
                not all(l.startswith('#') or not l.strip() for l in out[-1].splitlines()):
            out.append('')
        elif depth == 0 and line.startswith('#') and out[-1].strip() and not out[-1].splitlines()[-1].startswith('#'):
            out.append('')
        code = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line).split('#')[0]
        depth += sum(code.count(c) for c in '([{') - sum(code.count(c) for c in ')]}')
        out[-1] += line
    return [d if d.endswith('\n') else d + '\n' for d in out]


for path in STACKS:
    name = os.path.basename(os.path.dirname(path))
    with tempfile.TemporaryDirectory() as base:
        shutil.copytree(os.path.dirname(path), base, dirs_exist_ok=True)
        text = open(path).read()
        parts = declarations(text)
        if not t.check(''.join(parts).strip() == text.strip() and len(parts) > 2, name + ': declarations are taken apart', len(parts)):
            continue
        rng.shuffle(parts)
        write_tree(base, {'shuffled.mlops': '\n'.join(parts), 'more.mlops': text + '''
kind added-by-a-test {
  namespace : name = "added-by-a-test"
  manifest configmap(name) { data: { a: "b" } }
}
component added-by-a-test : added-by-a-test { labels = { team: "x" } }
'''})
        r = run('diff', '--format', 'json', 'stack.mlops', 'shuffled.mlops', cwd=base, timeout=120)
        t.check(r.status == 0 and json.loads(r.out)['same'], name + ': the order of declarations', show(r)[:3000])
        r = run('diff', '--format', 'json', 'stack.mlops', 'more.mlops', cwd=base, timeout=120)
        got = json.loads(r.out)['items'] if r.status == 1 else None
        t.check(got is not None and sorted((i['change'], i['kind'], i['name']) for i in got) ==
                [('added', 'ConfigMap', 'added-by-a-test'), ('added', 'Namespace', 'added-by-a-test')], name + ': adding a component marks no other', show(r)[:3000])

# -- a comment of a code-review site
r = diff(pool[:600], [], '--format', 'markdown')
many = [dict(copy.deepcopy(o), spec={'n%d' % n: 'x' * 300}) for n, o in enumerate(old)]
for args, pair in ((('--format', 'markdown'), (old, many)), (('--format', 'markdown'), (old, [])), (('--format', 'markdown'), ([], old))):
    r = diff(*pair, *args)
    rows = [int(m) for m in re.findall(r'^\| \**R(\d)', r.out.decode(), flags=re.M)]
    t.check(r.status == 1 and 1000 < len(r.out) <= 60000 and rows == sorted(rows, reverse=True), 'markdown: %d bytes, %s' % (len(r.out), rows[:20]), r.err.decode()[:500])
    t.check(r.out.count(b'<details>') == r.out.count(b'</details>') and r.out.count(b'```') % 2 == 0, 'markdown: what is opened is closed')
t.end()
