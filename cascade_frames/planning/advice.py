"""Advice: what the API allows and good sending does not. Never stops a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cascade_frames import contract
from cascade_frames.contract import Field
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
    found = [_sender(messages), *_ttl(messages), _options(messages)]
    return tuple(advice for advice in found if advice.messages)


def _sender(messages: pd.DataFrame) -> Advice:
    names, which = utf8.distinct(utf8.strings(messages[Field.FROM_NAME]))
    fits = utf8.series(names).str.fullmatch(contract.SMS_SENDER_PATTERN).to_numpy(dtype=bool)
    return Advice(
        int(np.count_nonzero(~fits[which])),
        "the sender name is not one SMS can show (1 to 11 letters and digits); "
        "messengers show it as it is",
    )


def _ttl(messages: pd.DataFrame) -> list[Advice]:
    if messages[Field.TTL].isna().all():
        return []
    seconds = messages[Field.TTL].to_numpy(dtype=np.float64, na_value=np.nan)
    types, which = utf8.distinct(utf8.strings(messages[Field.MESSAGE_TYPE]))
    codes = {kind: code for code, kind in enumerate(types.to_pylist())}
    found = []
    for kind, (low, high) in contract.TTL_RECOMMENDED_SECONDS.items():
        outside = (which == codes.get(kind, -1)) & ((seconds < low) | (seconds > high))
        span = f"{low:,} s" if low == high else f"{low:,} to {high:,} s"
        words = f"ttl of a {kind} outside the recommended {span}"
        found.append(Advice(int(np.count_nonzero(outside)), words))
    return found


def _options(messages: pd.DataFrame) -> Advice:
    longest = contract.SURVEY_OPTION_RECOMMENDED_CHARACTERS
    options = messages[Field.SURVEY_OPTIONS].dropna()
    long = map_objects(options, lambda given: any(len(option) > longest for option in given))
    return Advice(int(long.astype(bool).sum()), "a survey option of 30 characters or more")
