"""An event loop in which waiting takes no time, and an API in it that tells how messages stand."""

import asyncio
import heapq
import json
from collections import defaultdict

import numpy as np
import pandas as pd
import pyarrow as pa

from cascade_frames.ledger.deliveries import Reading
from cascade_frames.sandbox.limits import Bucket, Rate, TooManyRequests
from cascade_frames.sending.evidence import Evidence, Failure
from cascade_frames.sending.pacing import Pace
from cascade_frames.tracking.errand import Errand
from cascade_frames.tracking.tracker import Tracker

START = 1_800_000_000.0


class VirtualLoop(asyncio.SelectorEventLoop):
    """Jumps to the next moment for which anything is planned."""

    def __init__(self):
        super().__init__()
        self._moment = 0.0

    def time(self):
        return self._moment

    def _run_once(self):
        while self._scheduled and self._scheduled[0]._cancelled:
            gone = heapq.heappop(self._scheduled)
            gone._scheduled = False
            self._timer_cancelled_count -= 1
        if not self._ready and self._scheduled:
            # A little later: as on any machine, and what waits for a rounding error gets on.
            self._moment = max(self._moment, self._scheduled[0]._when) + 1e-6
        super()._run_once()


class Book:
    """A ledger that keeps everything in a dict; `told` is what webhooks tell, and when."""

    def __init__(self, loop, told=None):
        self._loop = loop
        self._told = told or {}
        self.commits = []
        self.known = {}

    def note(self, readings):
        assert all(isinstance(one, Reading) for one in readings)
        self.commits.append((self._loop.time(), len(readings)))
        self.known |= {one.message_id: one.state for one in readings}

    def deliveries(self, ids):
        told = {one: state for one, (at, state) in self._told.items() if at <= self._loop.time()}
        known = self.known | told
        return pd.DataFrame({"delivery": [known.get(one) for one in ids.to_pylist()]}, dtype="str")


class Api:
    """Answers as a plain API would; `ends` says when each message is final."""

    def __init__(self, loop, ends, limit=None, latency=0.08, spoil=None):
        self._loop = loop
        self._ends = ends
        self._bucket = limit and Bucket(limit, clock=loop.time)
        self._latency = latency
        self._spoil = spoil
        self.arrivals = []
        self.asked = defaultdict(list)
        self.final = set()
        self.asked_after_final = 0
        self.limited = 0
        self.most_at_once = 0
        self._at_once = 0

    async def get(self, path):
        message_id = path.rsplit("/", 1)[1]
        now = self._loop.time()
        self.arrivals.append(now)
        self.asked[message_id].append(now)
        self.asked_after_final += message_id in self.final
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(self._latency)
        finally:
            self._at_once -= 1
        try:
            if self._bucket:
                self._bucket.take()
        except TooManyRequests:
            self.limited += 1
            return Evidence(left=True, status=429, body=b"", retry_after="1")
        spoilt = self._spoil and self._spoil(len(self.arrivals), message_id, now)
        if spoilt:
            return spoilt
        state = "delivered" if now >= self._ends[message_id] else "processing"
        if state == "delivered":
            self.final.add(message_id)
        body = {"messageId": message_id, "deliverystatus": state, "cost": 1.0}
        return Evidence(left=True, status=200, body=json.dumps(body).encode())

    def most_in(self, seconds):
        """The most requests that began within any stretch of so many seconds."""
        times = np.array(self.arrivals)
        return int((np.searchsorted(times, times + seconds) - np.arange(len(times))).max())

    def least_gap(self):
        """The shortest time between two questions about one message."""
        gaps = [np.diff(times).min() for times in self.asked.values() if len(times) > 1]
        return min(gaps, default=np.inf)


LOST = Evidence(left=True, failure=Failure.LOST, error="ReadError")
REFUSED = Evidence(left=False, failure=Failure.CONNECT, error="ConnectError")


def status(number, **fields):
    """An answer with a status and no body."""
    return Evidence(left=True, status=number, **fields)


def errand(count, *, sent=0.0, due=5.0, **fields):
    """What a tracking of so many messages is to find out; times are the loop's."""
    ids = [f"m-{number}" for number in range(count)]
    given = {
        "message_ids": pa.array(ids, pa.large_string()),
        "states": [None] * count,
        "due": np.full(count, START + due),
        "sent_at": np.full(count, START + sent),
        "closed": np.zeros(count, dtype=bool),
        "once": False,
    }
    return Errand(**(given | fields))


def track(monkeypatch, ends, make_errand, *, told=None, act=None, **api):
    """Track in virtual time; gives the ending, the API, the book, and the last progress."""

    async def at_once(function, *args):
        return function(*args)

    monkeypatch.setattr(asyncio, "to_thread", at_once)
    seen = []

    async def go():
        loop = asyncio.get_running_loop()
        book = Book(loop, told)
        server = Api(loop, ends, **api)
        pace = Pace(50.0, None, loop.time)
        tracker = Tracker(
            make_errand, server, book, pace, seen.append, clock=lambda: START + loop.time()
        )
        if act:
            act(loop, tracker)
        ending = await tracker.run()
        return ending, server, book, loop.time()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        ending, server, book, took = runner.run(go())
    return ending, server, book, seen[-1], took


VENDOR = Rate(50, 75)
