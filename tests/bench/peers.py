"""The peers: for each tool, how W(n) is written in it and how it is run.

Each input is what a user of the tool would keep: one template (written once, whatever n is) and one list of n
entries.  Where there was a choice it went in the peer's favour: jsonnet concatenates instead of formatting
(std.format is slow), and prints JSON documents where its YAML is slower.
"""
import importlib.util
import json
import os
import shlex
import shutil
import sys

from workload import INTS, OBJECTS, PLATFORM, SLOT, I, S, pieces, yaml_text


def put(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


CACHE = os.environ.get("BENCH_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "mlopsc-bench")


def which(name):
    """The command of the tool: BENCH_<NAME> if set (words split as a shell would), else what peers-install put into
    its cache folder, else what PATH has."""
    words = os.environ.get("BENCH_" + name.upper().replace("-", "_"))
    if words:
        return shlex.split(words)
    path = os.path.join(CACHE, "bin", name)
    path = path if os.access(path, os.X_OK) else shutil.which(name)
    return [path] if path else None


# ---- the template in each language, printed from the one description ----

def code(node, lang, ind=0):
    """The node as an expression of lang, an object with the small methods below."""
    pad, end = "  " * (ind + 1), "  " * ind
    if isinstance(node, dict):
        rows = [pad + lang.pair(k, code(v, lang, ind + 1), v) for k, v in node.items()]
        return lang.open + "\n" + lang.sep.join(rows) + "\n" + end + lang.close
    if isinstance(node, list):
        if not node:
            return lang.empty
        rows = [pad + lang.item(code(v, lang, ind + 1)) for v in node]
        return lang.lopen + "\n" + lang.sep.join(rows) + "\n" + end + lang.lclose
    if isinstance(node, I):
        return lang.field("m", node)
    if isinstance(node, int):
        return str(node)
    if SLOT.fullmatch(node) and isinstance(node, S):
        ((_, scope, field),) = pieces(node)
        return lang.text(lang.field(scope, field), field)
    if isinstance(node, S) and SLOT.search(node):
        return lang.join(pieces(node))
    return json.dumps(node)


class Lang:
    open, close, lopen, lclose, sep, empty = "{", "}", "[", "]", ",\n", "[]"

    def pair(self, key, value, node):
        return f"{json.dumps(key)}: {value}"

    def item(self, value):
        return value

    def field(self, scope, field):
        return f"{scope}.{field}"

    def text(self, expr, field):
        """expr, of field, where a string is wanted."""
        return self.join([("slot", "m", field)]) if field in INTS else expr

    def interpolate(self, parts, left, right, show=lambda e, f: e):
        return '"' + "".join(
            json.dumps(x[1])[1:-1] if x[0] == "lit" else left + show(self.field(x[1], x[2]), x[2]) + right
            for x in parts
        ) + '"'


class Jsonnet(Lang):
    def join(self, parts):
        words = [json.dumps(x[1]) if x[0] == "lit" else self.field(x[1], x[2]) for x in parts]
        if parts[0][0] != "lit" and len(parts) == 1:
            words.insert(0, '""')
        return " + ".join(words)


class Py(Lang):
    def field(self, scope, field):
        return f'{scope}["{field}"]'

    def join(self, parts):
        return "f'" + "".join(
            x[1].replace("{", "{{").replace("}", "}}").replace("\n", "\\n")
            if x[0] == "lit"
            else "{" + self.field(x[1], x[2]) + "}"
            for x in parts
        ) + "'"


class Jq(Lang):
    def field(self, scope, field):
        return f"${scope}.{field}"

    def join(self, parts):
        return self.interpolate(parts, "\\(", ")")


class Cue(Lang):
    def join(self, parts):
        return self.interpolate(parts, "\\(", ")")


class Pkl(Lang):
    open, close, lopen, lclose, sep, empty = "{", "}", "{", "}", "\n", "List()"

    def pair(self, key, value, node):
        name = f"`{key}`" if not key.isidentifier() or key == "for" else key
        return f"{name} {value}" if isinstance(node, (dict, list)) and node else f"{name} = {value}"

    def item(self, value):
        return "new " + value if value.startswith("{") else value

    def join(self, parts):
        return self.interpolate(parts, "\\(", ")")


class Ytt(Lang):
    def join(self, parts):
        return " + ".join(
            json.dumps(x[1]) if x[0] == "lit"
            else f"str({self.field(x[1], x[2])})" if x[2] in INTS else self.field(x[1], x[2])
            for x in parts
        )


def ytt_yaml(node):
    """YAML whose slotted leaves are ytt expressions."""
    lang, slots = Ytt(), []

    def mark(v):
        if isinstance(v, dict):
            return {k: mark(w) for k, w in v.items()}
        if isinstance(v, list):
            return [mark(w) for w in v]
        if isinstance(v, I) or (isinstance(v, S) and SLOT.search(v)):
            return "#@ " + code(v, lang)
        return v

    return yaml_text(mark(node), lambda s, f: "")


def text_template(slot, escape=lambda s: s):
    return "".join("---\n" + yaml_text(o, slot, escape) for o in OBJECTS)


# ---- the list of entries in each language ----

def literal(m, pair="%s: %s", sep=", ", wrap="{%s}"):
    return wrap % sep.join(pair % (k, json.dumps(v)) for k, v in m.items())


def stack_json(d, ms):
    rows = ",\n".join(json.dumps(m) for m in ms)
    put(f"{d}/stack.json", '{"platform": %s,\n"models": [\n%s\n]}\n' % (json.dumps(PLATFORM), rows))


def stack_yaml(d, ms, name="stack.yaml"):
    out = ["platform:\n"] + [f"  {k}: {v}\n" for k, v in PLATFORM.items()] + ["models:\n"]
    for m in ms:
        lead = "- "
        for k, v in m.items():
            out.append(f"{lead}{k}: {json.dumps(v)}\n")
            lead = "  "
    put(f"{d}/{name}", "".join(out))


def write_jsonnet(d, ms):
    lang = Jsonnet()
    put(f"{d}/lib.libsonnet", "function(p, m) " + code(OBJECTS, lang) + "\n")
    rows = ",\n".join(literal(m, wrap="  { %s }") for m in ms)
    put(
        f"{d}/stack.jsonnet",
        "local objects = import 'lib.libsonnet';\n"
        f"local p = {json.dumps(PLATFORM)};\n"
        f"local models = [\n{rows}\n];\n"
        "[o for m in models for o in objects(p, m)]\n",
    )
    put(f"{d}/stack-yaml.jsonnet", "std.manifestYamlStream(import 'stack.jsonnet', c_document_end=false)\n")


def write_pkl(d, ms):
    fields = "".join(f"  {f}: {'Int' if f in INTS else 'String'}\n" for f in ms[0])
    pfields = "".join(f"  {f}: String\n" for f in PLATFORM)
    lang = Pkl()
    fns = "".join(
        f"function object{i}(p: Platform, m: Model): Dynamic = new Dynamic {code(o, lang)}\n\n"
        for i, o in enumerate(OBJECTS)
    )
    put(f"{d}/lib.pkl", f"module lib\n\nclass Platform {{\n{pfields}}}\n\nclass Model {{\n{fields}}}\n\n{fns}")
    rows = "".join("  new { %s }\n" % "; ".join(f"{k} = {json.dumps(v)}" for k, v in m.items()) for m in ms)
    plat = "; ".join(f"{k} = {json.dumps(v)}" for k, v in PLATFORM.items())
    put(
        f"{d}/stack.pkl",
        'import "lib.pkl"\n\n'
        f"hidden platform: lib.Platform = new {{ {plat} }}\n\n"
        f"hidden models: Listing<lib.Model> = new {{\n{rows}}}\n\n"
        "output {\n  value = new Listing {\n    for (m in models) {\n"
        + "".join(f"      lib.object{i}(platform, m)\n" for i in range(len(OBJECTS)))
        + "    }\n  }\n  renderer = new YamlRenderer { isStream = true }\n}\n",
    )


def write_cue(d, ms):
    fields = "\n".join(f"\t{f}: {'int' if f in INTS else 'string'}" for f in ms[0])
    pfields = "\n".join(f"\t{f}: string" for f in PLATFORM)
    rows = ",\n".join(literal(m) for m in ms)
    put(f"{d}/lib.cue", (
        'package stack\n\nimport "encoding/yaml"\n\n'
        f"#Platform: {{\n{pfields}\n}}\n\n#Model: {{\n{fields}\n}}\n\n"
        "p: #Platform\nmodels: [...#Model]\n\n"
        "objects: [for m in models for o in " + code(OBJECTS, Cue()) + " {o}]\n\n"
        "stream: yaml.MarshalStream(objects)\n"
    ))
    put(f"{d}/stack.cue", f"package stack\n\np: {json.dumps(PLATFORM)}\nmodels: [\n{rows},\n]\n")


def write_ytt(d, ms):
    body = "".join("---\n" + ytt_yaml(o) for o in OBJECTS)
    put(
        f"{d}/config.yaml",
        '#@ load("@ytt:data", "data")\n#@ p = data.values.platform\n'
        "#@ for m in data.values.models:\n" + body + "#@ end\n",
    )
    stack_yaml(d, ms, "values.yaml")


def helm_slot(scope, field):
    return "{{ %s.%s }}" % ("$.Values.platform" if scope == "p" else "", field) if scope == "p" else "{{ .%s }}" % field


def write_helm(d, ms):
    put(f"{d}/chart/Chart.yaml", "apiVersion: v2\nname: stack\nversion: 0.1.0\n")
    put(f"{d}/chart/templates/stack.yaml", "{{- range .Values.models }}\n" + text_template(helm_slot) + "{{- end }}\n")
    stack_yaml(d, ms, "values.yaml")


def write_gotemplate(d, ms):
    """The Go template engine alone, from the standard library: what helm cannot beat."""
    stack_json(d, ms)
    slot = lambda s, f: "{{ $.platform.%s }}" % f if s == "p" else "{{ .%s }}" % f
    put(f"{d}/stack.tmpl", "{{- range .models }}\n" + text_template(slot) + "{{- end }}\n")


def write_python(d, ms):
    stack_json(d, ms)
    stack_yaml(d, ms)
    slot = lambda s, f: '{%s["%s"]}' % (s, f)
    brace = lambda s: s.replace("{", "{{").replace("}", "}}")
    put(
        f"{d}/text.py",
        "import json, sys\n\ndef render(p, m):\n    return f'''" + text_template(slot, brace) + "'''\n\n"
        "stack = json.load(open('stack.json'))\np = stack['platform']\n"
        "sys.stdout.writelines(render(p, m) for m in stack['models'])\n",
    )
    dump = (
        "import sys, yaml\n\ndef objects(p, m):\n    return " + code(OBJECTS, Py(), 1) + "\n\n"
        "stack = yaml.load(open('stack.yaml'), Loader=yaml.%s)\np = stack['platform']\n"
        "yaml.dump_all((o for m in stack['models'] for o in objects(p, m)), sys.stdout,\n"
        "              Dumper=yaml.%s, sort_keys=False, explicit_start=True)\n"
    )
    put(f"{d}/dump_c.py", dump % ("CSafeLoader", "CSafeDumper"))
    put(f"{d}/dump_py.py", dump % ("SafeLoader", "SafeDumper"))


def write_jinja(d, ms):
    stack_yaml(d, ms)
    slot = lambda s, f: "{{ %s.%s }}" % (s, f)
    put(f"{d}/stack.j2", "{% for m in models %}\n" + text_template(slot) + "{% endfor %}\n")
    put(
        f"{d}/render.py",
        "import sys, jinja2, yaml\n"
        "stack = yaml.load(open('stack.yaml'), Loader=yaml.CSafeLoader)\n"
        "env = jinja2.Environment(loader=jinja2.FileSystemLoader('.'), trim_blocks=True, keep_trailing_newline=True)\n"
        "env.get_template('stack.j2').stream(p=stack['platform'], models=stack['models']).dump(sys.stdout)\n",
    )


def write_jq(d, ms):
    stack_json(d, ms)
    objs = ",\n".join(code(o, Jq()) for o in OBJECTS)
    put(f"{d}/stack.jq", f".platform as $p | .models[] as $m |\n{objs}\n")


def have_python(*modules):
    def find():
        sys.path.append(os.path.join(CACHE, "python"))
        ok = all(importlib.util.find_spec(m) for m in modules)
        sys.path.pop()
        return [sys.executable] if ok else None
    return find


# name, what it is, find, write, the command line; the result is standard output.
# `kind` says what a peer does: "text" puts strings together, "language" evaluates one that knows structure.
PEERS = [
    ("python-text", "text", have_python(), write_python, lambda c: c + ["text.py"]),
    ("gotemplate", "text", lambda: which("gotemplate"), write_gotemplate, lambda c: c + ["stack.tmpl", "stack.json"]),
    ("jinja2", "text", have_python("jinja2", "yaml"), write_jinja, lambda c: c + ["render.py"]),
    ("helm-engine", "text", lambda: which("helm-engine"), write_helm, lambda c: c + ["chart", "values.yaml"]),
    ("jq", "language", lambda: which("jq"), write_jq, lambda c: c + ["-c", "-f", "stack.jq", "stack.json"]),
    ("pyyaml-c", "language", have_python("yaml"), write_python, lambda c: c + ["dump_c.py"]),
    ("rsjsonnet", "language", lambda: which("rsjsonnet"), write_jsonnet, lambda c: c + ["-S", "stack-yaml.jsonnet"]),
    ("rsjsonnet-json", "language", lambda: which("rsjsonnet"), write_jsonnet, lambda c: c + ["-y", "stack.jsonnet"]),
    ("jrsonnet", "language", lambda: which("jrsonnet"), write_jsonnet, lambda c: c + ["-S", "stack-yaml.jsonnet"]),
    ("go-jsonnet", "language", lambda: which("go-jsonnet"), write_jsonnet, lambda c: c + ["-y", "stack.jsonnet"]),
    ("jsonnet", "language", lambda: which("jsonnet"), write_jsonnet, lambda c: c + ["-y", "stack.jsonnet"]),
    ("pkl", "language", lambda: which("pkl"), write_pkl, lambda c: c + ["eval", "stack.pkl"]),
    ("cue", "language", lambda: which("cue"), write_cue,
     lambda c: c + ["export", "--out", "text", "-e", "stream", "."]),
    ("ytt", "language", lambda: which("ytt"), write_ytt,
     lambda c: c + ["-f", "config.yaml", "--data-values-file", "values.yaml"]),
]
