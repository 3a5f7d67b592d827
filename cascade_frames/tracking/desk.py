"""Many posts, few commits: readings that come while one commit is under way go into the next."""

from __future__ import annotations

import asyncio
from typing import Final

from cascade_frames.errors import LedgerError
from cascade_frames.ledger import Ledger
from cascade_frames.ledger.deliveries import Reading

# Readings that may wait for their commit.
MOST_WAITING: Final = 50_000

_Waiting = tuple[list[Reading], "asyncio.Future[None]"]


class DeskFull(Exception):
    """More readings wait than may; they are to come again later."""


class Desk:
    """Takes the readings of many tasks in one loop; notes in the ledger all that wait, at once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: list[_Waiting] = []
        self._readings = 0
        self._noting: asyncio.Task[None] | None = None

    async def take(self, readings: list[Reading]) -> None:
        """Return once the readings are durable.

        Raises:
            LedgerError: they are not.
            DeskFull: too many wait already; these were not taken.
        """
        if self._readings + len(readings) > MOST_WAITING:
            raise DeskFull
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((readings, noted))
        self._readings += len(readings)
        if self._noting is None:
            self._noting = asyncio.create_task(self._note_all())
        await noted

    async def _note_all(self) -> None:
        try:
            while self._waiting:
                group, self._waiting, self._readings = self._waiting, [], 0
                await self._note(group)
        finally:
            self._noting = None

    async def _note(self, group: list[_Waiting]) -> None:
        readings = [reading for each, _ in group for reading in each]
        failure: Exception | None = None
        try:
            await asyncio.to_thread(self._ledger.note, readings)
        except LedgerError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            failure = LedgerError(f"Readings could not be noted: {type(error).__name__}.")
        for _, noted in group:
            if noted.done():  # whoever waited was cancelled
                continue
            if failure is None:
                noted.set_result(None)
            else:
                noted.set_exception(failure)
