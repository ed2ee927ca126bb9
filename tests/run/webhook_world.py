"""A node, a Stripe simulator that sends its webhooks doubled, overtaken and early, and a proxy between the two
that can keep the answers to confirms. The node's own looks come after 30 s at the earliest: what is seen
sooner, a webhook has told."""

import hashlib
import hmac
import http.server
import json
import pathlib
import threading
import time
import urllib.parse

from http_calls import ask, free_port, is_ready, until
from node import PAYSAGA, Node, Process, Simulator


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes everything on to the simulator; while `keeping`, answers to confirms are kept."""

    upstream = ""
    keeping = threading.Event()
    let_go = threading.Event()
    bearer = ""  # What the last request carried.

    def do_POST(self):
        Proxy.bearer = self.headers.get("Authorization", "")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in ("host", "content-length", "connection")}
        status, text = ask(self.upstream + self.path, self.command, body or None, headers)
        if self.path.endswith("/confirm") and self.keeping.is_set():
            self.let_go.wait(120)
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())
        except OSError:
            pass  # The node has ended meanwhile.

    do_GET = do_POST

    def log_message(self, *_):
        pass


class World:
    def __init__(self, folder, webhooks=True, settings=()):
        """`webhooks`: False: nobody is sent any. `settings`: of the node, as for -X."""
        self.folder = pathlib.Path(folder)
        self.settings = settings
        self.simulator = Simulator("--fault", "webhook_duplicate=1", "--fault", "webhook_reorder=0.5",
                                   "--fault", "webhook_early=0.5")
        self.proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        self.proxy.daemon_threads = True
        Proxy.upstream = self.simulator.url
        Proxy.keeping.clear()
        Proxy.let_go.clear()
        threading.Thread(target=self.proxy.serve_forever, daemon=True).start()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.secret = self.register() if webhooks else None
        self.node = None
        self.start()

    def register(self):
        return self.stripe("/v1/webhook_endpoints", url=self.url + "/webhooks/stripe",
                           **{"enabled_events[]": "*"})["secret"]

    def configure(self, config):
        text = ""
        if self.secret:
            (self.folder / "secret").write_text(self.secret + "\n", encoding="ascii")
            text = '[stripe.webhook_secrets]\nmain = { file = "secret" }\n'
        config.write_text(text, encoding="ascii")

    def start(self):
        config = self.folder / "paysaga.toml"
        self.configure(config)
        proxy = f"http://127.0.0.1:{self.proxy.server_address[1]}"
        settings = [word for setting in self.settings for word in ("-X", setting)]
        command = Node.command(self.folder / "data", proxy, "-X", f"http.listen=127.0.0.1:{self.port}",
                               "-X", "stripe.simulator_speed=1", "-X", "stripe.timeout=120s",
                               *settings)
        self.node = Process([PAYSAGA, "--config", config, *command[1:]], self.folder / "log")
        until(lambda: is_ready(self.url), "a node that is ready")

    def another_account(self):
        """Stripe has forgotten all: another simulator takes its place."""
        self.simulator.stop()
        self.simulator = Simulator()
        Proxy.upstream = self.simulator.url

    def stop(self):
        Proxy.let_go.set()
        self.node.stop()
        self.proxy.shutdown()
        self.proxy.server_close()
        self.simulator.stop()

    def stripe(self, path, **form):
        status, text = ask(self.simulator.url + path, "POST" if form else "GET",
                           urllib.parse.urlencode(form).encode() if form else None,
                           {"Authorization": "Bearer sk_test_x"})
        assert status == 200, text
        return json.loads(text)

    def pay(self, order, method=None):
        body = {"amount": {"minor": 4200, "currency": "EUR"}, "customer_id": "cus_1"}
        if method:
            body["payment_method"] = method
        status, text = ask(f"{self.url}/v1/orders/{order}/payment", "POST", json.dumps(body).encode(),
                           {"Content-Type": "application/json", "Idempotency-Key": "pay-" + order})
        assert status in (200, 201), text

    def order(self, order):
        return json.loads(ask(f"{self.url}/v1/orders/{order}")[1])

    def timeline(self, order):
        rows = json.loads(ask(f"{self.url}/v1/orders/{order}/timeline?limit=100")[1])["timeline"]
        return [row.get("summary", "") for row in rows]

    def intent(self, order):
        return self.order(order)["payment"]["payment_intent_id"]

    def count(self, series):
        for line in ask(self.url + "/metrics")[1].splitlines():
            if line.startswith(series + " "):
                return int(float(line.split()[-1]))
        raise AssertionError("no series " + series)

    def webhooks(self, result):
        return self.count(f'paysaga_webhooks_total{{result="{result}"}}')

    def send(self, body, secret=None, at=None):
        at = int(time.time()) if at is None else at
        digest = hmac.new((secret or self.secret).encode(), b"%d." % at + body, hashlib.sha256)
        return ask(self.url + "/webhooks/stripe", "POST", body,
                   {"Stripe-Signature": f"t={at},v1={digest.hexdigest()}"})

    def until_status(self, order, status):
        until(lambda: self.order(order).get("status") == status, f"{order} to be {status}")
