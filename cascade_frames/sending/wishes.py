"""What any thread wants of a worker that lives in the event loop of another thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_Worker = TypeVar("_Worker")


class Wishes(Generic[_Worker]):
    """Passes wishes on to a worker: those made before it is there are kept for it.

    Wishes are carried out in the worker's thread, in the order in which they were made; those
    made after its loop has ended are dropped, since nothing is left to wish for.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._kept: list[Callable[[_Worker], None]] = []

    def __contains__(self, wish: object) -> bool:
        """Whether it was made before the worker was there."""
        with self._lock:
            return wish in self._kept

    def make(self, wish: Callable[[_Worker], None]) -> None:
        """Have the worker do something; returns at once, and may be called from any thread."""
        with self._lock:
            if self._loop is None or self._worker is None:
                self._kept.append(wish)
                return
            with contextlib.suppress(RuntimeError):  # its loop has ended, so it needs no wish
                self._loop.call_soon_threadsafe(wish, self._worker)

    def grant(self, worker: _Worker) -> None:
        """Carry out what was kept; later wishes reach the worker. Called once, in its loop."""
        with self._lock:
            self._loop, self._worker = asyncio.get_running_loop(), worker
            for wish in self._kept:
                wish(worker)
