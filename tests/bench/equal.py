#!/usr/bin/env python3
"""equal.py [--mlopsc FILE] [N ...]: whether the compiled objects of W(N) are the expected ones (default: 1 10 100).

What the compiler adds of its own is taken off first, and nothing else: annotations mlopsc/* (of pod templates too), an
object's labels app.kubernetes.io/{name,instance,component,part-of,managed-by,version} that the expected one does not have
(one that it has must have the expected value), and the Namespace objects.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import yaml

import workload

OWN = {"app.kubernetes.io/" + x for x in ("name", "instance", "component", "part-of", "managed-by", "version")}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def strip(got, want, top=True):
    """got without what the compiler adds to metadata."""
    if isinstance(got, list):
        wants = want if isinstance(want, list) and len(want) == len(got) else [None] * len(got)
        return [strip(g, w, False) for g, w in zip(got, wants)]
    if not isinstance(got, dict):
        return got
    want = want if isinstance(want, dict) else {}
    out = {}
    for k, v in got.items():
        w = want.get(k)
        if k == "metadata" and isinstance(v, dict):
            v, had = dict(v), w if isinstance(w, dict) else {}
            drop(v, had, "annotations", lambda x: x.startswith("mlopsc/"))
            if top:
                drop(v, had, "labels", lambda x: x in OWN)
        out[k] = strip(v, w, False)
    return out


def drop(metadata, had, field, ours):
    there = metadata.get(field)
    if isinstance(there, dict):
        metadata[field] = {k: v for k, v in there.items() if k in (had.get(field) or {}) or not ours(k)}
        if not metadata[field] and field not in had:
            del metadata[field]


def key(o):
    return o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"]


def compare(text, ms):
    """What differs between the compiled stream and the expected objects: a list of lines, empty if they are equal."""
    expected = {key(o): o for o in yaml.load_all(workload.golden(ms), Loader=LOADER)}
    got, bad = {}, []
    for o in yaml.load_all(text, Loader=LOADER):
        if o is None or o["kind"] == "Namespace":
            continue
        if key(o) in got:
            bad.append(f"{key(o)} is there twice")
        got[key(o)] = o
    bad += [f"{k} is missing" for k in expected if k not in got] + [f"{k} is too much" for k in got if k not in expected]
    for k, o in expected.items():
        if k in got and json.dumps(strip(got[k], o), sort_keys=True) != json.dumps(o, sort_keys=True):
            bad.append(f"{k} differs:" + first_difference(strip(got[k], o), o, ""))
    return bad


def first_difference(got, want, path):
    if isinstance(got, dict) and isinstance(want, dict):
        for k in {**want, **got}:
            if k not in got or k not in want:
                return f" {path}.{k} is {'missing' if k not in got else 'too much'}"
            if got[k] != want[k] or type(got[k]) is not type(want[k]):
                return first_difference(got[k], want[k], f"{path}.{k}")
    elif isinstance(got, list) and isinstance(want, list) and len(got) == len(want):
        for i, (g, w) in enumerate(zip(got, want)):
            if json.dumps(g, sort_keys=True) != json.dumps(w, sort_keys=True):
                return first_difference(g, w, f"{path}[{i}]")
    return f" {path or '.'} is {got!r}, not {want!r}"


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--mlopsc", default=os.environ.get("MLOPSC") or os.path.join(here, "../../build/mlopsc"))
    ap.add_argument("n", nargs="*", type=int, default=[1, 10, 100])
    a = ap.parse_args()
    status = 0
    for n in a.n:
        ms = workload.models(n)
        with tempfile.NamedTemporaryFile("w", suffix=".mlops") as f:
            f.write(workload.stack(ms))
            f.flush()
            r = subprocess.run([a.mlopsc, "build", "--stdout", f.name], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
        if r.returncode or r.stderr:
            print(f"W({n}): status {r.returncode}\n{r.stderr}", end="")
            status = 1
            continue
        bad = compare(r.stdout, ms)
        print(f"W({n}): " + ("equal" if not bad else f"{len(bad)} differences"))
        for line in bad[:10]:
            print("  " + line)
        status = status or bool(bad)
    return status


if __name__ == "__main__":
    sys.exit(main())
