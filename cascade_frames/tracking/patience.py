"""How long to go on while nothing can be learnt."""

from __future__ import annotations

from typing import Final

# Failures in a row from which on requests go one at a time, with growing pauses.
TROUBLE: Final = 8
# Without any answer: at the beginning something is set up wrongly; later the network may be back.
FIRST_SECONDS: Final = 10.0
LATER_SECONDS: Final = 300.0
_SHARE: Final = 0.25
_LEAST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0


class Patience:
    """Counts what failed in a row; made when the first request is about to leave.

    Args:
        now: seconds, from any start.
    """

    def __init__(self, now: float) -> None:
        self._since = now
        self._heard = False
        self._failures = 0

    @property
    def troubled(self) -> bool:
        """Whether so many requests failed in a row that only one at a time should leave."""
        return self._failures >= TROUBLE

    def heard(self, now: float) -> None:
        """The API gave an answer."""
        self._since, self._heard, self._failures = now, True, 0

    def failed(self) -> None:
        """A request brought nothing."""
        self._failures += 1

    def pause(self, now: float) -> float:
        """Seconds until the next request should leave; they grow with the trouble."""
        if not self.troubled:
            return 0.0
        return min(max((now - self._since) * _SHARE, _LEAST_PAUSE), _LONGEST_PAUSE)

    def is_over(self, now: float) -> bool:
        """Whether nothing was heard for so long that nobody should go on waiting."""
        limit = LATER_SECONDS if self._heard else FIRST_SECONDS
        return self.troubled and now - self._since >= limit
