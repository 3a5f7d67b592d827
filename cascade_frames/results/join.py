"""The result table: the caller's rows, each with what became of it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from cascade_frames.contract import RECEIPT_ID
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.memory import Standing, empty_standing, standing_table
from cascade_frames.planning.plan import Plan

COLUMNS: Final = (
    "trackinId",
    "messageId",
    "outcome",
    "reason",
    "detail",
    "batch",
    "attempts",
    "sent_at",
)


def result_columns(segment: pd.DataFrame, suffix: str | None) -> dict[str, str]:
    """The names of the result's own columns, with the suffix where one is given.

    Raises:
        MappingError: the segment has a column of that name.
    """
    names = {name: f"{name}{suffix or ''}" for name in COLUMNS}
    taken = [new for new in names.values() if any(str(label) == new for label in segment.columns)]
    if taken:
        fix = "choose another suffix" if suffix else 'drop or rename them, or pass suffix="_sms"'
        raise MappingError(
            f"The segment already has {', '.join(map(repr, taken))}, which the result table "
            f"adds: {fix}."
        )
    return names


def join_results(plan: Plan, standing: Standing, suffix: str | None = None) -> pd.DataFrame:
    """Join how the messages stand to the rows they came from.

    Args:
        plan: gives the segment's N rows, and which of them became messages.
        standing: of the plan's M messages.
        suffix: for the names of the added columns.

    Returns:
        N rows in the segment's order, with its index, columns and dtypes, and `COLUMNS`.
    """
    names = result_columns(plan.segment, suffix)
    added = _spread(plan, standing)
    result = plan.segment.copy(deep=False)
    for name, new in names.items():
        result[new] = added[name].array
    return result


def _spread(plan: Plan, standing: Standing) -> pd.DataFrame:
    size = len(plan.segment)
    columns = empty_standing(size)
    for held, outcome in ((plan.rejected, Outcome.REJECTED), (plan.skipped, Outcome.SKIPPED)):
        at = held["position"].to_numpy()
        columns["outcome"][at] = str(outcome)
        columns["reason"][at] = held["reason"].to_numpy(dtype=object)
        columns["detail"][at] = held["detail"].to_numpy(dtype=object)
    # What the ledger has under a reused id is another message's, so nothing of it is shown.
    own = ~standing.reused
    for name in columns:
        columns[name][plan.rows[own]] = _plain(standing.table.loc[own, name], name)
    columns["outcome"][plan.rows[standing.reused]] = str(Outcome.REJECTED)
    columns["reason"][plan.rows[standing.reused]] = str(Reason.ID_REUSED)
    table = standing_table(columns)
    ids = plan.tracking_ids.astype("str").rename(RECEIPT_ID)
    return pd.concat([ids.reset_index(drop=True), table], axis=1)


def _plain(values: pd.Series[Any], name: str) -> Any:  # noqa: ANN401 - of the dtype of the column
    if name == "batch":
        return values.fillna(0).to_numpy(dtype="int64")
    if name == "sent_at":
        return values.dt.tz_localize(None).to_numpy()
    if name == "attempts":
        return values.to_numpy()
    return np.asarray(values.astype(object).where(values.notna(), None), dtype=object)


def counts(results: pd.DataFrame, suffix: str | None = None) -> dict[str, int]:
    """Rows per outcome, those that occur, in the order of `Outcome`."""
    found = results[f"outcome{suffix or ''}"].value_counts()
    return {str(one): int(found[one]) for one in Outcome if one in found.index}
