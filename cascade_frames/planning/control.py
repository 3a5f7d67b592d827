"""The control group: people held back at random, so that it can be measured what messages do.

A person is drawn by a keyed hash of the phone: the same people each time, in whatever order and
company their rows come, and nobody can tell who without the ledger's secret.
"""

from __future__ import annotations

import numbers
from typing import Final

from cascade_frames.errors import MappingError
from cascade_frames.planning import hashing
from cascade_frames.planning.advice import Advice
from cascade_frames.planning.utf8 import Mask, Texts

_HASHES: Final = 2**64


def check_control(share: object, key: object, campaign: object) -> None:
    """Refuse a control group that cannot be drawn.

    Args:
        share: of the people, from 0 up to but not including 1; None for no control group.
        key: the name the draw is made by; None for the campaign's.
        campaign: its name, or None.

    Raises:
        MappingError: see above.
    """
    if share is None:
        if key is not None:
            raise MappingError(
                "control_key: this says by which name the control group is drawn, but not how "
                "large it is. Pass control=0.1 (a tenth), or leave control_key out."
            )
        return
    number = isinstance(share, numbers.Real) and not isinstance(share, bool)
    if not number or not 0 <= share < 1:  # type: ignore[operator]
        raise MappingError(
            "control: a share of the people from 0 up to but not including 1, as 0.1 for a tenth."
        )
    if key is not None and (not isinstance(key, str) or not key.strip() or not key.isprintable()):
        raise MappingError('control_key: give a name in one line, as "autumn-2026".')
    if key is None and campaign is None:
        raise MappingError(
            "control: the group is drawn by the campaign's name. Give campaign=, or "
            'control_key="autumn-2026".'
        )


def draw(phones: Texts, share: float, key: str, secret: bytes) -> Mask:
    """Who is drawn for the control group (bool, length N).

    A larger share draws the same people and more.

    Args:
        phones: N phones (E.164).
        share: from 0 up to but not including 1.
        key: the name the draw is made by; under different names draws are independent.
        secret: the ledger's.
    """
    hashes = hashing.control_hashes(phones, key, secret)
    drawn: Mask = hashes < int(share * _HASHES)
    return drawn


def advise(messaged: int) -> tuple[Advice, ...]:
    """Advice on people who were drawn, but had been sent to before the group was asked for."""
    if not messaged:
        return ()
    words = (
        "a person drawn for the control group to whom an earlier run had sent already, so they "
        "count as messaged; ask for the control group in a campaign's first run"
    )
    return (Advice(messaged, words),)
