"""A run's writer: what its intents and outcomes are in the ledger."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Final

from cascade_frames.errors import RunBusy
from cascade_frames.ledger import erasure, statements
from cascade_frames.ledger.blobs import pack_texts
from cascade_frames.ledger.commits import Commits
from cascade_frames.ledger.desks import Desk, LoopDesk, ThreadDesk
from cascade_frames.ledger.entries import Entry, Write, answer_from_a_thread, answer_here
from cascade_frames.ledger.owner import HEARTBEAT
from cascade_frames.ledger.store import Store
from cascade_frames.planning.fates import as_texts
from cascade_frames.sending.records import Batch, RunState
from cascade_frames.sending.verdicts import Settlement

# Runs speak for half a second at a time, so their time is not spoken for further ahead.
_HORIZON_SECONDS: Final = 60.0


class RunWriter:
    """Writes the intents and outcomes of one run, in the order in which they come.

    Args:
        store: a connection of the run's own.
        run, run_id: its number and its name.
        heartbeat: how often the run gives a sign of life.
    """

    def __init__(
        self, store: Store, run: int, run_id: str, heartbeat: timedelta = HEARTBEAT
    ) -> None:
        self._run = run
        answer = answer_here if store.near else answer_from_a_thread
        self._commits = Commits(store, run, run_id, heartbeat, answer)
        self._desk: Desk = LoopDesk(self._commits) if store.near else ThreadDesk(self._commits)

    async def intend(self, batch: Batch, attempt: int, at: datetime) -> None:
        """See `records.RunWriter`."""
        values = (self._run, batch.number, attempt, batch.start, batch.stop, at.isoformat())

        def write(store: Store, state: str) -> None:
            if state != RunState.ACTIVE:
                raise RunBusy("This run no longer holds its messages; another one took them over.")
            if self._commits.lost_outcome:
                raise self._commits.lost_outcome
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
        self._desk.hurry()

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
        self._desk.close(Entry(write, written, patient=True))
        written.result(0)

    def _put(
        self, write: Write, *, patient: bool = False, urgent: bool = True
    ) -> asyncio.Future[None]:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._desk.put(Entry(write, written, patient, urgent))
        return written
