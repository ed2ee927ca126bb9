"""A shop's webhook endpoint: keeps what it is sent, answers as it is told."""

import http.server
import threading


class Receiver:
    def __init__(self):
        self.received = []  # (time of arrival, headers, body)
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

    def wait_for(self, wanted, seconds=10):
        """Waits until `wanted(received)` holds."""
        with self.changed:
            return self.changed.wait_for(lambda: wanted(self.received), seconds)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
