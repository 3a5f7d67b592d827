"""What becomes of a run's batches: handed to the ledger at once, shown once it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial

from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import Batch, RunWriter
from cascade_frames.sending.verdicts import Settlement


class Settling:
    """Settles batches; lives within one event loop.

    Args:
        ledger: writes the outcomes.
        progress: of a run that has settled nothing.
        observe: told of progress at the beginning, and after every outcome that is written.
        fail: told why one could not be written.
    """

    def __init__(
        self,
        ledger: RunWriter,
        progress: Progress,
        observe: Callable[[Progress], None],
        fail: Callable[[BaseException], None],
    ) -> None:
        self._ledger = ledger
        self._progress = progress
        self._observe = observe
        self._fail = fail
        self._unwritten: set[asyncio.Future[None]] = set()

    def begin(self) -> None:
        """Show that nothing is settled yet."""
        self._show(self._progress)

    def settle(
        self, batch: Batch, attempt: int, at: datetime, settlement: Settlement, *, for_good: bool
    ) -> None:
        """Have an outcome written; `for_good`, where the batch is not sent again."""
        written = self._ledger.settle(batch, attempt, at, settlement)
        self._unwritten.add(written)
        written.add_done_callback(partial(self._when_written, batch, settlement, for_good))

    async def all_written(self) -> None:
        """Wait until every outcome is written, or has failed; none may be added any more."""
        if self._unwritten:
            self._ledger.flush()
            await asyncio.wait(self._unwritten)

    def _when_written(
        self, batch: Batch, settlement: Settlement, for_good: bool, written: asyncio.Future[None]
    ) -> None:
        self._unwritten.discard(written)
        if written.cancelled():
            return
        if error := written.exception():
            self._fail(error)
            return
        progress = self._progress.after_request()
        self._show(progress.after_batch(len(batch), settlement) if for_good else progress)

    def _show(self, progress: Progress) -> None:
        """Tell of progress; where telling fails (a closed terminal), the run goes on unseen."""
        self._progress = progress
        try:
            self._observe(progress)
        except Exception:  # noqa: BLE001 - whatever it is, it is not worth a run
            self._observe = _look_away


def _look_away(progress: Progress) -> None:
    """Show nothing."""
