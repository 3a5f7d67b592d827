"""The gate before every request: the pace, what the API asks us to wait, pause and stop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

from cascade_frames.sending.pacing import Pace


class Gate:
    """Says when one more request may leave; lives within one event loop.

    Args:
        pace: the account's rate.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._held_until = 0.0
        self._stopping = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()

    @property
    def stopped(self) -> bool:
        """Nothing leaves any more."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Let nothing leave from now on, and end every wait."""
        self._stopping.set()
        self._open.set()

    def pause(self) -> None:
        """Let nothing leave until `resume`."""
        if not self.stopped:
            self._open.clear()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._open.set()

    def hold_back(self, seconds: float) -> None:
        """Let nothing leave for so long, and less for a while afterwards."""
        now = asyncio.get_running_loop().time()
        if now >= self._held_until:  # the answers to one burst count once
            self._pace.slow_down(seconds)
        self._held_until = max(self._held_until, now + seconds)

    async def turn(self) -> bool:
        """Wait until one more request may leave; False where the run was stopped."""
        loop = asyncio.get_running_loop()
        await self._open.wait()
        while (seconds := self._held_until - loop.time()) > 0 and not self.stopped:
            await self.sleep(seconds)
        if self._pace.free:
            await self._pace.turn()
        elif not self.stopped:
            await self._unless_stopped(self._pace.turn())
        await self._open.wait()
        return not self.stopped

    async def sleep(self, seconds: float) -> None:
        """Sleep, but not through a stop."""
        await self._unless_stopped(asyncio.sleep(seconds))

    async def _unless_stopped(self, wait: Coroutine[None, None, None]) -> None:
        waiting = asyncio.ensure_future(wait)
        stopped = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if waiting.done():
            waiting.result()
        waiting.cancel()
