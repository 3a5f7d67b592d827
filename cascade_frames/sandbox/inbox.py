"""What recipients would see, in a form that can be searched.

The index is made from accepted batches when somebody looks, a stretch at a time, so that a
sandbox nobody looks at spends nothing on it.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from cascade_frames.sandbox.database import open_database
from cascade_frames.sandbox.delivery import cost
from cascade_frames.sandbox.routing import DELIVERED, PROCESSING, SCHEDULED, Journey, Try, travel
from cascade_frames.sandbox.store import Batch, Store
from cascade_frames.sandbox.world import World

STRETCH = 5000
"""Messages indexed at most, and settled at most, in one look."""

PAGE = 200
"""Messages read at once."""

SCHEMA = """
create table message (
  number integer primary key,
  phone text not null,
  kind text not null,
  due integer not null,
  ended integer not null,
  outcome text not null,
  channel text,             -- that delivers, if one does
  cost real not null,
  counted integer not null default 0,
  haystack text not null,   -- what a search looks in, case folded
  shown blob not null       -- the rest of what is shown
);
create index message_phone on message (phone, number);
create index message_waiting on message (ended) where counted = 0;
"""


class Query(NamedTuple):
    """What is looked for; "" leaves a criterion out. `before` is a number to stay below."""

    words: str = ""
    channel: str = ""
    state: str = ""
    kind: str = ""
    phone: str = ""
    before: int = 2**62


class Inbox:
    """An index over a store's messages; safe to share between threads."""

    def __init__(self, world: World, prices: Mapping[str, float]) -> None:
        self._world = world
        self._prices = prices
        self._next = 0
        self._counts: Counter[str] = Counter()
        self._costs: dict[str, float] = {}
        self._lock = threading.Lock()
        self._db = open_database(self, SCHEMA, cache=16_000)

    def catch_up(self, store: Store) -> int:
        """Index some of the messages that are new, and return how many are still left."""
        with self._lock:
            goal = self._next + STRETCH
            for batch in store.batches(self._next):
                self._db.execute("begin")
                self._db.executemany(
                    "insert into message (number, phone, kind, due, ended, outcome, channel,"
                    " cost, haystack, shown) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    self._rows(batch),
                )
                self._db.execute("commit")
                self._next = batch.first + len(batch.messages)
                if self._next >= goal:
                    break
            return store.accepted - self._next

    def totals(self, now: int) -> dict[str, Any]:
        """Return how many messages ended how by `now`, by channel too, and what they cost."""
        with self._lock:
            self._count(now)
            scheduled = self._db.execute(
                "select count(*) from message where counted = 0 and ended > ? and due > ?",
                (now, now),
            ).fetchone()[0]
            ended = sum(self._counts[outcome] for outcome in OUTCOMES)
            return {
                "messages": self._next,
                "states": {
                    SCHEDULED: scheduled,
                    PROCESSING: self._next - ended - scheduled,
                    **{outcome: self._counts[outcome] for outcome in OUTCOMES},
                },
                "channels": {channel: self._counts[channel] for channel in self._prices},
                "costs": {name: round(price, 4) for name, price in self._costs.items()},
                "cost": round(sum(self._costs.values()), 4),
            }

    def _count(self, now: int) -> None:
        """Add what ended by `now` to the counts, about `STRETCH` messages at most."""
        due = "from message where counted = 0 and ended <= ?"
        row = self._db.execute(
            f"select ended {due} order by ended limit 1 offset ?",
            (now, STRETCH),
        ).fetchone()
        until = now if row is None else row[0]
        found = self._db.execute(
            f"select outcome, channel, count(*), sum(cost) {due} group by outcome, channel",
            (until,),
        ).fetchall()
        self._db.execute(
            "update message set counted = 1 where counted = 0 and ended <= ?", (until,)
        )
        for outcome, channel, count, price in found:
            self._counts[outcome] += count
            if channel is not None:
                self._counts[channel] += count
                self._costs[channel] = self._costs.get(channel, 0.0) + price

    def conversations(self, query: Query, now: int, limit: int) -> list[dict[str, Any]]:
        """Return the latest message that fits of each phone, newest first."""
        latest: dict[str, dict[str, Any]] = {}
        for message in self._messages(query, now):
            phone = message["toPhone"]
            if phone not in latest:
                if len(latest) == limit:
                    break
                latest[phone] = message | {"reach": self._world.reach(phone)}
        return list(latest.values())

    def conversation(self, phone: str, now: int, limit: int) -> list[dict[str, Any]]:
        """Return the last messages to one phone, oldest first."""
        found = self._messages(Query(phone=phone), now)
        return [message for message, _ in zip(found, range(limit), strict=False)][::-1]

    def _rows(self, batch: Batch) -> Iterator[tuple[object, ...]]:
        for number, message in enumerate(batch.messages, batch.first):
            journey = travel(message, batch.keys, batch.accepted_at, self._world)
            words = (message.toPhone, message.id, message.fromName, message.text or "")
            shown = {
                "id": message.id,
                "fromName": message.fromName,
                "text": message.text,
                "surveyOptions": message.surveyOptions,
                "route": batch.route,
                "accepted_at": batch.accepted_at,
                "tries": journey.tries,
                "channels": journey.channels,
            }
            yield (
                number,
                message.toPhone,
                message.messageType,
                journey.due,
                journey.ended,
                journey.outcome,
                journey.channel,
                cost(message, journey, self._prices, journey.ended),
                "\n".join(words).casefold(),
                msgspec.json.encode(shown),
            )

    def _messages(self, query: Query, now: int) -> Iterator[dict[str, Any]]:
        where, values = _conditions(query, now)
        before = query.before
        while True:
            with self._lock:
                rows = self._db.execute(
                    "select number, phone, kind, due, ended, outcome, cost, shown from message"  # noqa: S608 - fixed fragments only
                    f" where number < ?{where} order by number desc limit ?",
                    (before, *values, PAGE),
                ).fetchall()
            for row in rows:
                yield _show(row, now)
            if len(rows) < PAGE:
                return
            before = rows[-1][0]


OUTCOMES = (DELIVERED, "undeliverable", "permanenterror")


def _conditions(query: Query, now: int) -> tuple[str, list[object]]:
    where, values = "", list[object]()
    if query.words:
        where, values = where + " and instr(haystack, ?)", [*values, query.words.casefold()]
    if query.channel:
        where += " and channel = ? and ended <= ?"
        values += [query.channel, now]
    if query.kind:
        where, values = where + " and kind = ?", [*values, query.kind]
    if query.phone:
        where, values = where + " and phone = ?", [*values, query.phone]
    if query.state == SCHEDULED:
        where, values = where + " and due > ?", [*values, now]
    elif query.state == PROCESSING:
        where, values = where + " and due <= ? and ended > ?", [*values, now, now]
    elif query.state:
        where, values = where + " and outcome = ? and ended <= ?", [*values, query.state, now]
    return where, values


def _show(row: tuple[Any, ...], now: int) -> dict[str, Any]:
    number, phone, kind, due, ended, outcome, price, packed = row
    shown: dict[str, Any] = msgspec.json.decode(packed)
    tries = tuple(Try(*each) for each in shown.pop("tries"))
    journey = Journey(due, ended, outcome, tries, tuple(shown.pop("channels")))
    state = journey.status(now)
    settled = state == outcome and now >= ended
    return shown | {
        "number": number,
        "toPhone": phone,
        "messageType": kind,
        "state": state,
        "trying": journey.trying(now),
        "channel": journey.channel if settled else None,
        "cost": price if settled else 0.0,
        "due": due,
        "ended_at": ended if settled else None,
        "steps": [
            {"channel": each.channel, "state": journey.channel_status(each.channel, now)}
            for each in tries
            if each.began <= now
        ],
    }
