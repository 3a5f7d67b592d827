"""Lift: how much more often people did something where they were meant to be messaged."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cascade_frames.errors import MappingError
from cascade_frames.joining.choosing import check_results
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.reporting import lift_views, proportions
from cascade_frames.reporting.answers import Missing, find_answers, read_answers

if TYPE_CHECKING:
    import numpy.typing as npt

# Whoever was meant to be messaged, whatever came of it.
TREATED: Final = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNSENT, Outcome.UNKNOWN)
_MOST: Final = 10**10


@dataclass(frozen=True, repr=False)
class Lift:
    """Two rates and what can be said of their difference.

    Attributes:
        column: what was counted.
        treated, control: rows of each group.
        treated_converted, control_converted: those of them in which it happened.
        not_accepted: treated rows that are refused, unsent or unknown; they count all the same.
        confidence: of the interval.
        power: the chance to show a difference, for which rows are counted below.
        low, high: Newcombe's hybrid score interval for `difference`.
        p_value: of the two-sided score test that the rates are equal.
        needed_treated, needed_control: rows that would show a difference as large as this one,
            at this ratio of the groups; None where there is no difference, or one so small
            that it takes more than ten thousand million.
        detectable: the smallest increase over the control group's rate that these groups show;
            None where they show none.
    """

    column: str
    treated: int
    treated_converted: int
    control: int
    control_converted: int
    not_accepted: int
    confidence: float
    power: float
    low: float
    high: float
    p_value: float
    needed_treated: int | None
    needed_control: int | None
    detectable: float | None

    @property
    def treated_rate(self) -> float:
        """The share of the treated in which it happened."""
        return self.treated_converted / self.treated

    @property
    def control_rate(self) -> float:
        """The share of the control group in which it happened."""
        return self.control_converted / self.control

    @property
    def difference(self) -> float:
        """The treated rate less the control group's (0.02: two points more)."""
        return self.treated_rate - self.control_rate

    @property
    def relative(self) -> float | None:
        """The difference as a share of the control group's rate; None where that is 0."""
        return self.difference / self.control_rate if self.control_converted else None

    def to_frame(self) -> pd.DataFrame:
        """One row with everything, so that several can be put under one another.

        Returns:
            The attributes and properties as columns: `column`, `method` (str), counts (int64;
            `needed_treated` and `needed_control` Int64), the others float64; NaN for None.
        """
        return pd.DataFrame([lift_views.as_record(self)]).astype(lift_views.DTYPES)

    def __repr__(self) -> str:
        """Both rates and their difference; `print` shows the rest."""
        return lift_views.lift_line(self)

    def __str__(self) -> str:
        """Everything in plain text."""
        return lift_views.lift_text(self)

    def _repr_html_(self) -> str:
        return lift_views.lift_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002
        printer.text(str(self))


def lift(
    results: pd.DataFrame,
    column: str,
    *,
    confidence: float = 0.95,
    power: float = 0.8,
    missing: Missing = "raise",
    suffix: str | None = None,
) -> Lift:
    """Compare how often something happened in those meant to be messaged and the control group.

    Treated are all rows that were meant to be messaged: accepted, refused, unsent and unknown
    (intention to treat). Chance chose between them and the control group, and between nothing
    else: to count only those who were reached would compare reachable people with everybody.
    Rejected rows, and rows skipped for another reason, are in neither group.

    Args:
        results: a result table of a send with `control=`, one row a person.
        column: what happened, joined to it since: True and False or 1 and 0.
        confidence: of the interval, from 0.5 up to but not including 1.
        power: the chance with which a difference should be shown, in the same bounds.
        missing: `"raise"`, or `"not_converted"` where a missing value means that it did not
            happen.
        suffix: the `suffix` of the send, if it had one.

    Raises:
        MappingError: it is no result table; there is nobody in one of the groups; the column
            holds something else; rows were doubled by a merge.
        UsageError: statsmodels is not installed.
    """
    _check_share("confidence", confidence)
    _check_share("power", power)
    ending = suffix or ""
    check_results(results, ending)
    answers = find_answers(results, column)
    outcomes = results[f"outcome{ending}"]
    treated = outcomes.isin([str(one) for one in TREATED]).to_numpy(dtype=bool)
    control = _control(results, ending)
    _check_groups(results, treated, control, ending)
    compared = treated | control
    did = np.zeros(len(results), dtype=bool)
    did[compared] = read_answers(answers[compared], missing)
    return compare(
        column,
        (int((did & treated).sum()), int(treated.sum())),
        (int((did & control).sum()), int(control.sum())),
        not_accepted=int((treated & (outcomes != str(Outcome.ACCEPTED)).to_numpy(bool)).sum()),
        confidence=float(confidence),
        power=float(power),
    )


def compare(
    column: str,
    treated: tuple[int, int],
    control: tuple[int, int],
    *,
    not_accepted: int,
    confidence: float,
    power: float,
) -> Lift:
    """The lift of two groups that are counted: (it happened in, rows), neither of them empty."""
    (hits, size), (base_hits, base_size) = treated, control
    low, high = proportions.interval(hits, size, base_hits, base_size, confidence)
    base_rate, ratio = base_hits / base_size, base_size / size
    rows = None
    if hits * base_size != base_hits * size:
        difference = hits / size - base_rate
        rows = proportions.needed(difference, base_rate, ratio, confidence, power)
    return Lift(
        column=column,
        treated=size,
        treated_converted=hits,
        control=base_size,
        control_converted=base_hits,
        not_accepted=not_accepted,
        confidence=confidence,
        power=power,
        low=low,
        high=high,
        p_value=proportions.p_value(hits, size, base_hits, base_size),
        needed_treated=_whole(rows),
        needed_control=_whole(None if rows is None else rows * ratio),
        detectable=proportions.detectable(size, base_rate, ratio, confidence, power),
    )


def _whole(rows: float | None) -> int | None:
    return None if rows is None or rows > _MOST else math.ceil(rows)


def _check_share(name: str, value: object) -> None:
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not 0.5 <= value < 1:  # type: ignore[operator]
        raise MappingError(f"{name}: a number from 0.5 up to but not including 1, as 0.9.")


def _control(results: pd.DataFrame, suffix: str) -> npt.NDArray[np.bool_]:
    if f"reason{suffix}" not in results.columns:
        raise MappingError(f"This table has no column 'reason{suffix}', which tells the groups.")
    skipped = results[f"outcome{suffix}"] == str(Outcome.SKIPPED)
    return (skipped & (results[f"reason{suffix}"] == str(Reason.CONTROL_GROUP))).to_numpy(bool)


def _check_groups(
    results: pd.DataFrame,
    treated: npt.NDArray[np.bool_],
    control: npt.NDArray[np.bool_],
    suffix: str,
) -> None:
    if not control.any():
        raise MappingError(
            "No row of this table is in a control group, so there is nothing to compare with. "
            "Send with control=0.1."
        )
    if not treated.any():
        raise MappingError("Nobody in this table was meant to be messaged but a control group.")
    if f"trackinId{suffix}" not in results.columns:
        return
    doubled = int(results.loc[treated | control, f"trackinId{suffix}"].duplicated().sum())
    if doubled:
        raise MappingError(
            f"{doubled:,} rows repeat the trackinId of another, as a merge with several events a "
            "person makes them. Bring the other table to one row a person before the merge, as "
            "events.drop_duplicates(…) or events.groupby(…)."
        )
