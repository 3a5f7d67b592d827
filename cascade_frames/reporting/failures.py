"""Why rows were not delivered, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cascade_frames.joining.delivery import NOT_FOUND
from cascade_frames.outcomes import Delivery, Outcome
from cascade_frames.reporting.advice import meaning, what_to_do
from cascade_frames.reporting.stages import share

if TYPE_CHECKING:
    from cascade_frames.reporting.facts import Facts

_ENDED: Final = [str(Delivery.UNDELIVERABLE), str(Delivery.PERMANENTERROR), NOT_FOUND]


def failures_table(facts: Facts) -> pd.DataFrame:
    """The rows that will not be delivered as things stand; those on their way are not among them.

    Returns:
        One row per fate and reason, the most frequent first: `fate` (str, an outcome, or
        `undeliverable`, `permanenterror` or `not_found`), `reason` (str, missing where there is
        none), `rows` (int64), `share` (float64, of all rows), `meaning`, `what_to_do` (str).
    """
    rows = facts.rows
    ended = rows["delivery"].isin(_ENDED)
    failed = rows[rows["outcome"].ne(Outcome.ACCEPTED) | ended]
    reasons = failed["reason"].mask(failed["accepted"])
    counts = failed.groupby(["fate", reasons], dropna=False, sort=False).size().rename("rows")
    table = (
        counts.reset_index()
        .sort_values(["rows", "fate", "reason"], ascending=[False, True, True])
        .reset_index(drop=True)
        .astype({"fate": "str", "reason": "str", "rows": "int64"})
    )
    table["share"] = share(table["rows"], len(rows))
    pairs = list(zip(table["fate"], table["reason"].fillna(""), strict=True))
    table["meaning"] = pd.Series([meaning(*pair) for pair in pairs], dtype="str")
    table["what_to_do"] = pd.Series([what_to_do(*pair) for pair in pairs], dtype="str")
    return table
