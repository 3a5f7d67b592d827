"""What a tracking and its ledger tell each other, each about once in a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

import pyarrow as pa

from cascade_frames.errors import LedgerError
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.tracking.errand import Book
from cascade_frames.tracking.schedule import Numbers

COMMIT_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 10.0
_LOOK_SHARE: Final = 0.05  # of the time at most goes into looking at what the ledger heard


class Bookkeeper:
    """Keeps what was heard in the ledger, and sees what the ledger heard from elsewhere.

    Lives within one event loop; the ledger blocks threads of its own.

    Args:
        book: the ledger.
        message_ids: of N messages.
        clock: seconds, from any start.
    """

    def __init__(
        self, book: Book, message_ids: pa.LargeStringArray, clock: Callable[[], float]
    ) -> None:
        self._book = book
        self._message_ids = message_ids
        self._clock = clock
        self._heard: list[Reading] = []
        self._writing = asyncio.Lock()

    def hear(self, reading: Reading) -> None:
        """Take a reading along with the next commit."""
        self._heard.append(reading)

    async def commit(self) -> None:
        """Keep what was heard since the last time.

        Raises:
            LedgerError: it cannot be kept.
        """
        async with self._writing:
            heard, self._heard = self._heard, []
            if heard:
                await asyncio.to_thread(self._book.note, heard)

    def between_commits(self) -> asyncio.Lock:
        """Held by whoever would not have a commit cut short."""
        return self._writing

    async def news(self, numbers: Callable[[], Numbers]) -> AsyncIterator[list[tuple[int, str]]]:
        """What the ledger knows of some messages, again and again without end.

        A look that fails is passed over: the next commit will tell.

        Args:
            numbers: gives the messages that are asked for, at each look.

        Yields:
            The number and the state of each of them that anything is known of.
        """
        pause = LOOK_SECONDS
        while True:
            await asyncio.sleep(pause)
            began = self._clock()
            news: list[tuple[int, str]] = []
            with contextlib.suppress(LedgerError):
                news = await self._look(numbers())
            yield news
            pause = max(LOOK_SECONDS, (self._clock() - began) / _LOOK_SHARE)

    async def _look(self, numbers: Numbers) -> list[tuple[int, str]]:
        ids = self._message_ids.take(pa.array(numbers))
        known = await asyncio.to_thread(self._book.deliveries, ids)
        states = known["delivery"].dropna()
        places = states.index.to_numpy()
        return list(zip(numbers[places].tolist(), states.tolist(), strict=True))
