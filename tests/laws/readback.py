#!/usr/bin/env python3
"""Law: what is written as YAML is read back as the same tree by other parsers: libyaml and PyYAML (YAML 1.1), js-yaml (1.2).
Over the examples, over generated programs, and over every text of tests/unit/yaml-traps.tsv as value and as key."""
import glob, json, os, re, shutil, subprocess, sys, tempfile
import yaml
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from batch import *
from generate import program

t = Tally()


def js_reader():
    """js-yaml, from where node finds it or from where Debian's node-js-yaml puts it; None when there is none."""
    if not shutil.which('node'):
        return None, 'there is no node'
    for module in ('js-yaml', '/usr/share/nodejs/js-yaml'):
        if subprocess.run(['node', '-e', 'require(process.argv[1])', module], cwd='/', capture_output=True).returncode == 0:
            return module, ''
    return None, 'node has no js-yaml (node-js-yaml)'


JS = r'''
const y = require(process.argv[2]), fs = require("fs");
const mark = v => typeof v === "number" ? { number: String(v) } : v instanceof Date ? { date: 1 } : Array.isArray(v) ? v.map(mark)
    : v !== null && typeof v === "object" ? { map: Object.keys(v).sort().map(k => [k, mark(v[k])]) } : v;
const out = [];
for (const file of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    let docs; try { docs = y.loadAll(fs.readFileSync(file, "utf8")).map(mark); } catch (e) { docs = "cannot read: " + e.message; }
    out.push(JSON.stringify(docs));
}
fs.writeFileSync(1, out.join("\n") + "\n");
'''


def mark(v):
    """As JS does it: numbers by their value, keys sorted as UTF-16 code units, so that both sides print the same."""
    if isinstance(v, bool) or v is None or isinstance(v, str):
        return v
    if isinstance(v, (int, float)):
        return {'number': number(v)}
    if isinstance(v, list):
        return [mark(x) for x in v]
    if isinstance(v, dict):
        keys = sorted(v, key=lambda k: k.encode('utf-16-be', 'surrogatepass') if isinstance(k, str) else b'')
        return {'map': [[k, mark(v[k])] for k in keys]}
    return {'date': 1}


def number(v):
    v = float(v)
    return str(int(v)) if v == int(v) and abs(v) < 1e21 else v


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict) and set(a) == set(b) == {'number'}:
        return float(a['number']) == float(b['number'])
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


def first_difference(a, b, at=''):
    if same(a, b):
        return ''
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            if d := first_difference(x, y, '%s/%d' % (at, i)):
                return d
    if isinstance(a, dict) and isinstance(b, dict) and set(a) == set(b):
        for k in a:
            if d := first_difference(a[k], b[k], '%s/%s' % (at, k)):
                return d
    return '%s: %s | %s' % (at, json.dumps(a)[:200], json.dumps(b)[:200])


def load(text, loader):
    try:
        return mark(list(yaml.load_all(text, Loader=loader)))
    except (yaml.YAMLError, ValueError) as e:
        return 'cannot read: %s' % e


def quoted(s):
    """As a string of the language."""
    out = ''.join({'"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '$': '\\$'}.get(c, c if c >= ' ' and c != '\x7f' else '\\u{%x}' % ord(c)) for c in s)
    return '"%s"' % out


def unescape(s):
    """Column 1 of yaml-traps.tsv."""
    def one(m):
        return {'n': '\n', 't': '\t', 'r': '\r', '\\': '\\'}.get(m[1]) or chr(int(m[1][1:], 16))
    return re.sub(r'\\(\\|n|t|r|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})', one, s)


traps, refused = [], set()
with open(os.path.join(TESTS, 'unit', 'yaml-traps.tsv'), encoding='utf-8') as f:
    for line in f:
        if not line.startswith('#') and not line.startswith('value\t') and line.strip('\n'):
            columns = line.rstrip('\n').split('\t')
            s = unescape(columns[0])
            if not any(0xd800 <= ord(c) < 0xe000 or c == '\0' for c in s):       # no text of the language can hold these
                traps.append(s)
                if columns[6] == 'reject':
                    refused.add(s)
table = set(traps)
traps += ['\u0085', 'a\u2028b', '\ufeffa', 'tab\t', '\ttab', ' ', '  x', 'x  ', 'a\n', '\na', 'a\n\n', 'a\n  b\nc', '\n', 'a: ', '- ', '#', 'é', '😀', 'a' * 300, 'word ' * 60]
HEAD = 'stack traps { edition = 2026; catalog = khaos-2024; namespace = "traps" }\n'
KIND = 'kind holder {\n  texts : any\n  manifest "example.com/v1/Holder"(name) { spec: texts }\n}\n'

with tempfile.TemporaryDirectory() as work:
    texts, known = {}, {}
    for seed in range(200 if FULL else 40):
        r = run('build', '--stdout', '-', stdin=program(seed).text().encode())
        t.check(r.status == 0, 'generated %d builds' % seed, show(r._replace(out=b'')))
        texts['generated %d' % seed] = r.out
    for stack in sorted(glob.glob(os.path.join(ROOT, 'examples', '*', 'stack.mlops'))):
        r = run('build', '-o', work, stack)
        name = os.path.relpath(stack, ROOT)
        t.check(r.status == 0, '%s builds' % name, show(r))
    for path, data in read_tree(work).items():
        if path.endswith('.yaml'):
            texts['examples: ' + path] = data
    # texts that are known: what is read back is what was written, not only what all agree on
    dead = []
    for i, s in enumerate(traps):
        source = HEAD + KIND + 'component c : holder { texts = { value: %s, list: [%s, [%s]], keys: { %s: 1 } } }\n' % ((quoted(s),) * 4)
        r = run('build', '--stdout', '-', '--format', 'json', stdin=source.encode())
        if r.status == 2 and any(d['code'] == 'E0805' for d in diagnostics(r.err) or []):
            dead.append(s)              # cannot be sent to a cluster
            t.check(s in refused or s not in table, 'trap %d %s can be written' % (i, ascii(s)), show(r))
            continue
        t.check(s not in refused, 'trap %d %s is refused' % (i, ascii(s)))
        if t.check(r.status == 0, 'trap %d %s' % (i, ascii(s)), source + show(r)):
            texts['trap %d %s' % (i, ascii(s))] = r.out
            known['trap %d %s' % (i, ascii(s))] = mark({'value': s, 'list': [s, [s]], 'keys': {s: 1}})
    t.check(len(dead) < len(traps) // 4, 'most texts can be written', '%d of %d are refused' % (len(dead), len(traps)))

    read = {name: {} for name in texts}
    for name, data in texts.items():
        read[name]['PyYAML'] = load(data, yaml.SafeLoader)
        read[name]['libyaml'] = load(data, yaml.CSafeLoader) if yaml.__with_libyaml__ else None
    if not yaml.__with_libyaml__:
        t.skip('libyaml', 'PyYAML is without it')
    module, why = js_reader()
    if module:
        files = []
        for i, data in enumerate(texts.values()):
            files.append(os.path.join(work, 'in-%d' % i))
            with open(files[-1], 'wb') as f:
                f.write(data)
        with open(os.path.join(work, 'read.js'), 'w') as f:
            f.write(JS)
        p = subprocess.run(['node', os.path.join(work, 'read.js'), module], input='\n'.join(files), capture_output=True, text=True, encoding='utf-8')
        lines = p.stdout.split('\n')
        if t.check(p.returncode == 0 and len(lines) >= len(files), 'js-yaml runs', p.stderr[-2000:]):
            for name, line in zip(texts, lines):
                read[name]['js-yaml'] = json.loads(line)
    else:
        t.skip('js-yaml', why)
    for name, trees in read.items():
        base = trees['PyYAML']
        t.check(not isinstance(base, str), name + ' is YAML', base)
        for reader, tree in trees.items():
            if reader != 'PyYAML' and tree is not None:
                t.check(same(base, tree), '%s: PyYAML and %s read the same' % (name, reader), lambda: first_difference(base, tree))
        if name in known and isinstance(base, list):
            spec = [dict(d['map'])['spec'] for d in base if d and dict(d['map'])['kind'] == 'Holder']
            t.check(len(spec) == 1 and same(spec[0], known[name]), name + ' is what was written', lambda: first_difference(known[name], spec[0] if spec else None))
t.end()
