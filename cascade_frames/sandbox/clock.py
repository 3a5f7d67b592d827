"""The sandbox's own time: real time, sped up and stepped on demand."""

import threading
import time
from datetime import UTC, datetime

LONGEST_STEP = 100 * 365 * 86_400
FARTHEST = 10 * LONGEST_STEP
"""Seconds; here time stands, since dates end with the year 9999."""


class Clock:
    """Time that starts at the real one, runs `speed` times as fast and can be stepped."""

    def __init__(self, speed: float = 1.0) -> None:
        if not 0 < speed < float("inf"):
            message = f"speed must be a number above 0, not {speed}"
            raise ValueError(message)
        self.speed = speed
        self.changes = 0
        self._changed = threading.Condition()
        self._base = time.time()
        self._started = time.monotonic()
        self._stepped = 0.0

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        with self._changed:
            passed = (time.monotonic() - self._started) * self.speed + self._stepped
        return round((self._base + passed) * 1_000_000)

    def step(self, seconds: float) -> None:
        """Move the time on by `seconds`, from 0 to a hundred years."""
        if not 0 <= seconds <= LONGEST_STEP:
            message = f"time only moves on, a hundred years at most, not by {seconds} seconds"
            raise ValueError(message)
        with self._changed:
            self._stepped = min(self._stepped + seconds, FARTHEST)
        self.poke()

    def poke(self) -> None:
        """Wake whoever waits, before its time."""
        with self._changed:
            self.changes += 1
            self._changed.notify_all()

    def wait(self, until: int | None, changes: int) -> None:
        """Wait until that time, or for a step or poke after `changes` of them."""
        with self._changed:
            if self.changes != changes:
                return
            if until is None:
                self._changed.wait()
                return
            passed = (time.monotonic() - self._started) * self.speed + self._stepped
            left = (until / 1_000_000 - self._base - passed) / self.speed
            self._changed.wait(min(max(left, 0), threading.TIMEOUT_MAX))


def wall_time() -> datetime:
    """Return the real time, UTC: the one a caller schedules by."""
    return datetime.now(UTC)
