"""What a tracking is to find out, whom it asks, what keeps the answers, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cascade_frames.ledger.deliveries import Reading
from cascade_frames.sending.evidence import Evidence


class Gateway(Protocol):
    """What status requests go through."""

    async def get(self, path: str) -> Evidence:
        """GET a path; never raises for what the network or the server does."""
        ...


class Book(Protocol):
    """The part of a ledger that a tracking needs; its methods block."""

    def note(self, readings: list[Reading]) -> None:
        """Keep what was heard."""
        ...

    def deliveries(self, message_ids: pa.LargeStringArray) -> pd.DataFrame:
        """What is known of messages."""
        ...


class EndingKind(StrEnum):
    """How a tracking ended."""

    DONE = "done"  # everything was asked, and is final where that was the aim
    TIMED_OUT = "timed_out"  # its time was over
    STOPPED = "stopped"  # by its owner's wish
    HALTED = "halted"  # for a cause


@dataclass(frozen=True)
class Ending:
    """How a tracking ended.

    Attributes:
        cause, message: why and what to do, for a halt.
        not_found: numbers of the messages that the API does not know, as far as it was asked.
        unanswered: messages whose questions brought nothing.
    """

    kind: EndingKind
    cause: str | None = None
    message: str | None = None
    not_found: tuple[int, ...] = ()
    unanswered: int = 0


@dataclass(frozen=True, repr=False)
class Errand:
    """What a tracking is to find out.

    Attributes:
        message_ids: of N messages, all different.
        states: what is known of each, None where nothing is.
        due: float64, length N: from when on each may be asked about (seconds since 1970).
        sent_at: float64, length N: when each was sent, or was to be.
        closed: bool, length N: those that are not asked about.
        once: ask about each once, instead of until it is final.
        timeout: seconds after which it ends.
    """

    message_ids: pa.LargeStringArray
    states: list[str | None]
    due: npt.NDArray[np.float64]
    sent_at: npt.NDArray[np.float64]
    closed: npt.NDArray[np.bool_]
    once: bool = True
    timeout: float | None = None
