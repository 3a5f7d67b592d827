"""Where the records of a run wait for their commit, so that many share one.

A ledger on this machine commits in less time than it takes to wake a thread and to be woken by
it, so that is done in the run's own loop, at the `LoopDesk`. One that is far away would hold the
loop up: that is what the `ThreadDesk` is for.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from concurrent.futures import Future
from typing import Final, Protocol

from cascade_frames.ledger.commits import Commits
from cascade_frames.ledger.entries import Entry
from cascade_frames.ledger.store import Store

# How long an outcome waits for an intent to share its commit. It outlasts the time from some
# requests that leave together at the vendor's limit to the next ones (`sending.pacing`).
_COMPANY_SECONDS: Final = 0.05
# An answer leads to the next intent within so many turns of the loop. Where it has nothing else
# to do, these take some microseconds each, and no other answer could have come in time.
_TURNS: Final = 8
_END_SECONDS: Final = 60.0


class Desk(Protocol):
    """Takes the records of one run, in the order in which they come."""

    def put(self, entry: Entry) -> None:
        """Take a record, from within the engine's loop."""
        ...

    def hurry(self) -> None:
        """Have all that wait written at once; does not wait for it."""
        ...

    def close(self, last: Entry) -> None:
        """Write all that wait, and this behind them; then close the connection. Blocks."""
        ...


class LoopDesk:
    """Commits within the loop that puts; of use to one loop at a time."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits
        self._waiting: list[Entry] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turning = False
        self._company: asyncio.TimerHandle | None = None
        self._sign: asyncio.TimerHandle | None = None
        with contextlib.suppress(RuntimeError):  # none is running yet
            self._enter(asyncio.get_running_loop())

    def put(self, entry: Entry) -> None:
        """See `Desk`."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._enter(loop)
        self._waiting.append(entry)
        if entry.urgent and not self._turning:
            self._turning = True
            self._turn(loop, _TURNS)
        elif self._company is None and not entry.urgent:
            self._company = loop.call_later(_COMPANY_SECONDS, self.hurry)

    def hurry(self) -> None:
        """See `Desk`."""
        if self._company is not None:
            self._company.cancel()
            self._company = None
        group, self._waiting = self._waiting, []
        self._commits.write(group)

    def close(self, last: Entry) -> None:
        """See `Desk`."""
        for timer in (self._company, self._sign):
            if timer is not None:
                timer.cancel()
        try:
            self._waiting.append(last)
            self.hurry()
        finally:
            self._commits.close()

    def _enter(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._turning, self._company = loop, False, None
        self._sign = loop.call_later(self._commits.heartbeat, self._give_sign)

    def _turn(self, loop: asyncio.AbstractEventLoop, turns: int) -> None:
        """Let the loop turn so often, so that whoever is about to put something can; then write."""
        if turns:
            loop.call_soon(self._turn, loop, turns - 1)
            return
        self._turning = False
        self.hurry()

    def _give_sign(self) -> None:
        self._commits.give_sign()
        if self._loop is not None:
            self._sign = self._loop.call_later(self._commits.heartbeat, self._give_sign)


class ThreadDesk:
    """Commits in a thread of its own."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits
        self._entries: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="cascade-ledger", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """See `Desk`."""
        self._entries.put(entry)

    def hurry(self) -> None:
        """See `Desk`."""
        self._entries.put(Entry(_nothing, Future()))

    def close(self, last: Entry) -> None:
        """See `Desk`."""
        self._entries.put(last)
        self._entries.put(None)
        self._thread.join(_END_SECONDS)

    def _main(self) -> None:
        try:
            ended = False
            while not ended:
                group, ended = self._gather()
                self._commits.write(group)
        finally:
            self._commits.close()

    def _gather(self) -> tuple[list[Entry], bool]:
        """Wait for an entry, and take along all that are there with it.

        Entries that are not urgent wait a while for one that is. While there is none at all, the
        run gives its signs of life.
        """
        group: list[Entry] = []
        try:
            entry = self._entries.get(timeout=self._commits.heartbeat)
        except queue.Empty:
            self._commits.give_sign()
            return group, False
        leave_at = time.monotonic() + _COMPANY_SECONDS
        while entry is not None:
            group.append(entry)
            if entry.urgent:
                leave_at = 0.0
            try:
                entry = self._entries.get(timeout=max(0.0, leave_at - time.monotonic()))
            except queue.Empty:
                return group, False
        return group, True


def _nothing(store: Store, state: str) -> None:
    """Write nothing: that it is urgent is all there is to the entry."""
