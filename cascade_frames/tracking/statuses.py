"""From the evidence of a status request to what it tells. A pure function.

Asking again is harmless, so whatever cannot be read is asked again later. A state is taken only
from a whole 200 that names the very message that was asked about; states we do not know are kept
as the API says them and are not final.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

import msgspec

from cascade_frames import contract
from cascade_frames.contract import StatusField
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.outcomes import Delivery
from cascade_frames.sending.evidence import Evidence, Failure
from cascade_frames.sending.replies import read_error
from cascade_frames.sending.verdicts import Cause

_NOT_LET_IN: Final = frozenset({401, 403})
_NOT_THE_API: Final = frozenset({405, 415})
_NOT_KNOWN: Final = frozenset({400, 404, 410, 422})
_MAX_WORD: Final = 64
_MAX_PARTS: Final = 10_000
_DELIVERY_WORDS: Final = frozenset(Delivery)


class Step(StrEnum):
    """What an answer to a status request means."""

    HEARD = "heard"  # the API told how the message stands
    NOT_KNOWN = "not_known"  # the API knows no such message
    AGAIN = "again"  # nothing was learnt: ask again later
    WAIT = "wait"  # as again, and slow down
    HALT = "halt"  # no other message would fare better


@dataclass(frozen=True)
class Answer:
    """What one status request brought.

    Attributes:
        reading: what was heard, where it is `HEARD`.
        cause: why nothing was, where something is wrong.
        detail: the API's words about that.
    """

    step: Step
    reading: Reading | None = field(default=None, repr=False)
    cause: Cause | None = None
    detail: str | None = None


def status_path(message_id: str) -> str:
    """Where to ask about a message; an id of any characters stays one piece of the path."""
    return contract.STATUS_PATH + quote(message_id, safe="").replace(".", "%2E")


def read_status(evidence: Evidence, message_id: str, heard_at: datetime) -> Answer:
    """What the evidence of one status request tells.

    Args:
        evidence: what is known of the request.
        message_id: the one that was asked about.
        heard_at: when the answer came, tz-aware.
    """
    status = evidence.status
    if status is None:
        return _silence(evidence)
    if status == 200:
        reading = _reading(evidence.body, message_id, heard_at) if evidence.complete else None
        if reading is None:
            return Answer(Step.AGAIN, None, Cause.OUTAGE, evidence.error or "HTTP 200, unreadable")
        return Answer(Step.HEARD, reading)
    return _error(evidence, status)


def _silence(evidence: Evidence) -> Answer:
    if evidence.failure is Failure.MISUSE:
        return Answer(Step.HALT, None, Cause.MISUSE, evidence.error)
    cause = Cause.OUTAGE if evidence.left else Cause.NOT_CONNECTED
    return Answer(Step.AGAIN, None, cause, evidence.error)


def _error(evidence: Evidence, status: int) -> Answer:
    error = read_error(evidence.body, evidence.hide) if evidence.complete else None
    told = f"HTTP {status}" + (f": {error}" if error else "")
    if status in _NOT_LET_IN:
        return Answer(Step.HALT, None, Cause.NOT_AUTHORIZED, told)
    if status in _NOT_THE_API or 300 <= status < 400:
        return Answer(Step.HALT, None, Cause.WRONG_ADDRESS, told)
    if status in _NOT_KNOWN:
        return Answer(Step.NOT_KNOWN, detail=told)
    if status == 429:
        return Answer(Step.WAIT, None, Cause.RATE_LIMITED, told)
    return Answer(Step.AGAIN, None, Cause.OUTAGE, told)


def _reading(body: bytes, message_id: str, heard_at: datetime) -> Reading | None:
    """The reading in a 200's body; None where it is not about this message, or tells no state."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    named = document.get(StatusField.MESSAGE_ID)
    state = _state(document.get(StatusField.STATE))
    if state is None or not isinstance(named, str) or named.strip() != message_id:
        return None
    cost = _amount(document.get(StatusField.COST))
    return Reading(
        message_id,
        state,
        heard_at,
        channel=_channel(document) if state == Delivery.DELIVERED else None,
        parts=_parts(document.get(StatusField.PARTS)),
        cost=cost,
        currency=None if cost is None else _currency(document, cost),
    )


def _word(value: object) -> str | None:
    """A short word of the API; None for anything else."""
    if not isinstance(value, str):
        return None
    word = value.strip()
    return word if word and word.isprintable() and len(word) <= _MAX_WORD else None


def _state(value: object) -> str | None:
    """A state, as the API says it; those we know in their own spelling."""
    word = _word(value)
    return word.lower() if word and word.lower() in _DELIVERY_WORDS else word


def _amount(value: object) -> float | None:
    """A finite amount that is not negative."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        amount = float(value)
    except OverflowError:
        return None
    return amount if math.isfinite(amount) and amount >= 0 else None


def _parts(value: object) -> int | None:
    amount = _amount(value)
    if amount is None or amount % 1 or amount > _MAX_PARTS:
        return None
    return int(amount)


def _currency(document: dict[str, Any], cost: float) -> str | None:
    """The currency of the cost: of the amount that equals it, else the only one that is named."""
    billed, rated = (
        (_amount(document.get(amount)), _word(document.get(currency)))
        for amount, currency in (
            (StatusField.BILL_AMOUNT, StatusField.BILL_CURRENCY),
            (StatusField.RATE_AMOUNT, StatusField.RATE_CURRENCY),
        )
    )
    for amount, currency in (billed, rated):
        if currency and amount == cost:
            return currency
    named = {currency for _, currency in (billed, rated) if currency}
    return named.pop() if len(named) == 1 else None


def _channel(document: dict[str, Any]) -> str | None:
    """The channel that says delivered, where it is exactly one."""
    said = [name for name, state in _channels(document) if _state(state) == Delivery.DELIVERED]
    words = {word for word in map(_word, said) if word}
    return words.pop() if len(words) == 1 else None


def _channels(document: dict[str, Any]) -> Iterator[tuple[object, object]]:
    """Each channel that the answer names, with what it says of it."""
    extended = document.get(StatusField.EXTENDED)
    if isinstance(extended, dict):
        yield from extended.items()
    fallbacks = document.get(StatusField.FALLBACKS)
    for one in fallbacks if isinstance(fallbacks, list) else ():
        if isinstance(one, dict):
            yield one.get(StatusField.CHANNEL), one.get(StatusField.STATE)
