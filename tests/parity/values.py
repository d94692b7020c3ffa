#!/usr/bin/env python3
"""Every key of every Helm values file must exist in exactly the chart version that the release names.

usage, from the project's root: python3 tests/parity/values.py out/khaos out/platform-2026 ...   (default: every out/*)

Reads the library's tables (stdlib/charts, described in grammar/LANGUAGE.md, section 7) with no help from the compiler, which holds
a release against them before anything is written.
"""
import glob
import os
import re
import sys

import yaml

CHARTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "stdlib", "charts")
OPEN = ("any", "open", "map")
passed, failed = 0, 0


def split(path):
    return tuple(p.replace("\\.", ".") for p in re.split(r"(?<!\\)\.", path))


def read(path):
    """Head rows, and {keys: type}."""
    head, keys, body = [], {}, False
    with open(path) as f:
        for row in (line.rstrip("\n").split("\t") for line in f):
            if body:
                keys[split(row[0])] = row[1]
            elif row[0] == "path":
                body = True
            else:
                head.append(row)
    return head, keys


SHAPES = read(os.path.join(CHARTS, "shapes.tsv"))[1]
TABLES = {}                             # (chart, version, repository) -> keys, dependencies
for name in sorted(glob.glob(os.path.join(CHARTS, "*.keys.tsv"))):
    rows, table = read(name)
    made_of = [(r[1], r[2]) for r in rows if r[0] == "depends"]
    if ["strict"] in rows:
        table[()] = "strict"
    for repo in rows[0][3:]:
        TABLES[rows[0][1], rows[0][2], repo] = table, made_of


def with_shapes(keys):
    more = {}
    for path, kind in keys.items():
        if kind.startswith("like "):
            for shape, inner in SHAPES.items():
                if shape[0] == kind[5:]:
                    more[path + shape[1:]] = inner
    return {**more, **keys}


def table_of(name, version, repo):
    keys, deps = TABLES[name, version, repo]
    keys = dict(keys)
    for sub in deps:
        for (n, v, _), (inner, _) in TABLES.items():
            if (n, v) == sub:
                for path, kind in inner.items():
                    keys.setdefault((n,) + path, kind)
                    if path[:1] == ("global",):
                        keys.setdefault(path, kind)
    return with_shapes(with_shapes(keys))


def shape(value):
    return "map" if isinstance(value, dict) else "list" if isinstance(value, list) else "scalar"


def look(ident, keys, inner, path, value, where):
    global passed, failed
    kind = keys.get(path)
    problem = None
    is_map = kind == "strict" or str(kind).startswith("like ") or path in inner
    if kind in OPEN:
        if kind != "any" and not isinstance(value, dict):
            problem = "is a map in the chart"
    elif is_map:
        if not isinstance(value, dict):
            problem = "is a map in the chart"
        else:
            for key, below in value.items():
                look(ident, keys, inner, path + (key,), below, where)
            return
    elif kind is None:
        problem = "does not exist in " + ident
    elif (kind == "list") != isinstance(value, list) or isinstance(value, dict):
        problem = "is a %s in the chart, and a %s here" % (kind, shape(value))
    if problem:
        failed += 1
        print("FAILED  %s: %s %s" % (where, ".".join(path), problem))
    else:
        passed += 1


def check_release(folder, release, repos):
    global failed
    chart, version = str(release["chart"]), str(release["version"])
    repo, name = chart.rsplit("/", 1)
    repo = repos.get(repo, repo).rstrip("/")
    where = "%s, release %s" % (folder, release["name"])
    if (name, version, repo) not in TABLES:
        failed += 1
        print("FAILED  %s: no table of chart %s %s" % (where, chart, version))
        return
    keys = table_of(name, version, repo)
    inner = {path[:i] for path in keys for i in range(len(path))}
    for file in release["values"]:
        with open(os.path.join(folder, file)) as f:
            look("%s %s" % (name, version), keys, inner, (), yaml.safe_load(f) or {}, where)


def check_folder(folder):
    with open(os.path.join(folder, "helmfile.yaml")) as f:
        file = yaml.safe_load(f)
    repos = {r["name"]: r["url"] for r in file.get("repositories", [])}
    for release in file.get("releases", []):
        check_release(folder, release, repos)
    return len(file.get("releases", []))


def main():
    folders = sys.argv[1:] or sorted(os.path.dirname(p) for p in glob.glob("out/*/helmfile.yaml"))
    seen = 0
    for folder in folders:
        if os.path.exists(os.path.join(folder, "helmfile.yaml")):
            seen += check_folder(folder)
    print("%d passed, %d failed, %d releases" % (passed, failed, seen))
    sys.exit(1 if failed or not seen else 0)


if __name__ == "__main__":
    main()
