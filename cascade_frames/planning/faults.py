"""Faults: what is wrong with which rows, gathered a column at a time, told a row at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cascade_frames.outcomes import WORDING, Reason
from cascade_frames.planning import utf8
from cascade_frames.planning.utf8 import Mask


@dataclass(frozen=True)
class Fault:
    """One rule broken by some rows.

    Attributes:
        reason: the rule's code.
        column: the column at fault, in the segment's words where it has one.
        rows: bool mask over the segment.
        rule: the rule in words; the reason's own wording where None.
    """

    reason: Reason
    column: str
    rows: Mask
    rule: str | None = None

    @property
    def detail(self) -> str:
        """Column and rule, without any value."""
        return f"{self.column}: {self.rule or WORDING[self.reason]}"


@dataclass
class Faults:
    """The faults of a segment of `size` rows, in the order in which they were looked for."""

    size: int
    found: list[Fault] = field(default_factory=list)

    def add(
        self,
        reason: Reason,
        column: str,
        rows: Mask | pd.Series[bool],
        rule: str | None = None,
    ) -> None:
        """Note a rule and the rows that break it; no rows, no fault."""
        mask = np.asarray(rows, dtype=bool)
        if mask.any():
            self.found.append(Fault(reason, column, mask, rule))

    def add_to_all(self, told: Faults) -> None:
        """Note for every row what was told of the one value that stands for all."""
        for fault in told.found:
            self.add(fault.reason, fault.column, np.ones(self.size, dtype=bool), fault.rule)

    @property
    def any(self) -> Mask:
        """True for rows with at least one fault."""
        hit = np.zeros(self.size, dtype=bool)
        for fault in self.found:
            hit |= fault.rows
        return hit

    def told(self) -> pd.DataFrame:
        """One row per faulty row.

        Returns:
            `position` (int64, 0-based, ascending), `reason` (str: the first fault's code) and
            `detail` (str: every fault, first first).
        """
        position = np.flatnonzero(self.any)
        # Rows with the same faults read alike, so each combination is put in words once.
        codes = np.zeros(len(position), dtype=np.int64)
        combinations: list[tuple[Fault, ...]] = [()]
        for fault in self.found:
            codes = codes + len(combinations) * fault.rows[position]
            codes, occurring = pd.factorize(codes)
            doubled = [*combinations, *((*before, fault) for before in combinations)]
            combinations = [doubled[code] for code in occurring]
        return pd.DataFrame(
            {
                "position": position.astype("int64"),
                "reason": _in_words([_reason(faults) for faults in combinations], codes),
                "detail": _in_words([_detail(faults) for faults in combinations], codes),
            }
        )


def _reason(faults: tuple[Fault, ...]) -> str:
    return str(faults[0].reason.value) if faults else ""


def _detail(faults: tuple[Fault, ...]) -> str:
    return "; ".join(fault.detail for fault in faults)


def _in_words(words: list[str], codes: npt.NDArray[np.int64]) -> pd.Series[Any]:
    return utf8.series(pa.array(words, utf8.TYPE).take(pa.array(codes, pa.int64())))
