"""Records that wait to be written, and whoever waits for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from cascade_frames.ledger.store import Store

# Writes a record of a run that is in this state.
Write = Callable[[Store, str], None]

# What a task waits for in its loop, or a thread that blocks.
Waiter = asyncio.Future[None] | Future[None]


@dataclass(frozen=True)
class Entry:
    """One record to write, and the future of whoever waits for it to be durable.

    A waiter that goes away does not take its record along: it is written all the same.

    Attributes:
        write: called again, where it is patient, until the database can be reached.
        waiter: told when it is written, or why it is not.
        patient: whether it is worth waiting for.
        urgent: whether somebody can do nothing before it is written.
    """

    write: Write
    waiter: Waiter
    patient: bool = False
    urgent: bool = True


# Tells all who wait for these entries that they are written, or why they are not.
Answer = Callable[[Sequence[Entry], Exception | None], None]


def answer_here(entries: Sequence[Entry], error: Exception | None) -> None:
    """Tell those who wait in the loop that is running, or in one that has ended."""
    for entry in entries:
        with contextlib.suppress(RuntimeError):  # its loop has ended, so nobody waits
            _resolve([entry.waiter], error)


def answer_from_a_thread(entries: Sequence[Entry], error: Exception | None) -> None:
    """Tell those who wait elsewhere; each loop is woken once, which costs as much as a record."""
    waiting: dict[asyncio.AbstractEventLoop, list[Waiter]] = {}
    for entry in entries:
        if isinstance(entry.waiter, Future):
            _resolve([entry.waiter], error)
        else:
            waiting.setdefault(entry.waiter.get_loop(), []).append(entry.waiter)
    for loop, waiters in waiting.items():
        with contextlib.suppress(RuntimeError):  # it has ended, so nobody waits
            loop.call_soon_threadsafe(_resolve, waiters, error)


def _resolve(waiters: Sequence[Waiter], error: Exception | None) -> None:
    for waiter in waiters:
        if waiter.done():
            continue
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)
