#!/usr/bin/env python3
"""Each key that the reference names for a component is a typed setting of the library, or is fixed with a reason.

usage, from the project's root: python3 tests/parity/coverage.py      (MLOPSC: the compiler, build/mlopsc by default)

coverage.tsv has a row for each key: component, key, kind, setting (or `fixed`), catalogs, what is tried, where the key is in the
output, the value expected there, and for a fixed key the reason. A setting must be in `mlopsc doc KIND`; a small stack is then
built without and with what is tried, and the key must become the expected value, which it was not before. A fixed key must have
the expected value, if one is given (`null`: it is left out). `where` is a path in the values of a release (`x: a.b`), or in an object (`Kind/name: a.b`);
`+` at the end asks that the list, or the text, holds the value.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import values                                       # noqa: E402 (beside this file)
from paths import walk                              # noqa: E402

MLOPSC = os.path.abspath(os.environ.get("MLOPSC", "build/mlopsc"))
passed, failed = 0, 0
ALLOWED = ("no-persistence unauthenticated-port unauthenticated-broker random-node-port image-latest licence clear-text-gateway "
           "model-stage no-resources unplaced idle-queue tls-unverified detector-backlog unencrypted-console broker-password").split()
COMMON = """
stack t { edition = 2026; catalog = %s; public-host = "203.0.113.10"; namespace = "apps" }
secret keys { access-key, secret-key }
secret login { ".dockerconfigjson" }
secret pg { postgres-password, password, replication-password }
secret pf { password }
secret pg2 { postgres-password, password }
secret pf2 { password, connection-string }
secret rooted { access-key, secret-key, root-user, root-password, "rootUser", "rootPassword" }
secret two { access-key, secret-key }
secret sasl2 { client-passwords, inter-broker-password, controller-password, system-user-password }
secret redis { redis-password }
secret sasl { client-passwords, inter-broker-password, controller-password, system-user-password }
secret admin { admin-user, admin-password }
secret rclone { RCLONE_CONFIG_S3_TYPE }
secret ids { cluster-id }
secret alertmanager-x-kube-prometheus-alertmanager { "alertmanager.yaml" }
secret one { DB_PASSWORD, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }
component store : external-bucket { endpoint = "https://s3.example.com"; credentials = keys }
component store2 : external-bucket { endpoint = "https://s3.example.org"; credentials = keys }
component db : external-sql { host = "db.example.com"; database = "d"; user = "u"; password = pg.password; version = 15.3 }
component mon : external-prometheus { url = "http://prometheus.example.com"; namespace = "monitoring"; monitor-labels = { team: "a" } }
component gw : external-gateway { gateway-name = "front"; url = "http://front.example.com" }
component serving : external-seldon { gateway = gw }
component reg : external-registry { artifacts = store.bucket("models"); url = "http://mlflow.example.com"; version = 2.3 }
component broker : external-broker { bootstrap = "kafka.example.com:9092"; protocol = plaintext; existing-topics = ["x", "m"] }
component flows : external-prefect { url = "http://prefect.example.com/api"; image = "prefecthq/prefect:3.8.3"; version = %s }
component flows2 : external-prefect { url = "http://o.example.com/api"; image = "prefecthq/prefect:3.8.3"; version = %s }
"""
# What a component of each kind needs at least; the one looked at is called x.
LEAST = {
    "postgresql": "auth = pg; database = \"d\"",
    "mlflow": "backend = db; artifacts = store.bucket(\"models\")",
    "minio": "credentials = keys",
    "istio": "",
    "seldon": "gateway = gw",
    "seldon-model": "server = serving; registry = reg; image = \"example.com/m:1\"; model-version-number = 1; resources = { cpu: 1, memory: 1Gi }",
    "prefect": "auth = pf",
    "prefect-agent": "server = flows",
    "prefect-worker": "server = flows; pool = pool",
    "prefect-work-pool": "server = flows",
    "prefect-block": "server = flows; bucket = store.bucket(\"code\")",
    "prefect-flow": "server = flows; pool = pool; image = \"example.com/f:1\"; entrypoint = \"f.py:main\"; resources = { cpu: 1, memory: 1Gi }",
    "prometheus": "",
    "kafka": "auth = sasl",
    "nfs-provisioner": "server = \"nfs.example.com\"",
    "khaos": "",
}
POOL = "component pool : prefect-work-pool { server = flows }\n"
DRIFT = """component m : seldon-model { server = serving; registry = reg; image = "example.com/m:1"; requests = broker; resources = { cpu: 1, memory: 1Gi } %s }
drift x on m { runtime = khaos; monitoring = mon; reference = artifact("testing_dataset.csv", rows = 300); data = mmd-online(ert = 100, window = 100)
%s
}
"""


def rows():
    with open(os.path.join(HERE, "coverage.tsv")) as f:
        for number, line in enumerate(f, 1):
            if line.strip() and not line.startswith("#"):
                cells = line.rstrip("\n").split("\t")
                yield number, cells + ["-"] * (9 - len(cells))


def fail(number, text):
    global failed
    failed += 1
    print("FAILED  %s%s" % ("coverage.tsv:%d: " % number if number else "", text))


def source(kind, catalog, tried):
    """The stack; what is tried may begin with settings of the model in `m(...)`, for the kinds that run beside one."""
    prefect = "2.10.4" if catalog == "khaos-2024" else "3.8.3"
    text = COMMON % (catalog, prefect, prefect)
    tried = "" if tried == "-" else tried.replace("\\n", "\n")
    if kind in ("prefect-worker", "prefect-flow"):
        text += POOL
    if kind == "khaos":
        model = re.match(r"m\((.*?)\) ?", tried)
        return text + DRIFT % ("; " + model.group(1) if model else "", tried[model.end():] if model else tried)
    settings = {s.split("=")[0].strip(): s for s in re.split(r"; (?=[a-z-]+ = )", LEAST[kind]) if s}
    for statement in re.split(r"; (?=[a-z.-]+(?: =|\[| [a-z]+ on ))", tried):
        settings.pop(statement.split("=")[0].strip(), None)
    return text + "component x : %s {\n%s\n%s\n}\n" % (kind, "\n".join(settings.values()), tried)


def build(text, folder):
    """Objects and values by name, or the compiler's words."""
    for rule in ALLOWED:
        text += "allow %s because \"of no account here\"\n" % rule
    path = os.path.join(folder, "stack.mlops")
    with open(path, "w") as f:
        f.write(text)
    run = subprocess.run([MLOPSC, "build", "-o", os.path.join(folder, "out"), path], capture_output=True, text=True)
    errors = [line for line in (run.stdout + run.stderr).split("\n") if line.startswith("error")]
    if run.returncode:
        return None, "; ".join(errors) or run.stderr
    found, out = {}, os.path.join(folder, "out", "t")
    if os.path.isdir(os.path.join(out, "manifests")):
        for name in sorted(os.listdir(os.path.join(out, "manifests"))):
            with open(os.path.join(out, "manifests", name)) as f:
                for obj in yaml.safe_load_all(f):
                    if obj:
                        name = re.sub(r"-[0-9a-f]{10}$", "", obj["metadata"]["name"]) if obj["kind"] == "Job" else obj["metadata"]["name"]
                        found[obj["kind"] + "/" + name] = obj
    if os.path.isdir(os.path.join(out, "helm")):
        for name in os.listdir(os.path.join(out, "helm")):
            with open(os.path.join(out, "helm", name)) as f:
                found[name[:-len(".values.yaml")]] = yaml.safe_load(f)
        values.check_folder(out)        # no setting may write a key that the chart does not have
    return found, ""


def look(found, where):
    what, _, path = where.partition(": ")
    return walk(found.get(what, {}), path[:-2] if path.endswith(".+") else path, files=True)


def holds(have, want, where):
    if where.endswith(".+"):
        return have is not None and want in have
    return have == want


def traps():
    """traps.tsv: each of the reference's 45 traps is impossible, reported or documented, and the file named says so."""
    global passed
    seen = set()
    with open(os.path.join(HERE, "traps.tsv")) as f:
        for line in f:
            if not line.strip() or line.startswith("#"):
                continue
            trap, how, path, words, _ = line.rstrip("\n").split("\t")
            seen.add(trap)
            with open(path) as g:
                good = words in g.read() and how in ("impossible", "reported", "documented")
            if good:
                passed += 1
            else:
                fail(0, "trap %s: %s does not say `%s`" % (trap, path, words))
    for number in range(1, 46):
        if "T%d" % number not in seen:
            fail(0, "trap T%d is in no row of traps.tsv" % number)


def main():
    global passed, failed
    documented, plain = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (component, key, kind, setting, catalogs, tried, where, expected, reason) in rows():
            if kind not in documented:
                run = subprocess.run([MLOPSC, "doc", kind], capture_output=True, text=True)
                documented[kind] = set(re.findall(r"^  ([a-z][a-z0-9-]*) (?::|=)", run.stdout, re.M))
            what = "%s, %s" % (component, key)
            if setting == "fixed":
                if len(reason) < 12:
                    fail(number, "%s is fixed without a reason" % what)
                    continue
            else:
                name = re.split(r"[.\[]", setting)[0]
                if name not in documented[kind]:
                    fail(number, "%s: `mlopsc doc %s` has no %s" % (what, kind, name))
                    continue
                if not re.search(r"\b" + re.escape(name) + r"\b", tried) or where == "-":
                    fail(number, "%s: %s is not tried" % (what, name))
                    continue
            if where == "-":
                passed += 1
                continue
            for catalog in catalogs.split(","):
                bare, base = (kind, catalog), source(kind, catalog, "-")
                if bare not in plain:
                    plain[bare] = build(base, os.path.join(folder))
                found, words = plain[bare] if setting != "fixed" or tried == "-" else build(source(kind, catalog, tried), folder)
                if found is None:
                    fail(number, "%s (%s): the stack does not build: %s" % (what, catalog, words))
                    continue
                want = json.loads(expected)
                if setting == "fixed":
                    if holds(look(found, where), want, where):
                        passed += 1
                    else:
                        fail(number, "%s (%s): %s is %s, not %s" % (what, catalog, where, json.dumps(look(found, where)), expected))
                    continue
                before = look(found, where)
                found, words = build(source(kind, catalog, tried), folder)
                if found is None:
                    fail(number, "%s (%s): `%s` does not build: %s" % (what, catalog, tried, words))
                elif not holds(look(found, where), want, where):
                    fail(number, "%s (%s): `%s` makes %s %s, not %s" % (what, catalog, tried, where, json.dumps(look(found, where)), expected))
                elif holds(before, want, where):
                    fail(number, "%s (%s): %s is %s without `%s` too" % (what, catalog, where, expected, tried))
                else:
                    passed += 1
    traps()
    passed, failed = passed + values.passed, failed + values.failed
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
