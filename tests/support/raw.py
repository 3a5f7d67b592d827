"""A server of the API that is not the sandbox: raw sockets, and whatever a test wants it to do."""

import json
import re
import socket
import struct
import threading
import uuid
from dataclasses import dataclass

TIMEOUT = 20.0


@dataclass(frozen=True)
class Seen:
    """One request as it came: its running number (from 1) and every byte of it."""

    number: int
    head: bytes
    body: bytes

    @property
    def method(self):
        """The method."""
        return self.head.split(b" ", 1)[0].decode()

    @property
    def path(self):
        """The path."""
        return self.head.split(b" ", 2)[1].decode()

    @property
    def headers(self):
        """The headers, names in lower case."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.split(": ", 1) for line in lines if line)
        return {name.lower(): value for name, value in pairs}

    @property
    def messages(self):
        """The JSON value of the body."""
        return json.loads(self.body)

    @property
    def ids(self):
        """The ids of the messages."""
        return [message["id"] for message in self.messages]


class Line:
    """The server's end of one connection."""

    def __init__(self, connection):
        self.connection = connection

    def send(self, data):
        """Send these bytes at once."""
        self.connection.sendall(data)

    def reset(self):
        """Break the connection off with a RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class RawServer:
    """Answers each request with what `answer(seen, line)` returns, from a thread per connection.

    Bytes are sent as they are; None ends the connection. `greet(line)`, if given, is called
    before anything is read, and ends the connection where it returns False. Use as a context
    manager; `seen` holds every request, in order of arrival.
    """

    def __init__(self, answer, greet=None, port=0):
        self.answer = answer
        self.greet = greet
        self.seen = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._lines = []
        self._threads = []
        self._port = port

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=64)
        self._port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_):
        self.stopping.set()
        _shut(self._listener)
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            _shut(line.connection)
        for thread in list(self._threads):
            thread.join(TIMEOUT)

    @property
    def port(self):
        """The port."""
        return self._port

    @property
    def url(self):
        """The base URL."""
        return f"http://127.0.0.1:{self._port}"

    def _start(self, target, *args):
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            line = Line(connection)
            with self._lock:
                self._lines.append(line)
            self._start(self._serve, line)

    def _serve(self, line):
        try:
            if self.greet is not None and not self.greet(line):
                return
            while (seen := self._read(line)) is not None:
                reply = self.answer(seen, line)
                if reply is None:
                    return
                line.send(reply)
        except OSError:
            return
        finally:
            _shut(line.connection)

    def _read(self, line):
        data = b""
        while b"\r\n\r\n" not in data:
            more = line.connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        size = int((re.search(rb"(?i)content-length: *(\d+)", head) or [0, 0])[1])
        while len(body) < size:
            more = line.connection.recv(65536)
            if not more:
                return None
            body += more
        with self._lock:
            seen = Seen(len(self.seen) + 1, head, body)
            self.seen.append(seen)
        return seen


def _shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        connection.close()


def http(status, body=b"", **headers):
    """Return a whole answer; a header's `_` becomes a hyphen."""
    told = {"Content-Length": len(body), "Content-Type": "application/json"}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode() + body


def receipts(ids):
    """Return a 200's body: one receipt per id."""
    return json.dumps([{"messageId": str(uuid.uuid4()), "trackinId": one} for one in ids]).encode()


def accept(seen, line=None):  # noqa: ARG001 - an answer takes both
    """Answer as the API does when all is well."""
    if seen.path == "/api/items":
        return http(200, b"{}")
    return http(200, receipts(seen.ids))


def error(status, code="INVALID_PHONE", message="no", field="toPhone", **headers):
    """Return an answer in the API document's shape of an error."""
    body = {"error": {"code": code, "message": message, "field": field}}
    return http(status, json.dumps(body).encode(), **headers)


def free_port():
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
