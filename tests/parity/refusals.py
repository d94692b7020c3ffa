#!/usr/bin/env python3
"""What the library has to refuse, or to advise against: mistakes put into the examples one at a time.

usage, from the project's root: python3 tests/parity/refusals.py      (MLOPSC: the compiler, build/mlopsc by default)

Each row: the example, what is replaced by what, and the message that must be among those printed (a code and words of it), with
the exit status. The unchanged examples must have no message at all.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

MLOPSC = os.path.abspath(os.environ.get("MLOPSC", "build/mlopsc"))
KHAOS, PLATFORM = "examples/khaos/stack.mlops", "examples/platform-2026/stack.mlops"
LICENCE = '  allow licence because "legal agreed to the Business Source License of Seldon Core 1.18 on 2026-10-02, ticket LEG-114"\n'
SECOND = """
drift again on creditcard-seldon {
  runtime = khaos
  reference = artifact("testing_dataset.csv", rows = 300)
  data = mmd-online(ert = 100, window = 100)
  credentials = drift-secret
  restart-every = 12h
  alert warning when score > 0.02 for 5m
}
"""
ROWS = [
    (KHAOS, "client-protocol = plaintext", "client-protocol = sasl-plaintext", 2, "E0638", "the image speaks plaintext only"),
    (KHAOS, "32004, 32005, 32006", "32004, 32005", 2, "E0500", "3 nodes of kafka need 3 node ports, not 2"),
    (KHAOS, "node(32000)", "node(32001)", 2, "E0412", "node port 32001 is claimed twice"),
    (KHAOS, "secret object-store { access-key, secret-key }", "secret object-store { access-key }", 2, "E0701", "has no key `secret-key`"),
    (KHAOS, "expose client   on node(32007)", "", 0, "random-node-port", "takes a random port for 9092"),
    (KHAOS, "drift drift-detector-app", SECOND + "drift drift-detector-app", 2, "E0413", "consumer group drift-detector on topic creditcard is claimed twice"),
    (KHAOS, "ert = 100", "ert = 200", 2, "E0618", "cannot run `mmd-online` with ert = 200"),
    (KHAOS, "rows = 300", "rows = 200", 2, "E0500", "takes the first 300 rows"),
    (KHAOS, "rows = 300", "version = 3, rows = 300", 2, "E0500", "is served as production, the reference is version 3"),
    (KHAOS, "  data          = mmd", "  concept       = mmd", 2, "E0643", "cannot watch concept"),
    (KHAOS, "restart-every = 12h", "restart-every = 30h", 0, "detector-backlog", "after 24.8 hours"),
    (KHAOS, '  queue            = "creditcard"', '  queue            = "other"', 0, "idle-queue", "nobody takes runs from queue creditcard"),
    (KHAOS, "catalog     = khaos-2024", "catalog     = 2026-11", 2, "E0500", "has no agents: use a prefect-worker"),
    (KHAOS, "prometheus { storage = 8Gi; ", "prometheus { ", 0, "no-persistence", "keeps its samples in the pod"),
    (KHAOS, "  allow unauthenticated-port because", "  allow x because", 0, "unauthenticated-port", "MLflow asks for no password"),
    (KHAOS, "  allow image-latest because", "  allow x because", 0, "image-latest", "has no fixed version"),
    (PLATFORM, LICENCE, "", 0, "licence", "Business Source License"),
    (PLATFORM, "  model-version-number = 17\n", "", 0, "model-stage", "stages are deprecated since MLflow 2.9"),
    (PLATFORM, "prefect-worker    { limit = 20 }", "prefect-worker { version = 2.10.4 }", 2, "E0500", "prefect worker 2.10.4 cannot work for prefect server 3.8.3"),
    (PLATFORM, "models/churn:4.2.0", "models/churn:latest", 0, "image-latest", "has no fixed version"),
    (PLATFORM, "registry.example.com/models/churn:4.2.0", "bitnami/mlflow:3.3.2", 0, "moved-image", "bitnamilegacy"),
    (PLATFORM, "registry.example.com/models/churn:4.2.0", "docker.io/minio/mc:RELEASE.2024-11-21T17-21-54Z", 0, "moved-image", "quay.io/minio/mc"),
    (PLATFORM, "  partitions           = 6\n", '  partitions = 6\n  env = { DB_PASSWORD: "x" }\n', 0, "plain-secret-in-env", "DB_PASSWORD"),
    (PLATFORM, "  resources            = { cpu: 1, memory: 2Gi }\n", "", 2, "E0500", "scales by the CPU that its pods ask for"),
    (PLATFORM, "  tls-secret       = tls-secret\n", "", 0, "clear-text-gateway", "in clear text"),
    (PLATFORM, "secret store-auth    { access-key, secret-key }", "secret store-auth    { access-key }", 2, "E0701", "has no key `secret-key`"),
    (PLATFORM, "  topic-replicas = 3", "  topic-replicas = 3\n  controllers = 1", 2, "E0500", "copies"),
    (PLATFORM, "  user       = \"mlflow\"\n", "  user       = \"mlflow\"\n  version    = 9.6\n", 2, "E0501", "9.6"),
]


def run(text, folder, example):
    for path in glob.glob(os.path.join(os.path.dirname(example), "*.csv")):
        shutil.copy(path, folder)
    path = os.path.join(folder, "stack.mlops")
    with open(path, "w") as f:
        f.write(text)
    r = subprocess.run([MLOPSC, "check", "--all", path], capture_output=True, text=True)
    return r.returncode, r.stdout + r.stderr


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for example in (KHAOS, PLATFORM):
            status, text = run(open(example).read(), folder, example)
            if status == 0 and "warning" not in text.replace("no warnings", ""):
                passed += 1
            else:
                failed += 1
                print("FAILED  %s is not without messages:\n%s" % (example, text))
        for example, old, new, want, code, words in ROWS:
            source = open(example).read()
            what = "%s: `%s` for `%s`" % (example, new.strip().split("\n")[0][:50], old.strip()[:50])
            if old not in source:
                failed += 1
                print("FAILED  %s: the example has no such text" % what)
                continue
            status, text = run(source.replace(old, new), folder, example)
            heads = [line for line in text.split("\n") if line.startswith(("error[", "warning["))]
            if status == want and any(code in h and words in h for h in heads):
                passed += 1
            else:
                failed += 1
                print("FAILED  %s: status %d, not %d, or no %s with `%s` in\n  %s" % (what, status, want, code, words, "\n  ".join(heads)))
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
