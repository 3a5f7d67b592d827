"""Something that may happen once, however often it is asked for."""

from __future__ import annotations

import threading


class Once:
    """A lock that opens for the first who asks; `renew` lets one more in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False

    def take(self) -> bool:
        """True for the first caller since the beginning or the last `renew`."""
        with self._lock:
            first = not self._taken
            self._taken = True
        return first

    def renew(self) -> None:
        """Let one more in."""
        with self._lock:
            self._taken = False
