"""A shop's webhook endpoint: keeps what it is sent, answers as it is told."""

import http.server
import json
import threading


class Receiver:
    def __init__(self):
        self.received = []  # (path, headers, body)
        self.status = 200
        self.changed = threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.changed:
                    receiver.received.append((self.path, dict(self.headers), body))
                    receiver.changed.notify_all()
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks?shop=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, intent):
        """What came about a payment intent or its charge."""
        def concerns(body):
            told = json.loads(body)["data"]["object"]
            return intent in (told["id"], told.get("payment_intent"))
        return [one for one in self.received if concerns(one[2])]

    def wait_for(self, intent, count, seconds=20):
        """Waits until so many deliveries came about an intent."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.of(intent)) >= count, seconds)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
