"""A server that answers as the API does, as fast as Python can, and counts what it was sent.

It reads every body as JSON, answers a receipt for each message, and keeps counts that show
skipped work: messages, bytes, and a sum over all ids. It checks no other rule of the API and
remembers nothing; it is there to be faster than those who post to it.

Run as `python -m benchmarks.reference_server`: prints its port, and ends when its standard
input does.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Final, cast
from zlib import crc32

import msgspec

from benchmarks.contract import KEY_HEADER, PATH

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_KEY: Final = re.compile(rb"\r\n" + KEY_HEADER.encode() + rb": *\S", re.IGNORECASE)
_WORDS: Final = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


class _Message(msgspec.Struct):
    id: msgspec.Raw


class Counts(msgspec.Struct):
    """What the server was sent since it was last reset.

    Attributes:
        requests, messages, bytes: accepted; bytes of bodies.
        ids: sum of the CRC-32 of every id as it stood in the JSON.
        first_at, last_at: when the first request came and the last answer left, in seconds of
            the machine's monotonic clock; 0 where there was none.
        cpu: seconds of processor time this process has used in all.
    """

    requests: int = 0
    messages: int = 0
    bytes: int = 0
    ids: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    cpu: float = 0.0


@dataclass
class Book:
    """The counts; and the bodies, where they are to be kept."""

    counts: Counts = field(default_factory=Counts)
    kept: list[bytes] | None = None

    def reset(self, keep: bool) -> None:
        """Count anew."""
        self.counts = Counts()
        self.kept = [] if keep else None


class Receipts:
    """Writes receipts: one messageId a message, a UUID made of request and position."""

    def __init__(self) -> None:
        self._tails: list[bytes] = []
        self._decoder = msgspec.json.Decoder(list[_Message])

    def answer(self, body: bytes, book: Book) -> bytes:
        """The reply to one body, which is noted in the book.

        Raises:
            msgspec.MsgspecError: it is not a JSON array of objects with an id.
        """
        ids = [message.id for message in self._decoder.decode(body)]
        while len(self._tails) < len(ids):
            self._tails.append(b'-0000-4000-8000-%012x","trackinId":' % len(self._tails))
        counts = book.counts
        counts.requests += 1
        counts.messages += len(ids)
        counts.bytes += len(body)
        counts.ids += sum(map(crc32, ids))
        if book.kept is not None:
            book.kept.append(body)
        if not ids:
            return b"[]"
        opening = b'{"messageId":"%08x' % counts.requests
        entries = [tail + one for tail, one in zip(self._tails, ids, strict=False)]
        return b"[" + opening + (b"}," + opening).join(entries) + b"}]"


class Connection(asyncio.Protocol):
    """One client's connection: requests in, replies out, kept alive."""

    def __init__(self, book: Book, receipts: Receipts) -> None:
        self._book = book
        self._receipts = receipts
        self._buffer = bytearray()
        self._needed = 0
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        # uvloop's transports are asyncio's by what they do, not by class.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Gather requests, and answer those that are whole."""
        self._buffer += data
        while self._buffer and len(self._buffer) >= self._needed:
            if not self._take():
                return

    def _take(self) -> bool:
        """Answer the next request; False where it is not all there yet."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._buffer[:end])
        method, path, _ = head.split(b"\r\n", 1)[0].split(b" ")
        if path.decode() == PATH and not self._book.counts.first_at:
            self._book.counts.first_at = time.monotonic()
        found = _LENGTH.search(head)
        whole = end + 4 + (int(found[1]) if found else 0)
        if len(self._buffer) < whole:
            self._needed = whole
            return False
        body = bytes(self._buffer[end + 4 : whole])
        del self._buffer[:whole]
        self._needed = 0
        self._reply(*self._answer(method.decode(), path.decode(), head, body))
        return True

    def _answer(self, method: str, path: str, head: bytes, body: bytes) -> tuple[int, bytes]:
        if (method, path) == ("POST", PATH):
            return self._take_messages(head, body)
        if (method, path) == ("GET", "/counts"):
            self._book.counts.cpu = time.process_time()
            return 200, msgspec.json.encode(self._book.counts)
        if (method, path) == ("GET", "/kept"):
            return 200, b"[" + b",".join(self._book.kept or ()) + b"]"
        if method == "POST" and path in ("/reset", "/reset?keep"):
            self._book.reset(keep=path.endswith("keep"))
            return 200, b"{}"
        return 404, _error("NOT_FOUND", "no such path")

    def _take_messages(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        if not _KEY.search(head):
            return 401, _error("UNAUTHORIZED", "no key")
        try:
            return 200, self._receipts.answer(body, self._book)
        except msgspec.MsgspecError:
            return 400, _error("INVALID_BODY", "not a JSON array of messages with ids")

    def _reply(self, status: int, body: bytes) -> None:
        assert self._transport is not None
        head = (
            f"HTTP/1.1 {status} {_WORDS[status]}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        self._book.counts.last_at = time.monotonic()


def _error(code: str, message: str) -> bytes:
    return msgspec.json.encode({"error": {"code": code, "message": message, "field": None}})


async def serve() -> None:
    """Serve on a free port of this machine until standard input ends."""
    loop = asyncio.get_running_loop()
    book, receipts = Book(), Receipts()
    server = await loop.create_server(lambda: Connection(book, receipts), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve, on uvloop where it is installed."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve())
    else:
        uvloop.run(serve())


if __name__ == "__main__":
    main()
