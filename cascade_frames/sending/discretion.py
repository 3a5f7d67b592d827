"""What the API quotes of a request, taken out of its words before anybody keeps or shows them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, Final

import msgspec

from cascade_frames.contract import Field, MessageType, VariableType
from cascade_frames.sending.transport import Json

PIECE: Final = 8  # characters in a row that count as a quotation
SHORTEST: Final = 4  # a value shorter than a piece counts where it stands alone as a word
_MOST_WORDS: Final = 800  # of the API's; more are not kept anyway
_PLACE: Final = "…"
# Ids are the ledger's own, and the rest are words of the API.
_KNOWN: Final = frozenset({Field.ID, Field.MESSAGE_TYPE, "type"})
_CONSTANTS: Final = re.compile(
    r"\b(?:" + "|".join((*Field, *MessageType, *VariableType)) + r")\b", re.IGNORECASE
)


class Discretion:
    """Hides the values of one request, and the account's keys, in words of the API.

    Hidden are pieces of eight characters or more of any value, and values of four characters or
    more that stand alone, whatever their case and white space. Names of fields and the like are
    the API's own and stay. Nothing is read of the request until there are words to look through.

    Args:
        keys: the account's.
        body: of the request, JSON.
    """

    def __init__(self, keys: Collection[str], body: Json) -> None:
        self._keys = keys
        self._body = body

    def __call__(self, words: str) -> str:
        """The words, with an ellipsis in place of each quotation."""
        words = words[:_MOST_WORDS]
        plain = _plain(words)
        hidden = bytearray(len(words))
        for at in range(len(plain) - PIECE + 1):
            if plain[at : at + PIECE] in self._said:
                hidden[at : at + PIECE] = b"\1" * PIECE
        for size in range(SHORTEST, PIECE):
            for at in range(len(plain) - size + 1):
                if plain[at : at + size] in self._short and _alone(plain, at, at + size):
                    hidden[at : at + size] = b"\1" * size
        for constant in _CONSTANTS.finditer(words):
            hidden[constant.start() : constant.end()] = bytes(len(constant.group()))
        return _without(words, hidden)

    @cached_property
    def _values(self) -> list[str]:
        return [_plain(one) for one in (*self._keys, *_values(self._body))]

    @cached_property
    def _said(self) -> str:
        return "\n".join(one for one in self._values if len(one) >= PIECE)

    @cached_property
    def _short(self) -> frozenset[str]:
        return frozenset(
            one.strip() for one in self._values if SHORTEST <= len(one.strip()) < PIECE
        )


def _values(body: Json) -> Iterator[str]:
    """Every text in the request that is the caller's own."""
    document = msgspec.json.decode(body)
    for entry in document["variables"] if isinstance(document, dict) else document:
        for name, value in entry.items():
            if name not in _KNOWN:
                yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _plain(text: str) -> str:
    """The same number of letters, in lower case, with a space for each that is not printable."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(one.lower() if len(one.lower()) == 1 else one for one in text)
    if lower.isprintable():
        return lower
    return "".join(one if one.isprintable() else " " for one in lower)


def _alone(text: str, start: int, stop: int) -> bool:
    """No letter or digit stands next to it."""
    return not (text[start - 1 : start].isalnum() or text[stop : stop + 1].isalnum())


def _without(words: str, hidden: bytearray) -> str:
    pieces = itertools.groupby(zip(words, hidden, strict=True), key=lambda one: one[1])
    return "".join(
        _PLACE if hide else "".join(letter for letter, _ in piece) for hide, piece in pieces
    )
