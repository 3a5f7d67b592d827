"""The bodies of a run's requests, written some batches at a time.

Most of what writing a batch costs is the same for a batch sixteen times as long, so that many are
written at once, and each body is a part of what was written. Only the last of these pieces is
kept: some megabytes, whatever the size of the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from cascade_frames.sending.columns import Positions
from cascade_frames.sending.encoding import MessageEncoder, array_of
from cascade_frames.sending.records import Batch

MESSAGES_AHEAD: Final = 16_000


@dataclass(frozen=True, repr=False)
class Body:
    """What one request carries.

    Attributes:
        ids: tracking ids of its messages, an Arrow array of `large_string` without nulls.
        json: the messages.
    """

    ids: pa.LargeStringArray
    json: bytes


class Bodies:
    """Writes the bodies of a run's batches, which are asked for nearly in their order.

    Args:
        encoder: of the plan's messages.
        pending: positions of the messages that the run holds.
        batch_size: messages a request.
    """

    def __init__(self, encoder: MessageEncoder, pending: Positions, batch_size: int) -> None:
        self._encoder = encoder
        self._pending = pending
        self._step = max(MESSAGES_AHEAD // batch_size, 1) * batch_size
        self._piece = _Piece(0, pa.array([], pa.large_string()), pa.array([], pa.large_string()))

    def of(self, batch: Batch) -> Body:
        """The body of a batch, or of a part that was split off one."""
        if not self._piece.holds(batch):
            self._piece = self._written(batch.start, batch.start + self._step)
        return self._piece.body(batch)

    def _written(self, start: int, stop: int) -> _Piece:
        positions = self._pending[start:stop]
        return _Piece(start, self._encoder.ids(positions), self._encoder.objects(positions))


@dataclass(frozen=True, repr=False)
class _Piece:
    """Messages that have been written: those of the run's from `start`."""

    start: int
    ids: pa.LargeStringArray
    objects: pa.LargeStringArray

    def holds(self, batch: Batch) -> bool:
        return self.start <= batch.start and batch.stop <= self.start + len(self.ids)

    def body(self, batch: Batch) -> Body:
        at, size = batch.start - self.start, len(batch)
        return Body(self.ids.slice(at, size), array_of(self.objects.slice(at, size)))
