"""Advice: what the API allows and good sending does not. Never stops a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cascade_frames import contract
from cascade_frames.contract import Field, MessageType
from cascade_frames.planning import utf8
from cascade_frames.planning.distinct import map_objects


@dataclass(frozen=True)
class Advice:
    """One thing to look at.

    Attributes:
        messages: how many messages (or entries of a list) it is about.
        wording: what it is and what to do.
    """

    messages: int
    wording: str

    def __str__(self) -> str:
        """Count and wording in one line."""
        return f"{self.messages:,} × {self.wording}"


def advise(messages: pd.DataFrame) -> tuple[Advice, ...]:
    """Advice for a sound message table."""
    types, which = utf8.distinct(utf8.strings(messages[Field.MESSAGE_TYPE]))
    codes = {kind: code for code, kind in enumerate(types.to_pylist())}
    found = [_sender(messages), *_ttl(messages[Field.TTL], codes, which)]
    if MessageType.VIBER_SURVEY in codes:
        found.append(_options(messages))
    return tuple(advice for advice in found if advice.messages)


def _sender(messages: pd.DataFrame) -> Advice:
    names, which = utf8.distinct(utf8.strings(messages[Field.FROM_NAME]))
    fits = utf8.series(names).str.fullmatch(contract.SMS_SENDER_PATTERN).to_numpy(dtype=bool)
    return Advice(
        0 if fits.all() else int(np.count_nonzero(~fits[which])),
        "the sender name is not one SMS can show (1 to 11 letters and digits); "
        "messengers show it as it is",
    )


def _ttl(
    seconds: pd.Series[Any], codes: Mapping[str, int], which: npt.NDArray[np.int32]
) -> list[Advice]:
    """Advice on the times of each type; `which` is the code of each message's type."""
    found = []
    for kind, (low, high) in contract.TTL_RECOMMENDED_SECONDS.items():
        if kind not in codes or _all_within(seconds, low, high):
            continue
        outside = ((seconds < low) | (seconds > high)).to_numpy(dtype=bool, na_value=False)
        outside &= which == codes[kind]
        span = f"{low:,} s" if low == high else f"{low:,} to {high:,} s"
        words = f"ttl of a {kind} outside the recommended {span}"
        found.append(Advice(int(np.count_nonzero(outside)), words))
    return found


def _all_within(seconds: pd.Series[Any], low: int, high: int) -> bool:
    least, most = seconds.min(), seconds.max()
    return least is pd.NA or bool(least >= low and most <= high)


def _options(messages: pd.DataFrame) -> Advice:
    longest = contract.SURVEY_OPTION_RECOMMENDED_CHARACTERS
    options = messages[Field.SURVEY_OPTIONS].dropna()
    long = map_objects(options, lambda given: any(len(option) > longest for option in given))
    return Advice(int(long.astype(bool).sum()), "a survey option of 30 characters or more")
