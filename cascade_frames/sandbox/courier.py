"""Webhooks: a POST to the caller's address when the fate of a message is settled.

The body's four fields are those of the vendor's pages. That only the final status is posted,
and how a failed post is repeated, is our simulation.
"""

import http.client
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from cascade_frames.sandbox.clock import Clock
from cascade_frames.sandbox.database import open_database

TRIES = 6
TIMEOUT = 5
SCHEMA = """
create table post (
  due integer, number integer, tried integer, primary key (due, number)
) without rowid;
"""
FIELDS = ("messageId", "deliverystatus", "timestamp", "cost")


class Courier:
    """Posts from a thread of its own, in order of time, each until it is taken or given up.

    A post that fails, by its connection or a status outside 2xx, is repeated after 1, 2, 4, 8
    and 16 real seconds. `notice` gives what is to be said of a message by its number.
    """

    def __init__(
        self, url: str, clock: Clock, notice: Callable[[int], Mapping[str, object]]
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            message = "webhook must be an http(s) address"
            raise ValueError(message)
        self._parts = parts
        self._clock = clock
        self._notice = notice
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._db = open_database(self, SCHEMA, cache=4_000)

    def expect(self, settled: Iterable[tuple[int, int]]) -> None:
        """Post for each message at its time: pairs of time and number."""
        rows = list(settled)
        with self._lock:
            self._db.execute("begin")
            self._db.executemany("insert into post values (?, ?, 0)", rows)
            self._db.execute("commit")
        self._clock.poke()

    def start(self) -> None:
        """Post from now on what is due."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="cascade-courier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Post no more, once the post under way is done; what is left waits for `start`."""
        self._stopping.set()
        self._clock.poke()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            changes = self._clock.changes
            with self._lock:
                row = self._db.execute("select * from post order by due limit 1").fetchone()
            if row is None or row[0] > self._clock.now():
                self._clock.wait(None if row is None else row[0], changes)
            else:
                self._deliver(*row)

    def _deliver(self, due: int, number: int, tried: int) -> None:
        taken = self._post(number)
        again = self._clock.now() + round(2**tried * self._clock.speed * 1_000_000)
        with self._lock:
            self._db.execute("delete from post where due = ? and number = ?", (due, number))
            if not taken and tried + 1 < TRIES:
                self._db.execute("insert into post values (?, ?, ?)", (again, number, tried + 1))

    def _post(self, number: int) -> bool:
        notice = dict(self._notice(number))
        moment = datetime.fromtimestamp(int(str(notice["timestamp"])) / 1_000_000, UTC)
        notice["timestamp"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = msgspec.json.encode({field: notice[field] for field in FIELDS})
        https = self._parts.scheme == "https"
        make = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = make(self._parts.hostname or "", self._parts.port, timeout=TIMEOUT)
        path = self._parts.path or "/"
        target = f"{path}?{self._parts.query}" if self._parts.query else path
        try:
            connection.request("POST", target, body, {"Content-Type": "application/json"})
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
