"""Faults: what is wrong with which rows, gathered a column at a time, told a row at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from cascade_frames.outcomes import WORDING, Reason

Mask = npt.NDArray[np.bool_]


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
        reasons = np.full(self.size, None, dtype=object)
        details = np.full(self.size, None, dtype=object)
        for fault in self.found:
            first = fault.rows & (reasons == None)  # noqa: E711 - elementwise over an array
            later = fault.rows & ~first
            reasons[first] = fault.reason.value
            details[first] = fault.detail
            details[later] = details[later] + f"; {fault.detail}"
        position = np.flatnonzero(self.any)
        return pd.DataFrame(
            {
                "position": position.astype("int64"),
                "reason": pd.Series(reasons[position], dtype="str"),
                "detail": pd.Series(details[position], dtype="str"),
            }
        )
