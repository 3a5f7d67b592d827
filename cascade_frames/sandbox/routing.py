"""The cascade: what becomes of an accepted message, all of it known at acceptance.

The order of channels, that the first to deliver ends the cascade and what TTL and a schedule
mean are the API document's. Which key opens which channel, what a survey and a flash call may
use, and the life of a message without `ttl` are our reading. The rest is our simulation.
"""

from collections.abc import Iterable
from typing import NamedTuple

from cascade_frames.sandbox.keys import API_KEY, TELEGRAM_KEY, VIBER_TOKEN
from cascade_frames.sandbox.messages import Message
from cascade_frames.sandbox.world import (
    CALL,
    RCS,
    SMS,
    TELEGRAM,
    VIBER,
    VIBER_BUSINESS,
    World,
)

ORDER = (TELEGRAM, VIBER, VIBER_BUSINESS, RCS, SMS)
BY_TYPE = {
    "transaction": ORDER,
    "promo": ORDER,
    "viber_survey": (VIBER, VIBER_BUSINESS, SMS),
    "flashcall": (CALL,),
}
BY_KEY = {
    API_KEY: frozenset((VIBER_BUSINESS, RCS, SMS, CALL)),
    VIBER_TOKEN: frozenset((VIBER,)),
    TELEGRAM_KEY: frozenset((TELEGRAM,)),
}
DEFAULT_TTL = 86_400
LONGEST_LIFE = 100 * 365 * 86_400
"""Seconds; a longer `ttl` is valid but means the same."""

SCHEDULED = "scheduled"
PROCESSING = "processing"
DELIVERED = "delivered"
UNDELIVERABLE = "undeliverable"
PERMANENT_ERROR = "permanenterror"


class Try(NamedTuple):
    """One channel tried; times are microseconds since 1970, UTC."""

    channel: str
    began: int
    ended: int
    delivered: bool


class Journey(NamedTuple):
    """All that becomes of a message: it starts at `due` and is settled at `ended`."""

    due: int
    ended: int
    outcome: str
    tries: tuple[Try, ...]
    channels: tuple[str, ...]

    @property
    def channel(self) -> str | None:
        """The channel that delivers, if one does."""
        return self.tries[-1].channel if self.outcome == DELIVERED else None

    def status(self, now: int) -> str:
        """Return the delivery status at `now`."""
        if now < self.due:
            return SCHEDULED
        return PROCESSING if now < self.ended else self.outcome

    def trying(self, now: int) -> str | None:
        """Return the channel being tried at `now`, if one is."""
        return next((each.channel for each in self.tries if each.began <= now < each.ended), None)

    def channel_status(self, channel: str, now: int) -> str:
        """Return what became of one channel by `now`, or `not_used`."""
        for each in self.tries:
            if each.channel == channel and each.began <= now:
                if now < each.ended:
                    return PROCESSING
                return DELIVERED if each.delivered else UNDELIVERABLE
        return "not_used"


def allowed_channels(message_type: str, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the channels to try, in order, for a type and the headers that came with it.

    Both routes try the same order: Telegram and Viber lead it already, and the sources say
    nothing of what else sets the Telegram-Viber route apart.
    """
    opened = frozenset().union(*(BY_KEY[key] for key in keys))
    return tuple(channel for channel in BY_TYPE[message_type] if channel in opened)


def travel(message: Message, keys: Iterable[str], accepted_at: int, world: World) -> Journey:
    """Return the journey of a message accepted at `accepted_at` with these headers."""
    due = max(accepted_at, message.due or 0)
    channels = allowed_channels(message.messageType, keys)
    if not channels:
        return Journey(due, due, PERMANENT_ERROR, (), channels)
    life = DEFAULT_TTL if message.ttl is None else min(message.ttl, LONGEST_LIFE)
    deadline = due + life * 1_000_000
    tries = []
    began = due
    for channel in channels:
        seconds = world.seconds(message.toPhone, message.id, channel)
        ended = began + round(seconds * 1_000_000)
        in_time = ended <= deadline
        delivered = in_time and world.reaches(message.toPhone, channel)
        tries.append(Try(channel, began, min(ended, deadline), delivered))
        if delivered or not in_time:
            break
        began = ended
    last = tries[-1]
    outcome = DELIVERED if last.delivered else UNDELIVERABLE
    return Journey(due, last.ended, outcome, tuple(tries), channels)
