"""The funnel: how many rows came to each stage, and what became of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cascade_frames.outcomes import Outcome
from cascade_frames.reporting.facts import DELIVERED

if TYPE_CHECKING:
    from cascade_frames.reporting.facts import Facts

ROWS: Final = "rows"
VALID: Final = "valid"
MESSAGES: Final = "messages"
ACCEPTED: Final = "accepted"

# Which stage a row with that outcome did not reach; any other fate ends before `accepted`.
_NOT_REACHED: Final[dict[str, str]] = {Outcome.REJECTED: VALID, Outcome.SKIPPED: MESSAGES}


def stage_names(*, tracked: bool) -> list[str]:
    """The stages in order; delivery is known of tracked results only."""
    return [ROWS, VALID, MESSAGES, ACCEPTED, *([DELIVERED] if tracked else [])]


def funnel_table(facts: Facts) -> pd.DataFrame:
    """The stages.

    Returns:
        One row per stage: `stage` (str), `rows`, `fell_out` (int64, those of the stage before
        that did not come here), `share` (float64, of all rows), `share_of_previous` (float64).
        A stage and all that fell out up to it add up to the table's rows.
    """
    stages = stage_names(tracked=facts.tracked)
    lost = fell_out_table(facts).groupby("stage")["rows"].sum()
    fell_out = pd.Series([int(lost.get(stage, 0)) for stage in stages], dtype="int64")
    rows = len(facts.rows) - fell_out.cumsum()
    return pd.DataFrame(
        {
            "stage": pd.Series(stages, dtype="str"),
            "rows": rows,
            "fell_out": fell_out,
            "share": share(rows, len(facts.rows)),
            "share_of_previous": share(rows, rows.shift(fill_value=len(facts.rows))),
        }
    )


def fell_out_table(facts: Facts) -> pd.DataFrame:
    """What became of the rows that did not come to the last stage.

    Returns:
        One row per stage and fate: `stage` (str, the one that was not reached), `fate` (str, an
        outcome, or the delivery of accepted rows), `rows` (int64), `share` (float64, of all).
    """
    fallen = facts.rows[~(facts.rows["delivered"] if facts.tracked else facts.rows["accepted"])]
    stage = fallen["outcome"].map(_NOT_REACHED).fillna(ACCEPTED).mask(fallen["accepted"], DELIVERED)
    counts = fallen.groupby([stage.rename("stage"), "fate"], sort=False).size()
    table = counts.rename("rows").reset_index()
    order = stage_names(tracked=facts.tracked)
    at = table["stage"].map(order.index).astype("int64")
    table = (
        table.assign(at=at)
        .sort_values(["at", "rows", "fate"], ascending=[True, False, True])
        .drop(columns="at")
        .reset_index(drop=True)
        .astype({"stage": "str", "fate": "str", "rows": "int64"})
    )
    return table.assign(share=share(table["rows"], len(facts.rows)))


def share(
    part: pd.Series[int] | pd.Series[float], whole: float | pd.Series[int] | pd.Series[float]
) -> pd.Series[float]:
    """Part by whole; missing where the whole is nothing."""
    wholes = pd.Series(whole, index=part.index, dtype="float64")
    return part.astype("float64") / wholes.where(wholes.ne(0))
