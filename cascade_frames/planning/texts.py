"""How long a text is on SMS (the vendor's page on message length).

The GSM 03.38 alphabet gives 160 characters in one part and 153 in each of several; any other
character makes the whole text UCS-2, which gives 70 and 67, counted in UTF-16 units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE: Final = frozenset("|^€{}[]~\\\f")


@dataclass(frozen=True)
class SmsLength:
    """What a text takes as SMS.

    Attributes:
        units: septets (GSM) or UTF-16 units (UCS-2).
        parts: SMS parts, which is what operators charge for; 0 for an empty text.
        encoding: `"GSM-7"` or `"UCS-2"`.
    """

    units: int
    parts: int
    encoding: str


def sms_length(text: str) -> SmsLength:
    """Measure one text."""
    letters = set(text)
    if letters <= _GSM | _GSM_DOUBLE:
        doubled = sum(text.count(letter) for letter in letters & _GSM_DOUBLE)
        return _measure(len(text) + doubled, 160, 153, "GSM-7")
    return _measure(len(text.encode("utf-16-le")) // 2, 70, 67, "UCS-2")


def _measure(units: int, alone: int, joined: int, encoding: str) -> SmsLength:
    parts = min(units, 1) if units <= alone else -(-units // joined)
    return SmsLength(units, parts, encoding)
