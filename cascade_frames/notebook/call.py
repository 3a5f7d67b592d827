"""A composed send as the line of code that does the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cascade_frames.contract import MessageType

if TYPE_CHECKING:
    import pandas as pd

_PHONE_WORDS: Final = ("phone", "tel", "mobile", "msisdn")
_PLAIN: Final = (str, int, float, bool, list, tuple, type(None))


def call_text(options: Mapping[str, Any]) -> str:
    """The call of `send` with these options; one that is no plain value stands by its name."""
    lines = [f"    {name}={_written(name, value)}," for name, value in options.items()]
    return "\n".join(["df.cascade.send(", *lines, ")"])


def _written(name: str, value: object) -> str:
    return repr(value) if isinstance(value, _PLAIN) else name


def first_options(segment: pd.DataFrame, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a composer begins with: what was given, and a guess where nothing was.

    Bad rows are dropped: a composer shows which and why before anything is sent.
    """
    phone = likely_phone_column([str(column) for column in segment.columns])
    guessed = {
        "campaign": "campaign",
        "to_phone": f"{{{phone}}}" if phone else "",
        "message_type": str(MessageType.PROMO),
        "ttl": "2d",
    }
    told = {name: value for name, value in given.items() if value is not None}
    return {**guessed, **told, "on_invalid": "drop"}


def likely_phone_column(columns: Sequence[str]) -> str | None:
    """The first column whose name speaks of phones."""
    found = (name for name in columns if any(word in name.lower() for word in _PHONE_WORDS))
    return next(found, None)
