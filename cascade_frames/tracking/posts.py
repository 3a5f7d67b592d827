"""The API's status posts, read without trust.

A post is one object, or an array of them, with the four fields that the vendor's page names;
whatever else it has is left alone. A post of another shape is refused as a whole.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

import msgspec

from cascade_frames.contract import StatusField
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.outcomes import Delivery

_MAX_ID: Final = 255
_MAX_WORD: Final = 64
# A number beyond this counts milliseconds: as seconds it would be in the year 5138.
_MILLISECONDS_FROM: Final = 1e11
_KNOWN_WORDS: Final = frozenset(Delivery)


class BadPost(ValueError):
    """It is no status post; the message says why, and holds nothing of the post."""


class _Post(msgspec.Struct, gc=False):
    message_id: str = msgspec.field(name=StatusField.MESSAGE_ID.value)
    state: str = msgspec.field(name=StatusField.STATE.value)
    timestamp: str | float | None = msgspec.field(default=None, name=StatusField.TIMESTAMP.value)
    cost: float | None = msgspec.field(default=None, name=StatusField.COST.value)


_decoder: Final = msgspec.json.Decoder(_Post | list[_Post])


def read_posts(body: bytes, heard_at: datetime) -> list[Reading]:
    """The readings in the body of a post.

    Args:
        body: JSON.
        heard_at: when it came, tz-aware.

    Raises:
        BadPost: it is no JSON, or not of the documented shape; nothing of it is to be kept.
    """
    try:
        found = _decoder.decode(body)
    except msgspec.ValidationError:
        raise BadPost("not a status post: a field is missing or of another type") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadPost("not valid JSON") from None
    posts = found if isinstance(found, list) else [found]
    return [_read(post, heard_at) for post in posts]


def _read(post: _Post, heard_at: datetime) -> Reading:
    message_id, state = post.message_id.strip(), post.state.strip()
    for word, longest in ((message_id, _MAX_ID), (state, _MAX_WORD)):
        if not (word.isprintable() and 0 < len(word) <= longest):
            raise BadPost("not a status post: messageId or deliverystatus is no plain word")
    known = state.lower() in _KNOWN_WORDS
    return Reading(
        message_id,
        state.lower() if known else state,
        heard_at,
        since=_moment(post.timestamp),
        cost=_amount(post.cost),
    )


def _amount(cost: float | None) -> float | None:
    """A finite amount that is not negative."""
    return cost if cost is not None and math.isfinite(cost) and cost >= 0 else None


def _moment(timestamp: str | float | None) -> datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970; None for anything else.

    A time without a zone is in UTC, as the API's times are.
    """
    if timestamp is None:
        return None
    try:
        if isinstance(timestamp, str):
            moment = datetime.fromisoformat(timestamp.strip())
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return aware.astimezone(UTC)
        seconds = timestamp / 1000 if timestamp >= _MILLISECONDS_FROM else timestamp
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
