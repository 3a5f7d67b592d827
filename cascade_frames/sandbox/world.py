"""An invented world: which phone can be reached on which channel, and how fast.

Everything follows from a seed by hashing, so the same seed gives the same world, whatever was
asked before, and nothing has to be remembered. The shares and the times are our simulation.
"""

from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import NamedTuple

TELEGRAM = "telegram"
VIBER = "viber"
VIBER_BUSINESS = "viber_business"
RCS = "rcs"
SMS = "sms"
CALL = "call"


class Habits(NamedTuple):
    """A channel's share of phones and the seconds it takes to deliver and to give up."""

    share: float
    delivers: tuple[float, float]
    gives_up: tuple[float, float]


HABITS = MappingProxyType(
    {
        TELEGRAM: Habits(0.35, (1, 5), (2, 20)),
        VIBER: Habits(0.40, (1, 8), (2, 30)),
        VIBER_BUSINESS: Habits(0.70, (2, 15), (10, 60)),
        RCS: Habits(0.30, (2, 20), (10, 60)),
        SMS: Habits(0.95, (3, 45), (30, 120)),
        CALL: Habits(0.90, (5, 30), (20, 40)),
    }
)
CHANNELS = tuple(HABITS)


@dataclass(frozen=True)
class World:
    """The world that `seed` makes."""

    seed: int = 0

    def reaches(self, phone: str, channel: str) -> bool:
        """Return whether this phone can be reached on this channel."""
        return self._chance("reach", phone, channel) < HABITS[channel].share

    def reach(self, phone: str) -> tuple[str, ...]:
        """Return the channels this phone can be reached on, in the API's order."""
        return tuple(channel for channel in CHANNELS if self.reaches(phone, channel))

    def seconds(self, phone: str, tracking_id: str, channel: str) -> float:
        """Return how long a try of this message on this channel takes, to the millisecond."""
        habits = HABITS[channel]
        least, most = habits.delivers if self.reaches(phone, channel) else habits.gives_up
        return round(least + (most - least) * self._chance(phone, tracking_id, channel), 3)

    def _chance(self, *what: str) -> float:
        name = "\0".join((str(self.seed), *what)).encode()
        return int.from_bytes(blake2b(name, digest_size=7).digest()) / 2**56
