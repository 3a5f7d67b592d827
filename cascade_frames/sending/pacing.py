"""The account's rate, held by aiolimiter's leaky bucket. The door to it."""

from __future__ import annotations

from typing import Final

from aiolimiter import AsyncLimiter

# Requests may bunch up to a tenth of a second's worth, which a late wake-up of the loop needs
# to keep the mean; the vendor allows bursts of one and a half seconds.
_BUNCH_SECONDS: Final = 0.1


class Pace:
    """Lets requests through at a rate; made and used within one event loop."""

    def __init__(self, requests_per_second: float) -> None:
        bunch = max(1.0, requests_per_second * _BUNCH_SECONDS)
        self._limiter = AsyncLimiter(bunch, bunch / requests_per_second)

    async def turn(self) -> None:
        """Wait until one more request may leave."""
        await self._limiter.acquire()
