"""How long to wait before trying again."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

MAX_TRIES: Final = 4  # of one request that is provably not accepted: 1, then after 1, 2 and 4 s
BACKOFF_SECONDS: Final = (1.0, 2.0, 4.0)  # the API document's schedule
RETRY_AFTER_CAP_SECONDS: Final = 120.0


def backoff(attempt: int, rng: random.Random) -> float:
    """Seconds to wait after the given attempt (from 1), jittered between half and whole."""
    base = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]
    return base * rng.uniform(0.5, 1.0)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """What a Retry-After header asks for, capped; None where it asks for nothing sensible.

    Args:
        header: seconds or an HTTP date.
        now: tz-aware.
    """
    if not header or len(header) > 64:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = _until(header, now)
    if not math.isfinite(seconds) or seconds < 0:
        return None
    return min(seconds, RETRY_AFTER_CAP_SECONDS)


def _until(header: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return math.nan
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
