"""Who owns a run, and whether that owner is still alive."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cascade_frames.ledger.machine import process_start

# An owner on another machine counts as gone after this long without a sign of life.
SILENCE: Final = timedelta(minutes=15)
# A run gives a sign of life this often, also while it waits; many are missed before SILENCE.
HEARTBEAT: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Owner:
    """A process: where it runs, its number, and when it started (seconds since 1970)."""

    host: str
    process: int
    started: float

    def is_alive(self, last_sign: datetime, now: datetime) -> bool:
        """Whether the owner may still send.

        Args:
            last_sign, now: tz-aware.
        """
        if self.host != platform.node():
            return now - last_sign < SILENCE
        try:
            started = process_start(self.process)
        except PermissionError:
            return True
        return started is not None and abs(started - self.started) < 1.0


def this_process() -> Owner:
    """The owner of runs that start here."""
    process = os.getpid()
    started = process_start(process)
    assert started is not None  # noqa: S101 - this process is there
    return Owner(platform.node(), process, started)


def now() -> datetime:
    """The time of day, tz-aware."""
    return datetime.now(UTC)
