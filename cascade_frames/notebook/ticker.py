"""Showing something that changes often: a few times a second at most, and its last state."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Final

SECONDS: Final = 0.2


class Ticker:
    """Calls `show` in a thread of its own soon after each `wake`, never more often than allowed.

    Args:
        show: shows the latest state; what it raises ends nothing.
        seconds: the least time between two calls.
    """

    def __init__(self, show: Callable[[], None], seconds: float = SECONDS) -> None:
        self._show = show
        self._seconds = seconds
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._main, name="cascade-view", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Have the latest state shown; returns at once, from any thread."""
        self._changed.set()

    def close(self) -> None:
        """Show the last state, and end; returns when that is done."""
        self._closing.set()
        self._changed.set()
        if self._thread is not threading.current_thread() and self._thread.ident is not None:
            self._thread.join()

    def _main(self) -> None:
        while not self._closing.is_set():
            self._changed.wait()
            self._changed.clear()
            self._show_safely()
            self._closing.wait(self._seconds)
        self._show_safely()

    def _show_safely(self) -> None:
        with contextlib.suppress(Exception):  # a page that is gone is not worth a run
            self._show()
