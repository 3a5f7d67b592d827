"""How long a text is on SMS (the vendor's page on message length).

The GSM 03.38 alphabet gives 160 characters in one part and 153 in each of several; any other
character makes the whole text UCS-2, which gives 70 and 67, counted in UTF-16 units. A character
of two units stands wholly in one part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE: Final = frozenset("|^€{}[]~\\\f")
_MOST_SHOWN: Final = 8


@dataclass(frozen=True)
class SmsLength:
    """What a text takes as SMS.

    Attributes:
        units: septets (GSM) or UTF-16 units (UCS-2).
        parts: SMS parts, which is what operators charge for; 0 for an empty text.
        encoding: `"GSM-7"` or `"UCS-2"`.
        beyond_gsm: the first letters, each once, that make it UCS-2.
    """

    units: int
    parts: int
    encoding: str
    beyond_gsm: tuple[str, ...] = ()


def sms_length(text: str) -> SmsLength:
    """Measure one text."""
    beyond = tuple(dict.fromkeys(letter for letter in text if letter not in _GSM | _GSM_DOUBLE))
    if beyond:
        sizes = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
        return SmsLength(sum(sizes), _parts(sizes, 70, 67), "UCS-2", beyond[:_MOST_SHOWN])
    sizes = [2 if letter in _GSM_DOUBLE else 1 for letter in text]
    return SmsLength(sum(sizes), _parts(sizes, 160, 153), "GSM-7")


def _parts(sizes: list[int], alone: int, joined: int) -> int:
    if sum(sizes) <= alone:
        return min(len(sizes), 1)
    parts, room = 1, joined
    for size in sizes:
        if size > room:
            parts, room = parts + 1, joined
        room -= size
    return parts
