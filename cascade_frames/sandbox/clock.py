"""The sandbox's own time: real time, sped up and stepped on demand."""

import threading
import time
from datetime import UTC, datetime


class Clock:
    """Time that starts at the real one, runs `speed` times as fast and can be stepped."""

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            message = f"speed must be above 0, not {speed}"
            raise ValueError(message)
        self.speed = speed
        self._lock = threading.Lock()
        self._base = time.time()
        self._started = time.monotonic()
        self._stepped = 0.0

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        with self._lock:
            passed = (time.monotonic() - self._started) * self.speed + self._stepped
        return round((self._base + passed) * 1_000_000)

    def step(self, seconds: float) -> None:
        """Move the time on by `seconds`, which must not be negative."""
        if not seconds >= 0:
            message = f"time only moves on; seconds must not be negative, not {seconds}"
            raise ValueError(message)
        with self._lock:
            self._stepped += seconds


def wall_time() -> datetime:
    """Return the real time, UTC: the one a caller schedules by."""
    return datetime.now(UTC)
