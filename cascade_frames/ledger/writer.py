"""A run's writer: one thread, one connection, many small records to a commit."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Final

from cascade_frames.errors import LedgerError, RunBusy
from cascade_frames.ledger import schema
from cascade_frames.ledger.blobs import pack_texts
from cascade_frames.ledger.owner import now
from cascade_frames.ledger.sqlite import SqliteStore
from cascade_frames.sending.records import Batch, RunState
from cascade_frames.sending.verdicts import Settlement

_QUEUE_LIMIT: Final = 256
_CLOSE_SECONDS: Final = 60.0


class _Entry:
    """One record to write, and the future of whoever waits for it to be durable."""

    def __init__(self, write: Callable[[SqliteStore], None]) -> None:
        self.write = write
        self.done: Future[None] = Future()
        # A waiter that goes away does not take its record along: it is written all the same.
        self.done.set_running_or_notify_cancel()


class RunWriter:
    """Writes the intents and outcomes of one run, in the order in which they come."""

    def __init__(self, store: SqliteStore, run: int) -> None:
        self._store = store
        self._run = run
        self._entries: queue.Queue[_Entry | None] = queue.Queue(_QUEUE_LIMIT)
        self._thread = threading.Thread(target=self._main, name="cascade-ledger", daemon=True)
        self._thread.start()

    async def intend(self, batch: Batch, attempt: int, at: datetime) -> None:
        """See `records.RunWriter`."""
        values = (self._run, batch.number, attempt, batch.start, batch.stop, at.isoformat())

        def write(store: SqliteStore) -> None:
            state = store.rows(schema.RUN_STATE, (self._run,))[0][0]
            if state != RunState.ACTIVE:
                raise RunBusy(
                    "This run was silent so long that another one took its messages over. "
                    "Nothing more is sent from here; run the same call again for the results."
                )
            store.rows(schema.ADD_INTENT, values)

        await self._put(write)

    async def settle(
        self, batch: Batch, attempt: int, at: datetime, settlement: Settlement
    ) -> None:
        """See `records.RunWriter`."""
        receipts = settlement.message_ids
        values = (
            self._run,
            batch.number,
            attempt,
            at.isoformat(),
            str(settlement.outcome),
            str(settlement.reason) if settlement.reason else None,
            settlement.detail,
            pack_texts(receipts) if receipts else None,
        )
        await self._put(lambda store: _no_rows(store, schema.ADD_OUTCOME, values))

    def close(self, state: RunState) -> None:
        """See `records.RunWriter`."""
        entry = _Entry(
            lambda store: _no_rows(store, schema.SET_STATE, {"state": state, "run": self._run})
        )
        self._entries.put(entry)
        self._entries.put(None)
        try:
            entry.done.result(_CLOSE_SECONDS)
        finally:
            self._thread.join(_CLOSE_SECONDS)

    async def _put(self, write: Callable[[SqliteStore], None]) -> None:
        entry = _Entry(write)
        # The queue is longer than requests can be in flight, so this does not block the loop.
        self._entries.put(entry)
        await asyncio.wrap_future(entry.done)

    def _main(self) -> None:
        try:
            ended = False
            while not ended:
                group, ended = self._gather()
                self._commit(group)
        finally:
            self._store.close()

    def _gather(self) -> tuple[list[_Entry], bool]:
        """Wait for one entry, and take along all that are there with it."""
        group: list[_Entry] = []
        entry = self._entries.get()
        while entry is not None:
            group.append(entry)
            try:
                entry = self._entries.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[_Entry]) -> None:
        if not group:
            return
        try:
            with self._store.transaction():
                for entry in group:
                    entry.write(self._store)
                self._store.rows(schema.TOUCH_RUN, (now().isoformat(), self._run))
        except (LedgerError, RunBusy) as error:
            self._fail(group, error)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            self._fail(
                group, LedgerError(f"A record could not be written: {type(error).__name__}.")
            )
        else:
            for entry in group:
                entry.done.set_result(None)

    def _fail(self, group: list[_Entry], error: Exception) -> None:
        """One entry alone fails; of several, each is tried alone, so that none fails another."""
        if len(group) == 1:
            group[0].done.set_exception(error)
            return
        for entry in group:
            self._commit([entry])


def _no_rows(store: SqliteStore, statement: str, values: object) -> None:
    store.rows(statement, values)
