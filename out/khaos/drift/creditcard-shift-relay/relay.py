import datetime
import http.server
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

api = os.environ["PREFECT_API_URL"]
targets = json.load(open("/etc/relay/targets.json"))


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(api + path, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def start(name, target):
    # The key is one for all alerts of a policy within a cooldown: the server starts nothing twice under it.
    window = int(time.time() // target["cooldown"])
    key = "%s/%s/%d" % (target["policy"], name, window)
    if target["event"]:
        ident = str(uuid.uuid5(uuid.NAMESPACE_URL, key))
        if call("POST", "/events/filter", {"filter": {"id": {"id": [ident]}}})["events"]:
            return "already sent: " + key
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        call("POST", "/events", [{"id": ident, "occurred": now, "event": target["event"],
                                  "resource": {"prefect.resource.id": target["resource"]}}])
        return "sent: " + key
    path = "/deployments/name/%s/%s" % (urllib.parse.quote(target["flow"]), urllib.parse.quote(target["deployment"]))
    run = call("POST", "/deployments/%s/create_flow_run" % call("GET", path)["id"],
               {"idempotency_key": key, "tags": ["drift", target["policy"]]})
    return "run %s: %s" % (run["id"], key)


class Relay(http.server.BaseHTTPRequestHandler):
    def answer(self, status, text):
        data = text.encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200, "ready")

    def do_POST(self):
        name = self.path.strip("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if name not in targets:
            return self.answer(404, "no such target")
        try:
            if json.loads(body).get("status") != "firing":
                return self.answer(200, "nothing to do")
            self.answer(200, start(name, targets[name]))
        except (OSError, KeyError, ValueError) as error:
            print("cannot start %s: %s" % (name, error), flush=True)
            self.answer(502, "cannot start it: %s" % error)


http.server.ThreadingHTTPServer(("", 8080), Relay).serve_forever()
