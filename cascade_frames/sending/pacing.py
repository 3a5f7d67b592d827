"""The account's rate, held by aiolimiter's leaky bucket. The door to it.

Where the API asks to slow down the rate is halved; after each quiet stretch it is raised by a
step again, never above the account's.

Runs of one account that use one ledger share its rate: each speaks for a span of the account's
time in the ledger, half a second's worth at most, and sends its requests evenly within it, or at
high rates a few together, which costs less than as many alone.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from aiolimiter import AsyncLimiter

from cascade_frames.errors import LedgerError

# Requests may bunch up to a tenth of a second's worth, which a late wake-up of the loop needs
# to keep the mean; the vendor allows bursts of one and a half seconds.
_BUNCH_SECONDS: Final = 0.1
_SLOWEST_SHARE: Final = 1 / 8
_STEP_SHARE: Final = 1 / 16
QUIET_SECONDS: Final = 10.0
_SPAN_SECONDS: Final = 0.5
_TOGETHER_SECONDS: Final = 0.04

# Speaks for a span of the account's time; gives the seconds until it begins.
Reserve = Callable[[float], Awaitable[float]]


class Pace:
    """Lets requests through at a rate; made and used within one event loop.

    Args:
        requests_per_second: the account's rate.
        reserve: speaks for time in the ledger; without it the rate is this process's own.
        clock: seconds, from any start.
        requests: how many are expected; time is spoken for ahead for these and no others.
    """

    def __init__(
        self,
        requests_per_second: float,
        reserve: Reserve | None = None,
        clock: Callable[[], float] = time.monotonic,
        requests: float = math.inf,
    ) -> None:
        self._fastest = requests_per_second
        self._rate = requests_per_second
        self._clock = clock
        self._quiet_from = 0.0
        self._limiter = _limiter(requests_per_second)
        self._slots = _Slots(reserve, requests_per_second, requests) if reserve else None

    @property
    def requests_per_second(self) -> float:
        """The rate held now."""
        return self._rate

    @property
    def free(self) -> bool:
        """One more request may leave now: a turn would not wait."""
        return self._limiter.has_capacity() and (self._slots is None or self._slots.free)

    async def turn(self) -> None:
        """Wait until one more request may leave."""
        if self._rate < self._fastest:
            self._speed_up()
        await self._limiter.acquire()
        if self._slots:
            await self._slots.turn()

    def slow_down(self, seconds: float = 0.0) -> None:
        """Halve the rate, down to an eighth of the account's.

        Args:
            seconds: for which nothing leaves anyway; the quiet stretch begins after them.
        """
        self._quiet_from = self._clock() + seconds
        self._change(max(self._rate / 2, self._fastest * _SLOWEST_SHARE))
        if self._slots:
            self._slots.slow_down(self._rate)

    def _speed_up(self) -> None:
        """Raise the rate by one step, however long the quiet stretch was."""
        if self._clock() - self._quiet_from < QUIET_SECONDS:
            return
        self._quiet_from = self._clock()
        self._change(min(self._rate + self._fastest * _STEP_SHARE, self._fastest))
        if self._slots:
            self._slots.speed_up(self._rate)

    def _change(self, rate: float) -> None:
        self._rate = rate
        self._limiter = _limiter(rate)


class _Slots:
    """Times at which this run's requests may leave, spoken for ahead of their need.

    A run asks for twice as many as the last time while it uses them, and for half as many when
    they pass unused, so that a slow run does not take the time of a fast one. Nor does it speak
    ahead for more than it expects to need, since the next run would have to wait until that has
    passed; requests beyond, as those that are repeated, ask when their turn comes.
    """

    def __init__(self, reserve: Reserve, rate: float, expected: float) -> None:
        self._reserve = reserve
        self._rate = rate
        self._expected = expected
        self._size = max(1, int(rate * _BUNCH_SECONDS))
        self._times: deque[float] = deque()
        self._turns = asyncio.Lock()
        self._next: asyncio.Task[list[float]] | None = None

    @property
    def free(self) -> bool:
        if self._turns.locked() or not self._times:
            return False
        return self._times[0] <= asyncio.get_running_loop().time()

    def slow_down(self, rate: float) -> None:
        self._rate = rate
        self._times.clear()

    def speed_up(self, rate: float) -> None:
        self._rate = rate

    async def turn(self) -> None:
        async with self._turns:
            while not self._times:
                got = await asyncio.shield(self._ahead())
                self._next = None
                if not got:
                    return  # the ledger cannot be written: the intent that follows says so
                self._times.extend(got)
                self._drop_passed()
            mine = self._times.popleft()
            if self._expected > 0 and len(self._times) <= self._size // 2:
                self._ahead()
        wait = mine - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)
        self._drop_passed()

    def _drop_passed(self) -> None:
        """Let go of times that are long gone: used at once, they would be a burst."""
        oldest = asyncio.get_running_loop().time() - _SPAN_SECONDS
        if self._times and self._times[0] < oldest:
            self._size = max(1, self._size // 4)  # half of what it was before it was doubled
        while self._times and self._times[0] < oldest:
            self._times.popleft()
            self._expected += 1  # whoever was to leave then is still to come

    def _ahead(self) -> asyncio.Task[list[float]]:
        if self._next is None:
            count = int(min(self._size, max(1, self._expected)))
            self._expected -= count
            self._next = asyncio.create_task(self._speak_for(count, self._rate))
            self._size = min(self._size * 2, max(1, int(self._rate * _SPAN_SECONDS)))
        return self._next

    async def _speak_for(self, count: int, rate: float) -> list[float]:
        try:
            begins = await self._reserve(count / rate)
        except LedgerError:
            return []
        start = asyncio.get_running_loop().time() + begins
        together = max(1, int(rate * _TOGETHER_SECONDS))
        return [start + (number - number % together) / rate for number in range(count)]


def _limiter(rate: float) -> AsyncLimiter:
    bunch = max(1.0, rate * _BUNCH_SECONDS)
    return AsyncLimiter(bunch, bunch / rate)
