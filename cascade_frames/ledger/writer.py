"""A run's writer: one thread, one connection, many small records to a commit."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cascade_frames.errors import LedgerError, RunBusy
from cascade_frames.ledger import erasure, statements
from cascade_frames.ledger.blobs import pack_texts
from cascade_frames.ledger.owner import HEARTBEAT
from cascade_frames.ledger.store import ConnectionLost, Store
from cascade_frames.planning.fates import as_texts
from cascade_frames.sending.records import Batch, RunState
from cascade_frames.sending.verdicts import Settlement

# How long an outcome waits for an intent to share its commit. It outlasts the time from some
# requests that leave together at the vendor's limit to the next ones (`sending.pacing`).
_COMPANY_SECONDS: Final = 0.05
_CLOSE_SECONDS: Final = 60.0
# Runs speak for half a second at a time, so their time is not spoken for further ahead.
_HORIZON_SECONDS: Final = 60.0
# A sign of life goes with the next commit, after this share of the time between two signs.
_FRESH_SHARE: Final = 1 / 60
# How long outcomes, once known, go on knocking at a database that cannot be reached. An intent
# does not: its batch has not left, and the run halts.
_KNOCK_SECONDS: Final = 15.0


# The runs whose writers are open in this process; a set's add and discard are atomic.
_open: Final[set[str]] = set()


def is_open(run_id: str) -> bool:
    """Whether this process is sending the run."""
    return run_id in _open


# Writes a record of a run that is in this state.
_Write = Callable[[Store, str], None]


# What a task waits for in its loop, or a thread that blocks.
_Waiter = asyncio.Future[None] | Future[None]


@dataclass(frozen=True)
class _Entry:
    """One record to write, and the future of whoever waits for it to be durable.

    A waiter that goes away does not take its record along: it is written all the same.

    Attributes:
        write: called again, where it is patient, until the database can be reached.
        waiter: told when it is written, or why it is not.
        patient: whether it is worth waiting for.
        urgent: whether somebody can do nothing before it is written.
    """

    write: _Write
    waiter: _Waiter
    patient: bool = False
    urgent: bool = True


def _answer(entries: Sequence[_Entry], error: Exception | None = None) -> None:
    """Tell all who wait; each loop is woken once, which costs as much as a record."""
    waiting: dict[asyncio.AbstractEventLoop, list[_Waiter]] = {}
    for entry in entries:
        if isinstance(entry.waiter, Future):
            _resolve([entry.waiter], error)
        else:
            waiting.setdefault(entry.waiter.get_loop(), []).append(entry.waiter)
    for loop, waiters in waiting.items():
        with contextlib.suppress(RuntimeError):  # it has ended, so nobody waits
            loop.call_soon_threadsafe(_resolve, waiters, error)


def _resolve(waiters: Sequence[_Waiter], error: Exception | None) -> None:
    for waiter in waiters:
        if waiter.done():
            continue
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)


class RunWriter:
    """Writes the intents and outcomes of one run, in the order in which they come."""

    def __init__(
        self, store: Store, run: int, run_id: str, heartbeat: timedelta = HEARTBEAT
    ) -> None:
        self._store = store
        self._run = run
        self._run_id = run_id
        self._heartbeat = heartbeat.total_seconds()
        self._touch_at = 0.0
        self._lost_at: float | None = None
        self._lost_outcome: Exception | None = None
        _open.add(run_id)
        self._entries: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="cascade-ledger", daemon=True)
        self._thread.start()

    async def intend(self, batch: Batch, attempt: int, at: datetime) -> None:
        """See `records.RunWriter`."""
        values = (self._run, batch.number, attempt, batch.start, batch.stop, at.isoformat())

        def write(store: Store, state: str) -> None:
            if state != RunState.ACTIVE:
                raise RunBusy("This run no longer holds its messages; another one took them over.")
            if self._lost_outcome:
                raise self._lost_outcome
            store.rows(statements.ADD_INTENT, values)

        await self._put(write)

    def settle(
        self, batch: Batch, attempt: int, at: datetime, settlement: Settlement
    ) -> asyncio.Future[None]:
        """See `records.RunWriter`."""
        receipts = settlement.message_ids
        reason = None if settlement.reason is None else str(settlement.reason)
        told = (at.isoformat(), str(settlement.outcome), reason)

        def write(store: Store, state: str) -> None:
            packed = None if receipts is None else pack_texts(as_texts(receipts))
            kept: tuple[str | None, bytes | None] = (settlement.detail, packed)
            if state != RunState.ACTIVE:
                kept = erasure.spare(store, self._run, batch, *kept)
            store.rows(statements.ADD_OUTCOME, (self._run, batch.number, attempt, *told, *kept))

        return self._put(write, patient=True, urgent=False)

    def flush(self) -> None:
        """See `records.RunWriter`."""

        def write(store: Store, state: str) -> None:
            """Nothing: that it is urgent is all there is to it."""

        self._entries.put(_Entry(write, Future()))

    async def reserve(self, span: float) -> float:
        """See `records.RunWriter`."""
        waits: list[float] = []

        def write(store: Store, state: str) -> None:  # noqa: ARG001 - each write takes both
            asked = {"run": self._run, "span": span, "horizon": _HORIZON_SECONDS}
            # A store with a clock of its own goes by that.
            asked["now"] = datetime.now(UTC).timestamp()
            waits.append(float(store.rows(statements.RESERVE, asked)[0][0]))

        await self._put(write)
        return max(0.0, waits[-1])

    def close(self, state: RunState) -> None:
        """See `records.RunWriter`."""

        def write(store: Store, before: str) -> None:  # noqa: ARG001 - each write takes both
            store.rows(statements.SET_STATE, {"state": state, "run": self._run})

        written: Future[None] = Future()
        self._entries.put(_Entry(write, written, patient=True))
        self._entries.put(None)
        try:
            written.result(_CLOSE_SECONDS)
        finally:
            self._thread.join(_CLOSE_SECONDS)

    def _put(
        self, write: _Write, *, patient: bool = False, urgent: bool = True
    ) -> asyncio.Future[None]:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._entries.put(_Entry(write, written, patient, urgent))
        return written

    def _main(self) -> None:
        try:
            ended = False
            while not ended:
                group, ended = self._gather()
                self._commit(group)
        finally:
            _open.discard(self._run_id)
            self._store.close()

    def _gather(self) -> tuple[list[_Entry], bool]:
        """Wait for an entry, and take along all that are there with it.

        Entries that are not urgent wait a while for one that is. While there is none at all, the
        run gives its signs of life, so that other machines know it is there.
        """
        group: list[_Entry] = []
        try:
            entry = self._entries.get(timeout=self._heartbeat)
        except queue.Empty:
            with contextlib.suppress(LedgerError), self._store.transaction():
                self._touch()
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

    def _commit(self, group: list[_Entry]) -> None:
        if not group:
            return
        try:
            with self._store.transaction():
                state = self._store.rows(statements.RUN_STATE, (self._run,))[0][0]
                for entry in group:
                    entry.write(self._store, state)
                if time.monotonic() >= self._touch_at:
                    self._touch()
        except (LedgerError, RunBusy) as error:
            self._fail(group, error)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            self._fail(
                group, LedgerError(f"A record could not be written: {type(error).__name__}.")
            )
        else:
            self._lost_at = None
            _answer(group)

    def _touch(self) -> None:
        """Give a sign of life."""
        at = datetime.now(UTC).isoformat()  # a store with a clock of its own goes by that
        self._store.rows(statements.TOUCH_RUN, {"at": at, "run": self._run})
        self._touch_at = time.monotonic() + self._heartbeat * _FRESH_SHARE

    def _knock(self) -> bool:
        """Wait a while, longer each time; False where all have waited long enough together."""
        self._lost_at = self._lost_at or time.monotonic()
        waited = time.monotonic() - self._lost_at
        if waited > _KNOCK_SECONDS:
            return False
        time.sleep(max(0.05, waited))
        return True

    def _fail(self, group: list[_Entry], error: Exception) -> None:
        """One entry alone fails; of several, each is tried alone, so that none fails another.

        Where an outcome cannot be written, nothing more is to leave, so no intent is either.
        """
        if len(group) == 1:
            entry = group[0]
            if isinstance(error, ConnectionLost) and entry.patient and self._knock():
                self._commit(group)
                return
            if not entry.urgent:
                self._lost_outcome = error
            _answer(group, error)
            return
        for entry in group:
            self._commit([entry])
