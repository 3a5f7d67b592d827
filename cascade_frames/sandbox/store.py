"""Everything the sandbox was told, in a temporary file that goes with it.

A batch is one row, its messages packed, so that a million messages cost the sender little and
the memory of this process less: SQLite keeps a private database without a name in a file that
is gone when the connection closes.
"""

import secrets
import threading
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from cascade_frames.sandbox.database import open_database
from cascade_frames.sandbox.messages import Message
from cascade_frames.sandbox.variables import Variable

SCHEMA = """
create table batch (
  first integer primary key,  -- running number of its first message
  size integer not null,
  request integer not null,
  route text not null,
  keys text not null,         -- headers it came with, space-separated
  accepted_at integer not null,
  messages blob not null
);
create table request (
  number integer primary key,
  method text not null,
  path text not null,
  status integer,
  messages integer not null,
  received_at integer not null
);
create table variable (id integer primary key, type text, value text, link text);
create table link (code text primary key, target text not null) without rowid;
"""


class Batch(NamedTuple):
    """The messages of one accepted request; times are microseconds since 1970, UTC."""

    first: int
    request: int
    route: str
    keys: frozenset[str]
    accepted_at: int
    messages: list[Message]


class Request(NamedTuple):
    """One answered request; a status of None means that no answer was sent."""

    number: int
    method: str
    path: str
    status: int | None
    messages: int
    received_at: int


class Store:
    """The one owner of the file; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._db = open_database(self, SCHEMA, cache=16_000)
        self._decoder = msgspec.msgpack.Decoder(list[Message])
        self._prefix = str(uuid.uuid4())[:24]
        self.accepted = 0

    def accept(
        self, request: int, route: str, keys: Iterable[str], messages: list[Message], at: int
    ) -> int:
        """Keep a batch and return the running number of its first message."""
        packed = msgspec.msgpack.encode(messages)
        with self._lock:
            first = self.accepted
            self._db.execute(
                "insert into batch values (?, ?, ?, ?, ?, ?, ?)",
                (first, len(messages), request, route, " ".join(sorted(keys)), at, packed),
            )
            self.accepted += len(messages)
        return first

    def message_id(self, number: int) -> str:
        """Return the UUID of the message with this running number, which is its last part."""
        return f"{self._prefix}{number:012x}"

    def number(self, message_id: str) -> int | None:
        """Return the running number of the message with this id, if there is one."""
        try:
            number = int(message_id[-12:], 16)
        except ValueError:
            return None
        known = 0 <= number < self.accepted and self.message_id(number) == message_id
        return number if known else None

    def batch_of(self, number: int) -> Batch:
        """Return the batch that holds the message with this running number."""
        row = self._one("select max(first) from batch where first <= ?", (number,))
        first = 0 if row is None else int(row[0])
        return next(self.batches(first))

    def batches(self, since: int = 0) -> Iterator[Batch]:
        """Yield the batches from message number `since` on, in order of acceptance."""
        while row := self._one(
            "select first, size, request, route, keys, accepted_at, messages"
            " from batch where first >= ? order by first limit 1",
            (since,),
        ):
            first, size, request, route, keys, at, packed = row
            messages = self._decoder.decode(packed)
            yield Batch(first, request, route, frozenset(keys.split()), at, messages)
            since = first + size

    def record(self, request: Request) -> None:
        """Keep what was asked and answered."""
        with self._lock:
            self._db.execute("insert or replace into request values (?, ?, ?, ?, ?, ?)", request)

    def requests(self) -> list[Request]:
        """Return every request, in order of arrival."""
        rows = self._all("select * from request order by number")
        return [Request(*row) for row in rows]

    def put_variables(self, variables: Iterable[Variable]) -> None:
        """Keep variables, over those of the same id, and their short links for good."""
        kept = list(variables)
        links = [(variable.link, variable.value) for variable in kept if variable.link]
        with self._lock:
            self._db.execute("begin")
            self._db.executemany("insert or replace into variable values (?, ?, ?, ?)", kept)
            self._db.executemany("insert into link values (?, ?)", links)
            self._db.execute("commit")

    def variables(self, ids: Iterable[int]) -> dict[int, Variable]:
        """Return the variables with these ids; an unknown id is left out."""
        wanted = msgspec.json.encode(list(ids)).decode()
        rows = self._all(
            "select * from variable where id in (select value from json_each(?))", (wanted,)
        )
        return {row[0]: Variable(*row) for row in rows}

    def new_link(self) -> str:
        """Return an unused code for a short link."""
        return secrets.token_urlsafe(6)

    def link_target(self, code: str) -> str | None:
        """Return where the short link with this code leads."""
        row = self._one("select target from link where code = ?", (code,))
        return None if row is None else str(row[0])

    def _one(self, sql: str, values: tuple[object, ...] = ()) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return row

    def _all(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()
