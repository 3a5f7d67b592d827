"""The account's rate, held by aiolimiter's leaky bucket. The door to it."""

from __future__ import annotations

from typing import Final

from aiolimiter import AsyncLimiter

# Requests may bunch up to a tenth of a second's worth, which a late wake-up of the loop needs
# to keep the mean; the vendor allows bursts of one and a half seconds.
_BUNCH_SECONDS: Final = 0.1
_SLOWEST_SHARE: Final = 1 / 8


class Pace:
    """Lets requests through at a rate; made and used within one event loop."""

    def __init__(self, requests_per_second: float) -> None:
        self._slowest = requests_per_second * _SLOWEST_SHARE
        self._rate = requests_per_second
        self._limiter = _limiter(requests_per_second)

    @property
    def requests_per_second(self) -> float:
        """The rate held now."""
        return self._rate

    async def turn(self) -> None:
        """Wait until one more request may leave."""
        await self._limiter.acquire()

    def slow_down(self) -> None:
        """Halve the rate for good, down to an eighth of what it was."""
        self._rate = max(self._rate / 2, self._slowest)
        self._limiter = _limiter(self._rate)


def _limiter(rate: float) -> AsyncLimiter:
    bunch = max(1.0, rate * _BUNCH_SECONDS)
    return AsyncLimiter(bunch, bunch / rate)
