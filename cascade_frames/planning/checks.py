"""The report on what was checked: one row a rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from cascade_frames.outcomes import WORDING, Reason
from cascade_frames.planning.faults import Fault, Faults

_EXAMPLES: Final = 3
# Of the rules for rows; the last three hold rows back, and the others reject them.
_RULES: Final = (
    *list(Reason)[: list(Reason).index(Reason.ID_REUSED) + 1],
    Reason.OPTED_OUT,
    Reason.FORGOTTEN,
    Reason.CONTROL_GROUP,
)


def checks_table(faults: Faults, held: Faults) -> pd.DataFrame:
    """What was checked, and what came of it; a row may fail several rules.

    Returns:
        One row per rule, and per column where it failed in several: `reason`, `column` (str;
        empty where nothing failed), `checked`, `passed`, `failed` (int64, rows), `examples`
        (str: up to three positions, 0-based), `rule` (str, in words).
    """
    found = [*faults.found, *held.found]
    told = [line for rule in _RULES for line in _lines(rule, found, faults.size)]
    names = ["reason", "column", "checked", "passed", "failed", "examples", "rule"]
    return pd.DataFrame(told, columns=names).astype(
        {"reason": "str", "column": "str", "examples": "str", "rule": "str"}
    )


def _lines(rule: Reason, found: Iterable[Fault], size: int) -> list[tuple[object, ...]]:
    broken = [fault for fault in found if fault.reason is rule]
    if not broken:
        return [(str(rule), "", size, size, 0, "", WORDING[rule])]
    return [_line(fault, size) for fault in broken]


def _line(fault: Fault, size: int) -> tuple[object, ...]:
    rows = np.flatnonzero(fault.rows)
    examples = ", ".join(map(str, rows[:_EXAMPLES]))
    words = fault.rule or WORDING[fault.reason]
    return (str(fault.reason), fault.column, size, size - len(rows), len(rows), examples, words)
