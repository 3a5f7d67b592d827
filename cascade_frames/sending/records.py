"""What the engine asks of a ledger, and the values that pass between them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cascade_frames.planning.memory import Memory, MessageKeys, Standing
from cascade_frames.sending.verdicts import Settlement


@dataclass(frozen=True)
class Batch:
    """The messages of one request: a range of its run's messages.

    Attributes:
        number: of the batch in its run, from 1; a part that was split off has one of its own.
        start, stop: positions among the messages that the run holds.
    """

    number: int
    start: int
    stop: int

    def __len__(self) -> int:
        """The number of messages."""
        return self.stop - self.start


class RunState(StrEnum):
    """The state of a run in the ledger."""

    ACTIVE = "active"  # holds its messages, and may send
    FINISHED = "finished"  # every message had its turn
    HALTED = "halted"  # ended early, for a cause
    PAUSED = "paused"  # ended early, by its owner's wish
    SUPERSEDED = "superseded"  # its owner was gone; another run has taken its messages over


@dataclass(frozen=True)
class RunLabel:
    """What a run is called in the ledger."""

    account: str
    campaign: str | None
    route: str
    digest: str


@dataclass(frozen=True)
class Registration:
    """A run that the ledger has let in.

    Attributes:
        run_id: the public name of the run; None where nothing is left to send.
        pending: positions, among the plan's messages, of those that the run holds and sends.
        standing: how all of the plan's messages stood when it was let in.
    """

    run_id: str | None
    pending: npt.NDArray[np.int64]
    standing: Standing


class RunWriter(Protocol):
    """Writes one run's intents and settlements, durably, from within the engine's loop."""

    async def intend(self, batch: Batch, attempt: int, at: datetime) -> None:
        """Note, durably, that this batch is about to leave.

        Raises:
            RunBusy: the run no longer holds its messages.
            LedgerError: it could not be written; the batch must not leave.
        """
        ...

    def settle(
        self, batch: Batch, attempt: int, at: datetime, settlement: Settlement
    ) -> asyncio.Future[None]:
        """Take note of what became of the batch, durably before any later intent is.

        Returns:
            A future that is done once the note is durable; with a LedgerError where it could not
            be written, and the ledger goes on calling the rows unknown.
        """
        ...

    def flush(self) -> None:
        """Have what was noted written at once, as no intent follows that it could be written with.

        Does not wait for it.
        """
        ...

    async def reserve(self, span: float) -> float:
        """Speak for this many seconds of the account's time, which all of its runs share.

        Returns:
            Seconds from now until that span begins; 0 where nobody else speaks for it.

        Raises:
            LedgerError: it could not be written.
        """
        ...

    def close(self, state: RunState) -> None:
        """Write what is queued, note how the run ended, and stop. Blocks."""
        ...


class Ledger(Memory, Protocol):
    """The durable record of every attempt."""

    def register(
        self, label: RunLabel, keys: MessageKeys, before: Standing | None = None
    ) -> Registration:
        """Let a run in: claim, in one exclusive transaction, the messages it may send.

        Args:
            label: what the run is called.
            keys: of M messages.
            before: how the very same messages stood here earlier.

        Raises:
            RunBusy: a run that is alive holds some of them.
            LedgerError: it could not be written.
        """
        ...

    def open_run(self, run_id: str) -> RunWriter:
        """The writer for a run that `register` let in."""
        ...
