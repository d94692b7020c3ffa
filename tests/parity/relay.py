#!/usr/bin/env python3
"""What passes alerts on to Prefect, run against a server that answers as Prefect 2.10 and 3 do and notes what it is asked.

usage, from the project's root: python3 tests/parity/relay.py

The relay of out/khaos speaks to Prefect 2.10, whose create_flow_run refuses fields that it does not know; that of out/gallery to Prefect 3,
which takes a list of events with ids. The gallery's registration of its flow has to make the trigger that waits for the event."""
import json, os, re, subprocess, sys, tempfile, threading, time, urllib.error, urllib.request, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import yaml

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RUN_FIELDS = {"name", "parameters", "context", "infrastructure_document_id", "empirical_policy", "tags", "idempotency_key", "parent_task_run_id",
              "work_queue_name", "state"}      # DeploymentFlowRunCreate of 2.10.4; every other field is a 422
passed = failed = 0


def check(ok, what, more=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok:
        print("FAILED  %s %s" % (what, more))


class Server(ThreadingHTTPServer):
    def __init__(self):
        self.asked, self.runs, self.events, self.automations, self.broken = [], {}, {}, [], False
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.url = "http://127.0.0.1:%d/api" % self.server_port


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.act("GET", None)

    def do_POST(self):
        self.act("POST", json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null"))

    def do_PUT(self):
        self.act("PUT", json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null"))

    def act(self, method, body):
        s, path = self.server, self.path
        s.asked.append((method, path, body))
        if s.broken:
            return self.answer(500)
        if path == "/api/health":
            return self.answer(200, True)
        if method == "GET" and path.startswith("/api/deployments/name/"):
            return self.answer(200, {"id": "d-1"}) if path.split("/")[4] != "unknown" else self.answer(404, {})
        if path == "/api/deployments/d-1/create_flow_run":
            if set(body) - RUN_FIELDS:
                return self.answer(422, {})
            old = s.runs.get(body["idempotency_key"])
            s.runs.setdefault(body["idempotency_key"], "r-%d" % len(s.runs))
            return self.answer(200 if old else 201, {"id": s.runs[body["idempotency_key"]]})
        if path == "/api/events/filter":
            return self.answer(200, {"events": [e for i, e in s.events.items() if i in body["filter"]["id"]["id"]], "total": 0, "next_page": None})
        if path == "/api/events":
            for e in body:
                if set(e) - {"occurred", "event", "resource", "related", "payload", "id", "follows"}:
                    return self.answer(422, {})
                uuid.UUID(e["id"])
                s.events[e["id"]] = e
            return self.answer(204)
        if path in ("/api/flows/", "/api/deployments/"):
            return self.answer(201, {"id": "f-1" if "flows" in path else "d-1"})
        if path == "/api/automations/filter":
            return self.answer(200, [a for a in s.automations if a["name"] in body["automations"]["name"]["any_"]])
        if path == "/api/automations/":
            s.automations.append({**body, "id": "a-%d" % len(s.automations)})
            return self.answer(201, s.automations[-1])
        if method == "PUT" and path == "/api/automations/a-0":
            s.automations[0] = {**body, "id": "a-0"}
            return self.answer(204)
        self.answer(404, {})


def post(url, body):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"}), timeout=20) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def script(text, work, server, **paths):
    """A script of a ConfigMap with its files elsewhere, as a process."""
    for old, new in paths.items():
        text = text.replace({"targets": "/etc/relay/targets.json", "objects": "/etc/prefect-objects/objects.json"}[old], new)
    port = 0
    if '("", 8080)' in text:
        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as s:
            port = s.server_port
        text = text.replace('("", 8080)', '("127.0.0.1", %d)' % port)
    path = os.path.join(work, "script.py")
    open(path, "w").write(text)
    return subprocess.Popen([sys.executable, path], env={**os.environ, "PREFECT_API_URL": server.url}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), port


def relay(folder, work, server, current):
    files = {n: open(os.path.join(ROOT, folder, n)).read() for n in ("relay.py", "targets.json")}
    targets = json.loads(files["targets.json"])
    for t in targets.values():
        t["cooldown"] = 10 ** 9         # no window ends while this runs
    open(os.path.join(work, "targets.json"), "w").write(json.dumps(targets))
    process, port = script(files["relay.py"], work, server, targets=os.path.join(work, "targets.json"))
    url = "http://127.0.0.1:%d/" % port
    try:
        for _ in range(100):
            try:
                up = urllib.request.urlopen(url, timeout=5).status
                break
            except OSError:
                time.sleep(0.1)
        else:
            up = 0
        check(up == 200, folder + ": it starts", process.poll() and process.stderr.read())
        if not up:
            return
        name, target = sorted(targets.items())[0]
        firing = json.dumps({"version": "4", "receiver": name, "status": "firing", "alerts": [], "groupLabels": {}, "truncatedAlerts": 0})
        check(post(url + "nobody", firing)[0] == 404, folder + ": another path")
        check(post(url + name, firing.replace("firing", "resolved"))[0] == 200 and not server.asked, folder + ": the end of an alert starts nothing")
        first, second = post(url + name, firing), post(url + name, firing)
        check(first[0] == second[0] == 200, folder + ": an alert", "%s %s" % (first, second))
        if current:
            check(len(server.events) == 1, folder + ": one event in a cooldown", server.events)
            e = list(server.events.values())[0]
            check(e["event"] == target["event"] and e["resource"] == {"prefect.resource.id": target["resource"]}, folder + ": the event", e)
        else:
            check(len(server.runs) == 1, folder + ": one run in a cooldown", server.runs)
            check(server.asked[0] == ("GET", "/api/deployments/name/%s/%s" % (target["flow"], target["deployment"]), None), folder + ": the deployment is looked up by its name", server.asked)
        server.broken = True
        check(post(url + name, firing)[0] == 502, folder + ": Alertmanager is to try again when Prefect is broken")
        server.broken = False
    finally:
        process.terminate()
        process.communicate()


def registration(work, server):
    """The flow of the gallery is registered twice: one automation, which waits for what the relay sends."""
    docs = [d for d in yaml.safe_load_all(open(os.path.join(ROOT, "out/gallery/manifests/retraining.yaml"))) if d["kind"] == "ConfigMap"]
    open(os.path.join(work, "objects.json"), "w").write(docs[0]["data"]["objects.json"])
    for _ in range(2):
        process, _ = script(docs[0]["data"]["register.py"], work, server, objects=os.path.join(work, "objects.json"))
        out, err = process.communicate(timeout=60)
        check(process.returncode == 0, "out/gallery: the flow is registered", err[-600:])
    check(len(server.automations) == 1, "out/gallery: one automation", server.automations)
    sent = json.load(open(os.path.join(ROOT, "out/gallery/drift/loans-tabular-relay/targets.json")))
    for a in server.automations:
        t = a["trigger"]
        check(t["type"] == "event" and t["posture"] == "Reactive" and t["expect"] == [s["event"] for s in sent.values()]
              and t["match"] == {"prefect.resource.id": [s["resource"] for s in sent.values()][0]}, "out/gallery: the trigger waits for the relay's event", a)
        check(a["actions"] == [{"type": "run-deployment", "source": "selected", "deployment_id": "d-1"}], "out/gallery: and runs the deployment", a)


with tempfile.TemporaryDirectory() as work:
    relay("out/khaos/drift/creditcard-shift-relay", work, Server(), 0)
    relay("out/gallery/drift/loans-tabular-relay", work, Server(), 1)
    registration(work, Server())
print("%d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
