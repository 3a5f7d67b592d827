"""The bodies of a run's requests, written some batches at a time.

Most of what writing a batch costs is the same for a batch sixteen times as long, so that many are
written at once, and each body is a part of what was written. While the batches of one such piece
are sent, a thread writes the next, which Arrow does beside Python. Only these two are kept: some
megabytes, whatever the size of the run.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Self

import pyarrow as pa

from cascade_frames.sending.columns import Positions
from cascade_frames.sending.encoding import MessageEncoder, json_of
from cascade_frames.sending.records import Batch
from cascade_frames.sending.transport import Json

MESSAGES_AHEAD: Final = 16_000


@dataclass(frozen=True, repr=False)
class Body:
    """What one request carries.

    Attributes:
        ids: tracking ids of its messages, an Arrow array of `large_string` without nulls.
        json: the messages; a part of what was written, not a copy.
    """

    ids: pa.LargeStringArray
    json: Json


class Bodies:
    """Writes the bodies of a run's batches, which are asked for nearly in their order.

    Use as a context manager: a thread of its own ends with it.

    Args:
        encoder: of the plan's messages.
        pending: positions of the messages that the run holds.
        batch_size: messages a request.
    """

    def __init__(self, encoder: MessageEncoder, pending: Positions, batch_size: int) -> None:
        self._encoder = encoder
        self._pending = pending
        self._size = batch_size
        self._step = max(MESSAGES_AHEAD // batch_size, 1) * batch_size
        self._thread = ThreadPoolExecutor(1, "cascade-bodies")
        self._piece = self._write(0, 0)
        self._ahead: Future[_Piece] | None = None

    def __enter__(self) -> Self:
        """Nothing is written until it is asked for."""
        return self

    def __exit__(self, *error: object) -> None:
        """Wait for what is being written, and end the thread."""
        self._thread.shutdown(cancel_futures=True)

    def of(self, batch: Batch) -> Body:
        """The body of a batch, or of a part that was split off one."""
        if batch.start == self._piece.stop and len(batch):
            self._go_on()
        if self._piece.holds(batch):
            return self._piece.body(batch)
        return self._write(batch.start, batch.stop).body(batch)  # a part that was split off

    def _go_on(self) -> None:
        """Take the next piece, and have the one after it written."""
        start = self._piece.stop
        ahead, self._ahead = self._ahead, None
        self._piece = ahead.result() if ahead else self._write(start, start + self._step)
        start = self._piece.stop
        if start < len(self._pending):
            self._ahead = self._thread.submit(self._write, start, start + self._step)

    def _write(self, start: int, stop: int) -> _Piece:
        positions = self._pending[start:stop]
        ids = self._encoder.ids(positions)
        return _Piece(start, self._size, ids, self._encoder.arrays(positions, self._size))


@dataclass(frozen=True, repr=False)
class _Piece:
    """Messages that have been written: those of the run's from `start`, in bodies of that size."""

    start: int
    size: int
    ids: pa.LargeStringArray
    arrays: pa.LargeStringArray

    @property
    def stop(self) -> int:
        return self.start + len(self.ids)

    def holds(self, batch: Batch) -> bool:
        """Whether it was written as one body."""
        begins = self.start <= batch.start and (batch.start - self.start) % self.size == 0
        return begins and batch.stop == min(batch.start + self.size, self.stop)

    def body(self, batch: Batch) -> Body:
        at, size = batch.start - self.start, len(batch)
        return Body(self.ids.slice(at, size), json_of(self.arrays.slice(at, size)))
