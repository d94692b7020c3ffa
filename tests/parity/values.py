#!/usr/bin/env python3
"""Every key of every Helm values file must exist in exactly the chart version that the release names.

usage, from the project's root: python3 tests/parity/values.py out/khaos out/platform-2026 ...   (default: every out/*)

charts/ID.keys.tsv lists each key of a chart with its type and default; below a dependency's name the dependency's own table
counts. `{}` and null are open: anything may stand below. charts/strict.tsv has the maps where the chart's schema refuses others.
"""
import glob
import os
import re
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
CHARTS = os.path.join(HERE, "charts")
passed, failed = 0, 0


def rows(path):
    with open(path) as f:
        return [line.rstrip("\n").split("\t") for line in f.readlines()[1:] if line.strip()]


INDEX = {}                              # (chart, version) -> id, dependencies; charts of one name and version differ in nothing
for r in rows(os.path.join(CHARTS, "index.tsv")):
    deps = re.findall(r"([a-z0-9-]+)@([0-9][^ ;]*)", r[10]) if len(r) > 10 else []
    INDEX[r[3], r[4]] = (r[0], deps)
for istio in ("base", "istiod", "gateway"):
    for version in ("1.17.2", "1.30.3"):
        INDEX[istio, version] = ("istio-%s-%s" % (istio, version), [])
STRICT = {(r[0], "" if r[1] == "<root>" else r[1]): set(r[2].split(",")) for r in rows(os.path.join(CHARTS, "strict.tsv"))}


def split(path):
    return tuple(p.replace("\\.", ".") for p in re.split(r"(?<!\\)\.", path))


def keys_of(ident):
    """path -> (type, default), as tuples of keys."""
    keys = {}
    for r in rows(os.path.join(CHARTS, ident + ".keys.tsv")):
        keys[split(r[0])] = (r[1], r[2] if len(r) > 2 else "")
    for r in rows(os.path.join(CHARTS, "extra-keys.tsv")):
        if r[0] == ident:
            keys.setdefault(split(r[1]), ("any", ""))
    return keys


def table_of(ident, deps):
    keys = keys_of(ident)
    for name, version in deps:
        sub = "%s-%s" % (name, version)
        if os.path.exists(os.path.join(CHARTS, sub + ".keys.tsv")):
            for path, kind in keys_of(sub).items():
                keys.setdefault((name,) + path, kind)
    return keys


def shape(value):
    return "map" if isinstance(value, dict) else "list" if isinstance(value, list) else "scalar"


def of_kubernetes(keys, inner, path):
    """Below a map `resources` that the chart hands to the container as it is, Kubernetes' own fields are legal, listed or not."""
    if "resources" not in path:
        return False
    at = path.index("resources") + 1
    return (path[:at] in inner or path[:at] in keys) and path[at:at + 1] in (("requests",), ("limits",)) and len(path) <= at + 2


def look(ident, keys, inner, path, value, where):
    global passed, failed
    kind, default = keys.get(path, (None, None))
    problem = None
    if kind in ("null", "any") or (kind == "map" and default == "{}"):
        if kind == "map" and not isinstance(value, dict):
            problem = "is a map in the chart"
    elif path in inner:
        if not isinstance(value, dict):
            problem = "is a map in the chart"
        else:
            allowed = STRICT.get((ident, ".".join(path)))
            for key, below in value.items():
                if allowed is not None and key not in allowed:
                    failed += 1
                    print("FAILED  %s: %s.%s is refused by the chart's schema" % (where, ".".join(path), key))
                look(ident, keys, inner, path + (key,), below, where)
            return
    elif kind is None and of_kubernetes(keys, inner, path):
        pass
    elif kind is None:
        problem = "does not exist in " + ident
    elif (kind == "list") != isinstance(value, list) or (isinstance(value, dict) and kind != "map"):
        problem = "is a %s in the chart, and a %s here" % (kind, shape(value))
    if problem:
        failed += 1
        print("FAILED  %s: %s %s" % (where, ".".join(path), problem))
    else:
        passed += 1


def check_release(folder, release):
    global failed
    chart, version = str(release["chart"]).split("/")[-1], str(release["version"])
    where = "%s, release %s" % (folder, release["name"])
    if (chart, version) not in INDEX:
        failed += 1
        print("FAILED  %s: no table of chart %s %s" % (where, chart, version))
        return
    ident, deps = INDEX[chart, version]
    keys = table_of(ident, deps)
    inner = {path[:i] for path in keys for i in range(len(path))}
    for name in release["values"]:
        with open(os.path.join(folder, name)) as f:
            look(ident, keys, inner, (), yaml.safe_load(f) or {}, where)


def main():
    folders = sys.argv[1:] or sorted(os.path.dirname(p) for p in glob.glob("out/*/helmfile.yaml"))
    seen = 0
    for folder in folders:
        path = os.path.join(folder, "helmfile.yaml")
        if os.path.exists(path):
            with open(path) as f:
                for release in yaml.safe_load(f).get("releases", []):
                    seen += 1
                    check_release(folder, release)
    print("%d passed, %d failed, %d releases" % (passed, failed, seen))
    sys.exit(1 if failed or not seen else 0)


if __name__ == "__main__":
    main()
