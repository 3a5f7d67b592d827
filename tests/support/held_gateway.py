"""A gateway that accepts everything, but answers only when it is told to, or after a while."""

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HeldGateway:
    """Holds every answer until `release_all`, or for so many seconds; counts what came."""

    def __init__(self, hold=30):
        self._hold = hold
        self._arrived = threading.Condition()
        self._released = threading.Event()
        self.requests = 0
        self.messages = 0
        self.arrivals = []  # by time.monotonic
        self.ids = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait_for(self, requests):
        """Wait until so many requests have come."""
        with self._arrived:
            return self._arrived.wait_for(lambda: self.requests >= requests, timeout=20)

    def release_all(self):
        """Answer what is held, and whatever comes from now on."""
        self._released.set()

    def _handler(self):
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                size = int(self.headers["Content-Length"])
                ids = [message["id"] for message in json.loads(self.rfile.read(size))]
                with gateway._arrived:
                    gateway.requests += 1
                    gateway.messages += len(ids)
                    gateway.arrivals.append(time.monotonic())
                    gateway.ids += ids
                    gateway._arrived.notify_all()
                gateway._released.wait(gateway._hold)
                receipts = [{"messageId": str(uuid.uuid4()), "trackinId": one} for one in ids]
                body = json.dumps(receipts).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        return Handler
