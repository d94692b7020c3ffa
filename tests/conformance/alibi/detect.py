"""Runs with the drift library's own Python: what it makes of what we emitted. A job is a JSON file {kind: ..., ...}; one line of JSON
for each result comes back. Nothing of ours is imported here."""
import json, os, re, sys, time, warnings
warnings.filterwarnings('ignore')
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
for name in ('OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS'):
    os.environ.setdefault(name, '1')             # small matrices: more threads only wait for each other
import logging
logging.disable(logging.WARNING)
import numpy as np

# What constructors say when thresholds cannot be computed; anything else is a fault.
INFEASIBLE = ('should not be estimated using only', 'division by zero', 'Cannot compute quantiles with zero samples')


def say(**what):
    print('result ' + json.dumps(what, default=float), flush=True)


def seeded(n):
    np.random.seed(n)
    if 'torch' in sys.modules:
        sys.modules['torch'].manual_seed(n)
    if 'tensorflow' in sys.modules:
        sys.modules['tensorflow'].random.set_seed(n)


def decision(answer):
    """One truth value, whether the detector speaks for a batch or for each feature."""
    return bool(np.any(np.asarray(answer['data']['is_drift'])))


def drifted(rows, ref, kinds):
    """The rows as they are after a drift that nobody could miss."""
    rows = rows.copy()
    for k in range(ref.shape[1]):
        values = np.unique(ref[:, k])
        if kinds.get(str(k)) or len(values) <= 10:
            share = np.array([np.mean(ref[:, k] == v) for v in values])
            rows[:, k] = values[np.argmin(share)]           # all in the rarest category
        else:
            rows[:, k] += 4 * ref[:, k].std()
    return rows


def load(folder, batch):
    from alibi_detect.saving import load_detector
    ref = np.load(os.path.join(folder, 'x_ref.npy'), allow_pickle=False)
    begin = time.time()
    detector = load_detector(folder)
    took = time.time() - begin
    kinds = {}
    config = open(os.path.join(folder, 'config.toml')).read()
    if '[categories_per_feature]' in config:
        kinds = {line.split('=')[0].strip().strip('"'): 1 for line in config.split('[categories_per_feature]')[1].split('\n') if '=' in line}
    rng = np.random.default_rng(5)
    seeded(5)
    if 'Online' in type(detector).__name__:
        def first_alarm(rows):
            detector.reset_state() if hasattr(detector, 'reset_state') else detector.reset()
            for t, x in enumerate(rows):
                if decision(detector.predict(x)):
                    return t + 1
            return len(rows) + 1
        windows = max(int(n) for n in re.findall(r'\d+', re.search(r'^window_sizes? = (.*)$', config, flags=re.M)[1]))
        n = int(6 * windows)
        same = np.median([first_alarm(ref[rng.integers(0, len(ref), n)]) for _ in range(3)])
        other = np.median([first_alarm(drifted(ref[rng.integers(0, len(ref), n)], ref, kinds)) for _ in range(3)])
        return dict(rows=len(ref), columns=ref.shape[1], seconds=took, same=float(same), drift=float(other), online=True, found=other <= 2 * windows and other < same)
    # rows as the reference has them: halves of it do not differ, nor does a sample of all of it
    picks = [ref[rng.permutation(len(ref))[:min(batch, len(ref))]] for _ in range(5)]
    same = sum(decision(detector.predict(p)) for p in picks)
    other = sum(decision(detector.predict(drifted(p, ref, kinds))) for p in picks)
    return dict(rows=len(ref), columns=ref.shape[1], seconds=took, same=same, drift=other, online=False, found=other == 5 and same <= 1)


def construct(s):
    """Does the constructor come to an end? s: detector, ert, bootstraps, windows, features, rows."""
    seeded(s['seed'])
    x = np.random.randn(s['rows'], s['features']).astype(np.float32)
    begin = time.time()
    try:
        if s['detector'] == 'cvm':
            from alibi_detect.cd import CVMDriftOnline
            CVMDriftOnline(x, s['ert'], s['windows'], n_bootstraps=s['bootstraps'], verbose=False)
        elif s['detector'] == 'mmd':
            from alibi_detect.cd import MMDDriftOnline
            MMDDriftOnline(x, s['ert'], s['windows'][0], n_bootstraps=s['bootstraps'], backend='pytorch', verbose=False, device='cpu')
        else:
            from alibi_detect.cd import LSDDDriftOnline
            LSDDDriftOnline(x, s['ert'], s['windows'][0], n_bootstraps=s['bootstraps'], backend='pytorch', verbose=False, device='cpu')
        return True, '', time.time() - begin
    except Exception as why:
        text = '%s: %s' % (type(why).__name__, why)
        return (False if any(w in text for w in INFEASIBLE) else None), text, time.time() - begin


def measure(s):
    """How often a detector errs on data without drift, in tests (batch) or rows until the first alarm (online)."""
    from alibi_detect import cd
    seeded(s['seed'])
    rng = np.random.default_rng(s['seed'])

    def data(n):
        x = rng.standard_normal((n, s['features']))
        if s['data'] == 'binary':
            return (x > 0.5).astype(np.float32)
        if s['data'] == 'categories':
            return np.digitize(x, [-1, 0, 1]).astype(np.float32)
        return x.astype(np.float32)
    make = getattr(cd, s['class'])
    trials = s['trials']
    if s['online']:
        total = alarms = 0
        for t in range(trials):
            seeded(s['seed'] + t)
            d = make(data(s['rows']), **s['arguments'])
            fill = s['fill']
            limit = 20 * s['arguments']['ert']
            for n, x in enumerate(data(int(limit)), 1):
                if decision(d.predict(x)):
                    break
            total += max(n - fill, 1)
            alarms += 1
        return dict(errors=alarms, of=total)
    errors = 0
    for t in range(trials):         # a new reference now and then: a level holds over both
        if t % s['per_reference'] == 0:
            d = make(data(s['rows']), **s['arguments'])
        errors += decision(d.predict(data(s['batch'])))
    return dict(errors=errors, of=trials)


def main():
    job = json.load(open(sys.argv[1]))
    end = job['deadline']
    if job['what'] == 'load':
        for item in job['items']:
            if time.time() > end:
                break
            try:
                begin = time.time()
                say(id=item['id'], **load(item['folder'], item['batch']), all_seconds=time.time() - begin)
            except Exception as why:
                say(id=item['id'], error='%s: %s' % (type(why).__name__, str(why)[:400]))
    else:
        f = {'construct': construct, 'measure': measure}[job['what']]
        for i, s in enumerate(job['items']):
            if time.time() > end:
                break
            got = f(s)
            say(id=i, **(got if isinstance(got, dict) else dict(feasible=got[0], why=got[1], seconds=got[2])))
    say(id='end')


main()
