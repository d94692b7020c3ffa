#!/usr/bin/env python3
"""Holds the compiled examples/khaos against the reference platform, object for object.

usage, from the project's root: python3 tests/parity/khaos.py out/khaos

The facts are in the tables beside this file, written by hand from the reference's own manifests, charts and README; nothing here
comes from our own output. Secrets never reach out/: they are asked of the compiler (MLOPSC, build/mlopsc by default) itself.
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

import yaml

sys.dont_write_bytecode = True
from paths import walk                              # noqa: E402 (beside this file)

HERE = os.path.dirname(os.path.abspath(__file__))
passed, failed = 0, 0


def check(ok, text):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print("FAILED  " + text)


def table(name):
    with open(os.path.join(HERE, name)) as f:
        return [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]


def namespace_of(obj):
    return obj["metadata"].get("namespace", "-")


def containers(node):
    """Every container of every pod spec below this node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("containers", "initContainers") and isinstance(value, list):
                yield from (c for c in value if isinstance(c, dict) and "name" in c)
            else:
                yield from containers(value)
    elif isinstance(node, list):
        for value in node:
            yield from containers(value)


def source_of(entry):
    if "value" in entry:
        return "value " + entry["value"]
    ref = entry.get("valueFrom", {})
    if "secretKeyRef" in ref:
        return "secret {name} {key}".format(**ref["secretKeyRef"])
    if "configMapKeyRef" in ref:
        return "config {name} {key}".format(**ref["configMapKeyRef"])
    return "nothing"


def ports_of(service):
    """The ports of a Service in the form of seed-objects.tsv."""
    return {(str(p["port"]), str(p.get("targetPort", p["port"])), str(p.get("nodePort", ""))) for p in service["spec"]["ports"]}


def resolve_target(service, target, objects):
    """The number behind a targetPort that is a name."""
    if target.isdigit():
        return target
    for obj in objects.values():
        labels = walk(obj, "spec.template.metadata.labels") or {}
        if obj["kind"] == "Deployment" and namespace_of(obj) == namespace_of(service) \
                and all(labels.get(k) == v for k, v in service["spec"]["selector"].items()):
            for c in containers(obj):
                for p in c.get("ports", []):
                    if p.get("name") == target:
                        return str(p["containerPort"])
    return target


def load(out):
    objects = {}
    folder = os.path.join(out, "manifests")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as f:
            for obj in yaml.safe_load_all(f):
                if obj:
                    objects[obj["kind"], namespace_of(obj), obj["metadata"]["name"]] = obj
    with open(os.path.join(out, "helmfile.yaml")) as f:
        releases = {}
        for r in yaml.safe_load(f)["releases"]:
            with open(os.path.join(out, r["values"][0])) as v:
                releases[r["name"], r["namespace"]] = (r, yaml.safe_load(v))
    return objects, releases


def wanted_and_selected(objects):
    """A Service without pods, or a monitor without Services, is a silent fault."""
    for key, obj in objects.items():
        if obj["kind"] == "Service":
            selector = obj["spec"].get("selector", {})
            hits = [o for o in objects.values() if o["kind"] == "Deployment" and namespace_of(o) == namespace_of(obj)
                    and all(walk(o, "spec.template.metadata.labels").get(k) == v for k, v in selector.items())]
            check(selector and len(hits) == 1, "%s selects %d Deployments" % (key, len(hits)))
        if obj["kind"] == "ServiceMonitor":
            selector = obj["spec"]["selector"]["matchLabels"]
            spaces = obj["spec"]["namespaceSelector"]["matchNames"]
            port = obj["spec"]["endpoints"][0]["port"]
            hits = [o for o in objects.values() if o["kind"] == "Service" and namespace_of(o) in spaces
                    and all(o["metadata"]["labels"].get(k) == v for k, v in selector.items())
                    and port in [p.get("name") for p in o["spec"]["ports"]]]
            check(len(hits) == 1, "%s scrapes %d Services" % (key, len(hits)))
        if obj["kind"] == "Deployment":
            labels = walk(obj, "spec.template.metadata.labels")
            check(all(labels.get(k) == v for k, v in obj["spec"]["selector"]["matchLabels"].items()), "%s: selector and pod labels differ (T11)" % (key,))


def secrets_of(stack):
    """(namespace, name) -> keys, as the compiler renders them from made-up values."""
    compiler = os.environ.get("MLOPSC", "build/mlopsc")
    listing = {"postgres-auth": ["postgres-password"], "object-store": ["access-key", "secret-key"], "prefect-db": ["password"],
               "sasl": ["client-passwords", "inter-broker-password", "controller-password", "system-user-password"]}
    with tempfile.NamedTemporaryFile("w", suffix=".env") as f:
        for name, keys in listing.items():
            for key in keys:
                f.write("%s.%s=value-of-%s-%s%s\n" % (name, key, name, key, "/@" if name == "postgres-auth" else ""))
        f.flush()
        run = subprocess.run([compiler, "secrets", "--from", f.name, stack], capture_output=True, text=True)
    if run.returncode:
        print(run.stderr)
        return {}
    result = {}
    for obj in yaml.safe_load_all(run.stdout):
        if obj:
            data = {k: base64.b64decode(v).decode() for k, v in (obj.get("data") or {}).items()}
            data.update(obj.get("stringData") or {})
            result[namespace_of(obj), obj["metadata"]["name"]] = data
    return result


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    out = sys.argv[1]
    objects, releases = load(out)
    mended = {(kind, ref): ours for kind, ref, ours, _ in table("apiversions.tsv")}
    secrets = secrets_of("examples/khaos/stack.mlops")

    seen_releases = set()
    for release, source, api, kind, ns, name, ports in (row + [""] * (7 - len(row)) for row in table("seed-objects.tsv") if row[0] != "release"):
        if source in ("chart", "chart-crd"):
            if release not in seen_releases:
                seen_releases.add(release)
                check(any(r == release for r, _ in releases), "release %s is missing" % release)
            continue
        if kind == "Secret":
            check((ns, name) in secrets, "Secret %s/%s is not rendered" % (ns, name))
            continue
        obj = objects.get((kind, ns, name))
        check(obj is not None, "%s %s/%s is missing" % (kind, ns, name))
        if obj is None:
            continue
        want = mended.get((kind, api), api)
        check(obj["apiVersion"] == want, "%s %s/%s is %s, not %s" % (kind, ns, name, obj["apiVersion"], want))
        for port in filter(None, ports.split(",")):
            pname, number, target, node = re.fullmatch(r"([^:]+):(\d+)>([^@]+)@?(\d*)", port).groups()
            ours = {(p, resolve_target(obj, t, objects), n) for p, t, n in ports_of(obj)}
            check((number, target, node) in ours, "Service %s/%s has no port %s" % (ns, name, port))
            if pname != "-":
                check(pname in [p.get("name") for p in obj["spec"]["ports"]], "Service %s/%s has no port called %s" % (ns, name, pname))

    for kind, ns, name, variable, _, expected, trap in table("variables.tsv"):
        obj = objects.get((kind, ns, name), {})
        found = [source_of(e) for c in containers(obj) for e in c.get("env", []) if e["name"] == variable]
        check(found == [expected], "%s %s/%s: %s comes from %s, not from `%s` (%s)" % (kind, ns, name, variable, found, expected, trap))
        if expected.startswith("config "):
            _, config, key = expected.split(" ")
            check(walk(objects.get(("ConfigMap", ns, config), {}), "data." + key) is not None, "ConfigMap %s/%s has no key %s" % (ns, config, key))
        if expected.startswith("secret "):
            _, secret, key = expected.split(" ")
            check(key in secrets.get((ns, secret), {}), "Secret %s/%s has no key %s" % (ns, secret, key))

    for kind, ns, name, path, expected, trap in table("fields.tsv"):
        want, obj = json.loads(expected), objects.get((kind, ns, name), {})
        if path.endswith(".+"):
            have = walk(obj, path[:-2]) or []
            check(want in have, "%s %s/%s: %s does not hold %s (%s)" % (kind, ns, name, path[:-2], want, trap))
        else:
            have = walk(obj, path)
            check(have == want, "%s %s/%s: %s is %s, not %s (%s)" % (kind, ns, name, path, have, want, trap))

    for release, ns, chart, version, _, _, key, value, trap in table("values.tsv"):
        r, values = releases.get((release, ns), ({}, {}))
        check(str(r.get("chart", "")).split("/")[-1] == chart and str(r.get("version")) == version,
              "release %s/%s is %s %s, not %s %s" % (ns, release, r.get("chart"), r.get("version"), chart, version))
        check(walk(values, key) == json.loads(value), "release %s/%s: %s is %s, not %s (%s)" % (ns, release, key, walk(values, key), value, trap))

    for ns, name, key in table("secrets.tsv"):
        check(bool(secrets.get((ns, name), {}).get(key)), "Secret %s/%s has no key %s" % (ns, name, key))
    drift, store = secrets.get(("mlops-drift", "drift-secret"), {}), secrets.get(("mlops-mlflow", "mlflow-secret"), {})
    check(drift.get("AWS_ACCESS_KEY_ID") == store.get("AWS_ACCESS_KEY_ID") == "value-of-object-store-access-key", "one S3 declaration feeds all (T3)")
    check(urllib.parse.unquote(store.get("DB_PASSWORD", "")) == secrets.get(("mlops-mlflow", "postgres-auth"), {}).get("postgres-password"),
          "one database password (T4)")
    check(not set("@:/?#") & set(store.get("DB_PASSWORD", "@")), "a password that cannot stand in a URL (T14)")

    with open(os.path.join(out, "00-namespaces.yaml")) as f:
        made = {o["metadata"]["name"] for o in yaml.safe_load_all(f) if o}
    used = {k[1] for k in objects} | {ns for _, ns in releases}
    for ns in sorted(used - {"-", "default", "kube-system"}):
        check(ns in made, "namespace %s is used and never made (T1)" % ns)

    rules = [r for o in objects.values() if o["kind"] == "PrometheusRule" for g in o["spec"]["groups"] for r in g["rules"]]
    check(any("drift_value" in r["expr"] and "> 0.02" in r["expr"] for r in rules), "no alert on the drift score (T35)")
    check(all("namespace" in r.get("labels", {}) and "model" in r["labels"] for r in rules), "an alert without namespace or model (T35)")
    # The resource types that chart 8.3.2 brings know no more than these fields (T41).
    fields = {"alert", "record", "expr", "for", "labels", "annotations"}
    check(all(set(r) <= fields for r in rules), "a rule has a field that operator 0.62 does not know (T41)")
    fields = {"selector", "endpoints", "podMetricsEndpoints", "namespaceSelector", "jobLabel", "targetLabels", "podTargetLabels"}
    check(all(set(o["spec"]) <= fields for o in objects.values() if o["kind"] in ("ServiceMonitor", "PodMonitor")),
          "a monitor has a field that operator 0.62 does not know (T41)")
    topics = walk(releases.get(("kafka", "mlops-kafka"), ({}, {}))[1], "provisioning.topics") or []
    check("creditcard" in [t["name"] for t in topics], "topic creditcard is not made (T30)")
    wanted_and_selected(objects)
    every = json.dumps([list(objects.values()), [v for _, v in releases.values()]])
    check("khaosdev" not in every and "value-of-" not in every, "a password in the output (T5)")

    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
