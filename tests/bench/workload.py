"""The reference workload W(n).

W(n) is n model deployments with their drift policies on one shared platform.
Every model yields six Kubernetes objects.  The objects are described once, as
a Python structure whose leaves may hold slots; the printers in peers.py turn
that one description into the template of every tool, so that all the peers
compute the same thing and their results can be compared.

Leaves:
  str          a literal
  S("..{x}..") a string with slots: {field} of the model, {p.field} of the platform
  Q("..{x}..") the same, where YAML needs quotes to keep it a string
  I("field")   an integer field of the model
  T("..")      a text of several lines (a YAML literal block)
  int          a literal
"""
import os
import re
import sys

SLOT = re.compile(r"\{(p\.)?([a-z0-9_]+)\}")


class S(str):
    pass


class Q(S):
    pass


class T(S):
    pass


class I(str):
    pass


PLATFORM = {
    "seldon_ns": "mlops-seldon",
    "drift_ns": "mlops-drift",
    "prometheus_ns": "mlops-prometheus",
    "mlflow": "http://mlflow.mlops-mlflow.svc:5000",
    "s3": "http://minio.mlops-storage.svc:9000",
    "kafka": "kafka.mlops-kafka.svc:9092",
    "s3_secret": "mlops-s3",
    "detector_image": "ghcr.io/acme/drift-detector:2.3.1",
    "runbook": "https://runbooks.acme.example/drift",
}

KINDS = ("fraud", "churn", "credit", "footprint", "demand", "pricing", "intrusion", "ranking")
TEAMS = ("risk", "growth", "geo", "ops", "search")
DETECTORS = ("online-mmd", "online-lsdd", "ks-window", "cvm-online")
CPUS = ("250m", "500m", "1", "2", "4")
MEMORIES = ("512Mi", "1Gi", "2Gi", "4Gi")
THRESHOLDS = ("0.01", "0.02", "0.05", "0.1")

STRINGS = ("name", "team", "image", "cpu", "memory", "log", "detector", "threshold", "severity", "hold")
INTS = ("version", "replicas", "workers", "window", "ert")


def model(i):
    """Model i (from 1), by arithmetic alone: no random state, the same everywhere."""
    kind = KINDS[i % len(KINDS)]
    return {
        "name": f"{kind}-{i:05d}",
        "team": TEAMS[i * 7 % len(TEAMS)],
        "version": 1 + i * 13 % 29,
        "image": f"ghcr.io/acme/{kind}:{1 + i % 3}.{i * 5 % 17}.{i * 11 % 23}",
        "replicas": 1 + i * 3 % 5,
        "cpu": CPUS[i * 11 % len(CPUS)],
        "memory": MEMORIES[i * 3 % len(MEMORIES)],
        "workers": 1 + i * 5 % 4,
        "log": ("INFO", "WARNING", "DEBUG")[i % 3],
        "detector": DETECTORS[i * 5 % len(DETECTORS)],
        "window": 50 + i * 37 % 450,
        "ert": 100 + i * 41 % 300,
        "threshold": THRESHOLDS[i * 7 % len(THRESHOLDS)],
        "severity": ("warning", "critical")[i * 3 % 2],
        "hold": ("5m", "10m", "15m")[i * 2 % 3],
    }


def models(n):
    return [model(i) for i in range(1, n + 1)]


def labels(component):
    return {
        "app.kubernetes.io/name": S("{name}"),
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/part-of": "mlops",
        "app.kubernetes.io/managed-by": "bench",
        "mlops.io/team": S("{team}"),
    }


def selector():
    return {"app.kubernetes.io/name": S("{name}"), "app.kubernetes.io/component": "drift"}


def from_secret(var):
    return {"name": var, "valueFrom": {"secretKeyRef": {"name": S("{p.s3_secret}"), "key": var}}}


def from_config(var):
    return {"name": var, "valueFrom": {"configMapKeyRef": {"name": S("{name}-drift"), "key": var}}}


OBJECTS = [
    {
        "apiVersion": "machinelearning.seldon.io/v1",
        "kind": "SeldonDeployment",
        "metadata": {
            "name": S("{name}-model"),
            "namespace": S("{p.seldon_ns}"),
            "labels": labels("model"),
            "annotations": {
                "mlops.io/model-version": Q("{version}"),
                "prometheus.io/scrape": Q("true"),
                "prometheus.io/path": "/prometheus",
                "seldon.io/grpc-max-message-size": Q("1000000000"),
            },
        },
        "spec": {
            "name": S("{name}"),
            "predictors": [
                {
                    "name": "main",
                    "replicas": I("replicas"),
                    "traffic": 100,
                    "componentSpecs": [
                        {
                            "spec": {
                                "containers": [
                                    {
                                        "name": "predictor",
                                        "image": S("{image}"),
                                        "imagePullPolicy": "IfNotPresent",
                                        "env": [
                                            {"name": "SELDON_LOG_LEVEL", "value": S("{log}")},
                                            {"name": "GUNICORN_WORKERS", "value": Q("{workers}")},
                                            {"name": "GRPC_WORKERS", "value": Q("1")},
                                            {"name": "MLFLOW_S3_IGNORE_TLS", "value": Q("true")},
                                            {"name": "MLFLOW_S3_ENDPOINT_URL", "value": S("{p.s3}")},
                                            {"name": "MLFLOW_TRACKING_URI", "value": S("{p.mlflow}")},
                                            from_secret("AWS_ACCESS_KEY_ID"),
                                            from_secret("AWS_SECRET_ACCESS_KEY"),
                                        ],
                                        "resources": {
                                            "requests": {"cpu": Q("{cpu}"), "memory": S("{memory}")},
                                            "limits": {"cpu": Q("{cpu}"), "memory": S("{memory}")},
                                        },
                                    }
                                ]
                            }
                        }
                    ],
                    "graph": {
                        "name": "predictor",
                        "type": "MODEL",
                        "endpoint": {"type": "REST"},
                        "children": [],
                        "parameters": [
                            {"name": "model_name", "type": "STRING", "value": S("{name}")},
                            {"name": "model_version", "type": "STRING", "value": Q("{version}")},
                        ],
                    },
                }
            ],
        },
    },
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": S("{name}-drift"),
            "namespace": S("{p.drift_ns}"),
            "labels": labels("drift"),
        },
        "data": {
            "MLFLOW_TRACKING_URI": S("{p.mlflow}"),
            "KAFKA_BOOTSTRAP_SERVERS": S("{p.kafka}"),
            "drift.yaml": T(
                "model: {name}\ndetector: {detector}\nwindow: {window}\n"
                "ert: {ert}\nthreshold: {threshold}\n"
            ),
        },
    },
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": S("{name}-drift"),
            "namespace": S("{p.drift_ns}"),
            "labels": labels("drift"),
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": selector()},
            "template": {
                "metadata": {"labels": selector()},
                "spec": {
                    "containers": [
                        {
                            "name": "drift-detector",
                            "image": S("{p.detector_image}"),
                            "imagePullPolicy": "IfNotPresent",
                            "args": [
                                S("--model-name={name}"),
                                S("--model-version={version}"),
                                S("--algorithm={detector}"),
                            ],
                            "env": [
                                from_secret("AWS_ACCESS_KEY_ID"),
                                from_secret("AWS_SECRET_ACCESS_KEY"),
                                from_secret("MLFLOW_S3_ENDPOINT_URL"),
                                from_secret("MLFLOW_S3_IGNORE_TLS"),
                                from_config("MLFLOW_TRACKING_URI"),
                                from_config("KAFKA_BOOTSTRAP_SERVERS"),
                            ],
                            "ports": [{"name": "metrics", "containerPort": 8000, "protocol": "TCP"}],
                        }
                    ]
                },
            },
        },
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": S("{name}-drift"),
            "namespace": S("{p.drift_ns}"),
            "labels": labels("drift"),
        },
        "spec": {
            "selector": selector(),
            "ports": [{"name": "metrics", "protocol": "TCP", "port": 8000, "targetPort": 8000}],
        },
    },
    {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {
            "name": S("{name}-drift"),
            "namespace": S("{p.prometheus_ns}"),
            "labels": labels("drift"),
        },
        "spec": {
            "selector": {"matchLabels": selector()},
            "endpoints": [{"port": "metrics", "path": "/metrics"}],
            "namespaceSelector": {"matchNames": [S("{p.drift_ns}")]},
        },
    },
    {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": S("{name}-drift"),
            "namespace": S("{p.prometheus_ns}"),
            "labels": labels("drift"),
        },
        "spec": {
            "groups": [
                {
                    "name": S("{name}-drift"),
                    "rules": [
                        {
                            "alert": "ModelDrift",
                            "expr": S('drift_value{model="{name}"} > {threshold}'),
                            "for": S("{hold}"),
                            "labels": {"severity": S("{severity}"), "model": S("{name}")},
                            "annotations": {
                                "summary": S("Drift of {name} seen by {detector}"),
                                "runbook_url": S("{p.runbook}"),
                            },
                        }
                    ],
                }
            ]
        },
    },
]


def fill(text, slot):
    """Replace each slot of text by slot(scope, field), scope being 'p' or 'm'."""
    return SLOT.sub(lambda x: slot("p" if x.group(1) else "m", x.group(2)), text)


def pieces(text):
    """Split a slotted string: [('lit', text) | ('slot', scope, field), ...]."""
    out, at = [], 0
    for x in SLOT.finditer(text):
        if x.start() > at:
            out.append(("lit", text[at:x.start()]))
        out.append(("slot", "p" if x.group(1) else "m", x.group(2)))
        at = x.end()
    if at < len(text):
        out.append(("lit", text[at:]))
    return out


def yaml_text(node, slot, escape=lambda s: s, block=None):
    """The node as YAML text, in the style of libyaml's emitter: indent 2, sequences
    not indented below their key, nothing folded.  slot writes a slot; escape treats
    the literal text around slots, for the text templates that need it."""
    lines = []

    def text(s):
        return "".join(
            escape(x[1]) if x[0] == "lit" else slot(x[1], x[2]) for x in pieces(s)
        )

    def scalar(v):
        if isinstance(v, Q):
            return '"' + text(v) + '"'
        if isinstance(v, I):
            return slot("m", str(v))
        if isinstance(v, int):
            return str(v)
        return text(v)

    def put(prefix, v, ind, rest):
        """prefix is what stands on the line already, ind the column of children."""
        if isinstance(v, dict):
            if prefix.endswith(":"):
                lines.append(prefix)
                prefix = " " * ind
            for k, w in v.items():
                put(prefix + k + ":", w, ind + 2, ind)
                prefix = " " * ind
        elif isinstance(v, list):
            if not v:
                lines.append(prefix + " []")
                return
            lines.append(prefix)
            for w in v:
                if isinstance(w, dict):
                    put(" " * rest + "- ", w, rest + 2, rest)
                else:
                    lines.append(" " * rest + "- " + scalar(w))
        elif isinstance(v, T):
            lines.append(prefix + " |")
            for line in v.splitlines():
                lines.append(" " * ind + text(line))
        else:
            lines.append(prefix + " " + scalar(v))

    put("", node, 0, 0)
    return "\n".join(lines) + "\n"


def golden_template():
    """One Python %-template for all six documents of a model."""
    docs = [
        "---\n" + yaml_text(o, lambda sc, f: PLATFORM[f] if sc == "p" else f"%({f})s", lambda s: s.replace("%", "%%"))
        for o in OBJECTS
    ]
    return docs


def golden(ms):
    """The expected output, a YAML stream of 6n documents."""
    template = "".join(golden_template())
    return "".join(template % m for m in ms)


def toy(ms):
    """W(n) in the toy language that limits/floor reads: a floor has no use for more."""
    out = ["# shared platform\nplatform {\n"]
    out += [f'  {k} = "{v}"\n' for k, v in PLATFORM.items()] + ["}\n"]
    form = (
        "\nmodel %(name)s {\n"
        "  team     = %(team)s\n"
        "  version  = %(version)s\n"
        '  image    = "%(image)s"\n'
        "  replicas = %(replicas)s\n"
        '  resources { cpu = "%(cpu)s" memory = "%(memory)s" }\n'
        "  workers  = %(workers)s\n"
        "  log      = %(log)s\n"
        "  drift {\n"
        "    detector  = %(detector)s\n"
        "    window    = %(window)s\n"
        "    ert       = %(ert)s\n"
        "    threshold = %(threshold)s\n"
        "    severity  = %(severity)s\n"
        '    hold      = "%(hold)s"\n'
        "  }\n"
        "}\n"
    )
    out += [form % m for m in ms]
    return "".join(out)


def stack(ms):
    """W(n) in the product's language: workload.mlops, and a component for each model."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "workload.mlops")) as f:
        head = f.read()
    form = (
        "\ncomponent %(name)s : bench-model {\n"
        '  namespace = "mlops-seldon"\n'
        "  team = %(team)s\n"
        "  model-version = %(version)s\n"
        '  image = "%(image)s"\n'
        "  replicas = %(replicas)s\n"
        "  cpu = %(cpu)s\n"
        "  memory = %(memory)s\n"
        "  workers = %(workers)s\n"
        '  log = "%(log)s"\n'
        "  detector = %(detector)s\n"
        "  window = %(window)s\n"
        "  ert = %(ert)s\n"
        "  threshold = %(threshold)s\n"
        "  severity = %(severity)s\n"
        "  hold = %(hold)s\n"
        "}\n"
    )
    return head + "".join(form % m for m in ms)


if __name__ == "__main__":
    # workload.py N [stack|toy|golden]: W(N) on standard output
    write = {"stack": stack, "toy": toy, "golden": golden}[sys.argv[2] if len(sys.argv) > 2 else "stack"]
    sys.stdout.write(write(models(int(sys.argv[1]))))
