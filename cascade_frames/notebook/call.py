"""A composed send as the line of code that does the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_PHONE_WORDS: Final = ("phone", "tel", "mobile", "msisdn")
_PLAIN: Final = (str, int, float, bool, list, tuple, type(None))


def call_text(options: Mapping[str, Any]) -> str:
    """The call of `send` with these options; one that is no plain value stands by its name."""
    lines = [f"    {name}={_written(name, value)}," for name, value in options.items()]
    return "\n".join(["df.cascade.send(", *lines, ")"])


def _written(name: str, value: object) -> str:
    return repr(value) if isinstance(value, _PLAIN) else name


def likely_phone_column(columns: Sequence[str]) -> str | None:
    """The first column whose name speaks of phones."""
    found = (name for name in columns if any(word in name.lower() for word in _PHONE_WORDS))
    return next(found, None)
