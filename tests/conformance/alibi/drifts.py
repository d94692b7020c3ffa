"""What the two programs about the drift library share: which detectors we emit, settings for its constructors, and predictions of ours."""
import csv, glob, json, os, random, shutil, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from conformance import *

BESIDE = os.path.dirname(os.path.abspath(__file__))
OWN = 'drifting'


def stacks():
    """{example: folder}: the examples, and the stack that has every detector, compiled."""
    out = os.path.join(WORK, 'own')
    shutil.rmtree(out, ignore_errors=True)
    r = sh([MLOPSC, 'build', '-o', out, '--quiet', os.path.join(ROOT, 'tests', 'conformance', 'drift', 'stack.mlops')])
    if r.status != 0:
        raise Failed('mlopsc build stack.mlops: %s' % r.said()[:500])
    return {**{e: os.path.join(OUT, e) for e in examples()}, OWN: os.path.join(out, OWN)}


def detectors(found):
    """[(example, policy, folder, config)] of every config.toml; config: its keys and values as text."""
    got = []
    for example in sorted(found):
        for path in sorted(glob.glob(os.path.join(found[example], 'drift', '*', 'config.toml'))):
            with open(path) as f:
                config = dict(re.findall(r'^(\w+) = (.*)$', f.read().split('\n[')[0], flags=re.M))
            if 'x_ref' in config:
                got.append((example, os.path.basename(os.path.dirname(path)), os.path.dirname(path), config))
    return got


def ask(python, job):
    """Results of a job of detect.py, by id. Whatever else it prints is kept for a failure."""
    path = os.path.join(WORK, 'job.json')
    job['deadline'] = DEADLINE - 20
    with open(path, 'w') as f:
        json.dump(job, f)
    home = os.path.join(WORK, 'home')
    os.makedirs(home, exist_ok=True)
    r = sh(['nice', python, os.path.join(BESIDE, 'detect.py'), path], env=dict(os.environ, HOME=home, NUMBA_CACHE_DIR=os.path.join(CACHE, 'numba'), MPLCONFIGDIR=home))
    got = {}
    for line in r.out.splitlines():
        if line.startswith('result '):
            x = json.loads(line[7:])
            got[x.pop('id')] = x
        else:
            print(line)
    if 'end' not in got:
        raise Failed('detect.py: %s' % r.said()[-500:])
    del got['end']
    return got


# -- loading

def loaded(python, found, wanted, reader):
    """A row for each policy whose config `wanted` takes."""
    chosen = [d for d in detectors(found) if wanted(d[3]) and os.path.exists(os.path.join(d[2], 'x_ref.npy'))]
    items = [dict(id='%s/%s' % d[:2], folder=d[2], batch=200 if 'MMD' not in d[3]['name'] and 'LSDD' not in d[3]['name'] else 100) for d in chosen]
    results = None
    for d, item in zip(chosen, items):
        with row('%s/%s' % d[:2], reader):
            if results is None:
                results = ask(python, dict(what='load', items=items))
            if item['id'] not in results:
                raise Skip('budget')
            x = results[item['id']]
            assert 'error' not in x, x['error']
            print('%s: %s' % (item['id'], x))
            assert x['found'], 'with drift %s of 5 (online: rows until the alarm), without drift %s: %s' % (x['drift'], x['same'], d[3]['name'])


# -- feasibility

def settings(which, n, seed):
    """Settings on both sides of what is possible, many near the edge."""
    r = random.Random(seed)
    out = []
    while len(out) < n:
        windows = sorted(r.sample([4, 5, 6, 8, 10, 12, 15] if which == 'cvm' else [3, 4, 5, 6, 8], r.choice([1, 1, 2]) if which == 'cvm' else 1))
        features = r.choice([1, 2, 3, 5]) if which == 'cvm' else 2
        ert = r.choice([5, 10, 15, 20, 30, 50, 80])
        steps = 2 * max(windows) - min(windows) if which == 'cvm' else windows[0] - (which == 'lsdd')
        p = (1 - 1 / ert) ** (1 / features if which == 'cvm' else 1)
        near = (1 / (1 - p)) / p ** steps       # about the fewest bootstraps that are enough
        bootstraps = int(near * r.choice([0.5, 0.8, 0.9, 0.97, 1.0, 1.03, 1.1, 1.2, 1.5, 3])) + r.randint(0, 3)
        if 2 <= bootstraps <= (900 if which == 'cvm' else 400):
            out.append(dict(detector=which, ert=ert, windows=windows, features=features, steps=steps, bootstraps=bootstraps, rows=80 if which == 'cvm' else 40, seed=len(out)))
    return out


def predicted(calls):
    """What our functions say, each as JSON."""
    text = 'stack demo { edition = 2026; catalog = 2026-11 }\nkind sums {\n  namespace : name = "demo"\n  manifest configmap(name) {\n    data: {\n'
    text += ''.join('      r%d: json(%s)\n' % c for c in enumerate(calls)) + '    }\n  }\n}\ncomponent x : sums { }\n'
    r = sh([MLOPSC, 'build', '--stdout', '-'], input=text)
    if r.status != 0:
        raise Failed(r.said()[:500])
    import yaml
    data = next(o['data'] for o in yaml.load_all(r.out, Loader=loader()) if o and o['kind'] == 'ConfigMap')
    return [json.loads(data['r%d' % i]) for i in range(len(calls))]


def feasibility(python, kinds, reader):
    """kinds: {detector: how many settings}."""
    for which, n in kinds.items():
        with row(which + '-online', reader):
            all_of_them = settings(which, n, n)
            ours = predicted(['thresholds(%d, %d, %d%s).feasible' % (s['bootstraps'], s['ert'], s['steps'], ', %d' % s['features'] if which == 'cvm' else '') for s in all_of_them])
            theirs = ask(python, dict(what='construct', items=all_of_them))
            strange = [(all_of_them[i], x['why']) for i, x in theirs.items() if x['feasible'] is None]
            assert not strange, 'the constructor fails otherwise: %s' % (strange[0],)
            differ = [(all_of_them[i], x['why']) for i, x in theirs.items() if x['feasible'] != ours[i]]
            yes = sum(x['feasible'] for x in theirs.values())
            print('%s-online: %d settings, %d can be constructed, %d otherwise than we say' % (which, len(theirs), yes, len(differ)))
            assert not differ, '%d of %d differ: %s' % (len(differ), len(theirs), differ[0])
            assert yes > n / 10 and yes < n * 9 / 10, 'settings of one kind only: %d of %d' % (yes, n)
            if len(theirs) < n:
                raise Skip('budget')


# -- false detections

def batches(name, p, data='numbers', features=3, batch=100, rows=300, trials=2000, per_reference=20, level=None, **more):
    return dict(name=name, **{'class': name}, data=data, features=features, batch=batch, rows=rows, trials=trials, per_reference=per_reference, online=False,
                arguments=dict(p_val=p, **more), ours='false-detections(1/s, %d, %s)' % (batch, level or repr(p)), each=batch)


def online(name, ert, data='numbers', features=1, rows=100, trials=30, fill=0, **more):
    return dict(name=name, **{'class': name}, data=data, features=features, rows=rows, trials=trials, online=True, fill=fill,
                arguments=dict(ert=ert, verbose=False, **more), ours='false-detections(1/s, 1, 1.0 / %d)' % ert, each=1)


def said(s):
    keys = ', '.join('%s = %s' % kv for kv in s['arguments'].items() if kv[0] not in ('verbose', 'device'))
    return '%s, %d feature%s%s' % (keys, s['features'], '' if s['features'] == 1 else 's', '' if s['online'] else ', batch %d' % s['batch'])


def false_detections(python, measured, reader, title):
    """A row for each setting, and a table: predicted and measured a day at one row a second."""
    for i, s in enumerate(measured):
        s['seed'] = 1000 * i + 7
    ours = theirs = None
    table = []
    for i, s in enumerate(measured):
        with row('%s: %s' % (s['name'], said(s)), reader):
            if theirs is None:
                ours = predicted([m['ours'] for m in measured])
                theirs = ask(python, dict(what='measure', items=measured))
            if i not in theirs:
                raise Skip('budget')
            x = theirs[i]
            share = x['errors'] / x['of']
            there = 86400 * share / s['each']
            assert x['errors'], 'no false detection in %d' % x['of']
            ratio = ours[i] / there
            noise = 3 / x['errors'] ** 0.5                      # three standard errors of what was measured
            table.append('| %s | %s | %.4g | %.4g | %.2f | %d in %d |' % (s['name'], said(s), ours[i], there, ratio, x['errors'], x['of']))
            print(table[-1])
            # tests of few different values are careful: they err less than they say
            assert ratio > 1 / (1.35 + noise), 'predicted %.4g a day, measured %.4g' % (ours[i], there)
            assert ratio < (1.35 + noise) * (1.6 if s['data'] != 'numbers' else 1), 'predicted %.4g a day, measured %.4g' % (ours[i], there)
    if table:
        with open(os.path.join(WORK, 'section.md'), 'w') as f:
            f.write('## %s\n\nA day at one row a second, on data without drift.\n\n| detector | settings | predicted | measured | predicted / measured | counted |\n|---|---|---|---|---|---|\n%s\n'
                    % (title, '\n'.join(table)))
