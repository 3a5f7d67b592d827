"""A gateway that keeps the truth: what it really accepted, whatever it answered.

It shares no code with the package or the sandbox, so that no mistake cancels itself out.
"""

import json
import random
import socket
import struct
import threading
import uuid
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass

ACCEPT = "accept"
ACCEPT_THEN_RESET = "accept_then_reset"
ACCEPT_THEN_500 = "accept_then_500"
ACCEPT_THEN_CLOSE = "accept_then_close"
RESET_UNREAD = "reset_unread"
RESET_READ = "reset_read"
FAIL_500 = "fail_500"
LIMIT_429 = "limit_429"
REFUSE_400 = "refuse_400"
SHORT_REPLY = "short_reply"
SHORT_TAKE = "short_take"
DOUBLED_REPLY = "doubled_reply"
FOREIGN_REPLY = "foreign_reply"
SHARED_REPLY = "shared_reply"
TRUNCATED_REPLY = "truncated_reply"
GARBLED_REPLY = "garbled_reply"
SLOW = "slow"
# Not among the others, which tell nothing of what they were sent and never change their mind.
MUTATED = "mutated"
REFUSE_ALOUD = "refuse_aloud"
NOT_LET_IN = "not_let_in"

BEHAVIOURS = (
    ACCEPT,
    ACCEPT_THEN_RESET,
    ACCEPT_THEN_500,
    ACCEPT_THEN_CLOSE,
    RESET_UNREAD,
    RESET_READ,
    FAIL_500,
    LIMIT_429,
    REFUSE_400,
    SHORT_REPLY,
    SHORT_TAKE,
    DOUBLED_REPLY,
    FOREIGN_REPLY,
    SHARED_REPLY,
    TRUNCATED_REPLY,
    GARBLED_REPLY,
    SLOW,
)

_TAKES_NOTHING = frozenset({RESET_READ, FAIL_500, LIMIT_429, REFUSE_400, REFUSE_ALOUD, NOT_LET_IN})
_SLOW_SECONDS = 0.15


@dataclass(frozen=True)
class Arrival:
    """One request that was read whole."""

    number: int
    behaviour: str
    ids: tuple


class ModelGateway:
    """Answers on loopback as it is told to, request by request, and remembers the truth.

    `choose` maps a request's number, from 1, to a behaviour; `on_stage` is called in the
    server's threads with the number and "arrived", "taken" or "answered".
    """

    def __init__(self):
        self.choose = always(ACCEPT)
        self.on_stage = None
        self.forget()
        self._lock = threading.Condition()
        self._open = set()
        self._closing = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._thread = threading.Thread(target=self._accept_connections, daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._closing = True
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname(), timeout=5).close()
        self._thread.join(10)
        self._listener.close()

    def forget(self):
        """Begin anew: nothing accepted, no request seen."""
        self.accepted = Counter()
        self.issued = defaultdict(set)
        self.arrivals = []
        self.number = 0
        self.rng = random.Random(0)

    def settle_down(self):
        """Wait until everything that was ever sent here has been dealt with.

        Connections are taken in the order in which they were made, so one of our own that has
        been served tells that all earlier ones have at least been taken.
        """
        with socket.create_connection(self._listener.getsockname(), timeout=20) as own:
            own.settimeout(20)
            own.sendall(b"PING")
            assert own.recv(4) == b"PONG"
        with self._lock:
            assert self._lock.wait_for(lambda: not self._open, timeout=20)

    def _accept_connections(self):
        while True:
            connection, _ = self._listener.accept()
            if self._closing:
                connection.close()
                return
            with self._lock:
                self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection, suppress(OSError):
                while self._serve_one(connection):
                    pass
        finally:
            with self._lock:
                self._open.discard(connection)
                self._lock.notify_all()

    def _serve_one(self, connection):
        """Serve one request; False where the connection is over."""
        first = connection.recv(4, socket.MSG_PEEK)
        if first == b"PING":
            connection.sendall(b"PONG")
            with self._lock:
                self._open.discard(connection)
            return False
        if not first:
            return False
        with self._lock:
            self.number += 1
            number = self.number
        behaviour = self.choose(number)
        if behaviour == RESET_UNREAD:
            return _reset(connection)
        messages = _read_messages(connection)
        if messages is None:
            return False
        ids = [message["id"] for message in messages]
        self._tell(number, "arrived")
        receipts = self._take(number, behaviour, ids)
        self._tell(number, "taken")
        if behaviour == MUTATED:
            goes_on = self._babble(connection, receipts)
        elif behaviour == REFUSE_ALOUD:
            goes_on = _refuse_aloud(connection, messages)
        else:
            goes_on = _answer(connection, behaviour, receipts)
        self._tell(number, "answered")
        return goes_on

    def _babble(self, connection, receipts):
        body = mutated([{"messageId": own, "trackinId": one} for one, own in receipts], self.rng)
        with suppress(ValueError, RecursionError, AttributeError, TypeError):
            for entry in json.loads(body):
                with suppress(KeyError, AttributeError, TypeError):
                    self.issued[entry["trackinId"]].add(entry["messageId"].strip())
        connection.sendall(_reply("200 OK", body))
        return True

    def _tell(self, number, stage):
        if self.on_stage is not None:
            self.on_stage(number, stage)

    def _take(self, number, behaviour, ids):
        """Accept what this behaviour accepts, and give the receipts for it."""
        taken = () if behaviour in _TAKES_NOTHING else ids
        if behaviour == SHORT_TAKE:
            taken = ids[::2]
        receipts = [(one, str(uuid.uuid4())) for one in taken]
        with self._lock:
            self.arrivals.append(Arrival(number, behaviour, tuple(ids)))
            self.accepted.update(taken)
            for one, message_id in receipts:
                self.issued[one].add(message_id)
            if behaviour == SHARED_REPLY and receipts:
                receipts = [(one, receipts[0][1]) for one, _ in receipts]
                for one, message_id in receipts:
                    self.issued[one].add(message_id)
        return receipts


def always(behaviour):
    """The same behaviour for every request."""
    return lambda number: behaviour  # noqa: ARG005


def first(*behaviours, then=ACCEPT):
    """These behaviours for the first requests, one each, and another for all that follow."""
    return lambda number: behaviours[number - 1] if number <= len(behaviours) else then


def seeded(seed, calm=0.6):
    """A random behaviour per request, the same for the same seed and number."""

    def choose(number):
        rng = random.Random(f"{seed}:{number}")
        return ACCEPT if rng.random() < calm else rng.choice(BEHAVIOURS)

    return choose


def _read_messages(connection):
    """The messages of one whole request; None where it broke off."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return None
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    size = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    while len(body) < size:
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return json.loads(body)


def _answer(connection, behaviour, receipts):
    """Answer as the behaviour wants; False where the connection is over."""
    if behaviour in (ACCEPT_THEN_RESET, RESET_READ):
        return _reset(connection)
    if behaviour == ACCEPT_THEN_CLOSE:
        return False
    if behaviour in _REPLIES_WITHOUT_RECEIPTS:
        status, headers, document = _REPLIES_WITHOUT_RECEIPTS[behaviour]
        connection.sendall(_reply(status, json.dumps(document).encode(), headers))
        return True
    if behaviour == SLOW:
        threading.Event().wait(_SLOW_SECONDS)
    body = json.dumps(
        [
            {"messageId": message_id, "trackinId": one}
            for one, message_id in _told(behaviour, receipts)
        ]
    ).encode()
    if behaviour == GARBLED_REPLY:
        body = body[:-1] + b"\xff"
    reply = _reply("200 OK", body)
    if behaviour == TRUNCATED_REPLY:
        connection.sendall(reply[: -max(2, len(body) // 3)])
        return False
    connection.sendall(reply)
    return True


_ERROR = {"error": {"code": "VALIDATION_ERROR", "message": "not this time", "field": "text"}}
_REPLIES_WITHOUT_RECEIPTS = {
    ACCEPT_THEN_500: ("500 Internal Server Error", "", {"title": "broken"}),
    FAIL_500: ("503 Service Unavailable", "", _ERROR),
    LIMIT_429: ("429 Too Many Requests", "Retry-After: 0\r\n", _ERROR),
    REFUSE_400: ("400 Bad Request", "", _ERROR),
    NOT_LET_IN: ("401 Unauthorized", "", _ERROR),
}


def _refuse_aloud(connection, messages):
    """Refuse, and quote a phone and a text while doing so."""
    phone, text = messages[0]["toPhone"], messages[0]["text"]
    said = f"{phone} is not valid for '{text}'"
    words = {"code": "INVALID_PHONE", "message": said, "field": "toPhone"}
    connection.sendall(_reply("400 Bad Request", json.dumps({"error": words}).encode()))
    return True


def _told(behaviour, receipts):
    """The receipts that the reply tells of."""
    if behaviour == SHORT_REPLY:
        return receipts[1:]
    if behaviour == DOUBLED_REPLY:
        return [*receipts, (receipts[0][0], str(uuid.uuid4()))]
    if behaviour == FOREIGN_REPLY:
        return [*receipts, ("somebody-else", str(uuid.uuid4()))]
    return receipts


def _reply(status, body, headers=""):
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _reset(connection):
    """End the connection with RST instead of a farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


_ODD = (None, 0, -1.5, True, "", " ", "x", "m-0001", [], {}, [[]], "\u0000", "9" * 400, "Привіт")


def mutated(entries, rng):
    """A right reply with one to three things wrong, as bytes."""
    entries = [dict(entry) for entry in entries]
    for _ in range(rng.randint(1, 3)):
        rng.choice(_ENTRY_MUTATIONS)(entries, rng)
    body = json.dumps(entries, ensure_ascii=rng.random() < 0.5).encode()
    if rng.random() < 0.5:
        body = rng.choice(_BYTE_MUTATIONS)(body, rng)
    return body


def _drop(entries, rng):
    if entries:
        entries.pop(rng.randrange(len(entries)))


def _double(entries, rng):
    if entries:
        entries.insert(rng.randrange(len(entries) + 1), rng.choice(entries))


def _spoil_value(entries, rng):
    if entries:
        at = rng.randrange(len(entries))
        entries[at] = _as_entry(entries[at]) | {
            rng.choice(["messageId", "trackinId"]): rng.choice(_ODD)
        }


def _spoil_name(entries, rng):
    if entries:
        at = rng.randrange(len(entries))
        entry = _as_entry(entries[at])
        if entry:
            name = rng.choice(list(entry))
            entry[name.swapcase()] = entry.pop(name)
        entries[at] = entry


def _replace(entries, rng):
    if entries:
        entries[rng.randrange(len(entries))] = rng.choice(_ODD)


def _swap(entries, rng):
    if len(entries) > 1:
        one, other = rng.sample(range(len(entries)), 2)
        first, second = _as_entry(entries[one]), _as_entry(entries[other])
        first["messageId"], second["messageId"] = second.get("messageId"), first.get("messageId")
        entries[one], entries[other] = first, second


def _shuffle(entries, rng):
    rng.shuffle(entries)


def _as_entry(entry):
    return dict(entry) if isinstance(entry, dict) else {}


def _cut(body, rng):
    return body[: rng.randrange(len(body) + 1)]


def _flip(body, rng):
    if not body:
        return body
    at = rng.randrange(len(body))
    return body[:at] + bytes([body[at] ^ (1 << rng.randrange(8))]) + body[at + 1 :]


def _insert(body, rng):
    at = rng.randrange(len(body) + 1)
    extra = rng.choice(
        [b"\x00", b"\xff", b"NaN", b",", b"]", b"[", b'"', b"\xef\xbb\xbf", b"1e999"]
    )
    return body[:at] + extra + body[at:]


def _wrap(body, rng):
    return rng.choice([b'{"data":%s}', b"[%s]", b"%s%s", b" %s ", b"%s,"]).replace(b"%s", body)


def _nest(body, rng):
    depth = rng.choice([10, 1000, 100_000])
    return b"[" * depth + body + b"]" * depth


_ENTRY_MUTATIONS = (_drop, _double, _spoil_value, _spoil_name, _replace, _swap, _shuffle)
_BYTE_MUTATIONS = (_cut, _flip, _insert, _wrap, _nest)
