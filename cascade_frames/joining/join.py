"""The result table: the caller's rows, each with what became of it."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from cascade_frames.contract import RECEIPT_ID, RECEIPT_MESSAGE_ID
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.fates import COLUMNS as FATE_COLUMNS
from cascade_frames.planning.fates import (
    Fate,
    Texts,
    as_column,
    as_texts,
    fate_table,
    no_texts,
    spread,
    taken,
)
from cascade_frames.planning.memory import Standing
from cascade_frames.planning.plan import Origin

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


def join_results(origin: Origin, standing: Standing, suffix: str | None = None) -> pd.DataFrame:
    """Join how the messages stand to the rows they came from.

    Args:
        origin: gives the segment's N rows, and which of them became messages.
        standing: of the M messages.
        suffix: for the names of the added columns.

    Returns:
        N rows in the segment's order, with its index, columns and dtypes, and `COLUMNS`.
    """
    names = result_columns(origin.segment, suffix)
    added = _columns(origin, standing)
    result = origin.segment.copy(deep=False)
    for name, new in names.items():
        # As a column of that very index, which pandas takes without a copy.
        result[new] = pd.Series(added.pop(name), index=result.index, copy=False)
    return result


def _columns(origin: Origin, standing: Standing) -> dict[str, Any]:
    """The columns of `COLUMNS`, N long.

    Each row's fate is one of the standing's, or one of its own where it never became a message.
    What the ledger has under a reused id is another message's, so nothing of it is shown.
    """
    reused = fate_table([Fate(str(Outcome.REJECTED), str(Reason.ID_REUSED))])
    held = [
        held_fates(origin.rejected, Outcome.REJECTED),
        held_fates(origin.skipped, Outcome.SKIPPED),
    ]
    fates = pa.concat_tables([standing.fates, reused, *held])
    ends = np.cumsum([len(standing.fates), len(reused), *map(len, held)])
    codes = standing.codes
    if standing.reused.any():
        codes = np.where(standing.reused, ends[0].astype(np.int32), codes)
    if origin.rows is not None:
        sent, codes = codes, np.zeros(len(origin.segment), dtype=np.int32)
        codes[origin.rows] = sent
        for rows, end in zip((origin.rejected, origin.skipped), ends[1:], strict=False):
            codes[rows["position"].to_numpy()] = np.arange(end, end + len(rows))
    return {
        RECEIPT_ID: as_column(as_texts(origin.tracking_ids)),
        RECEIPT_MESSAGE_ID: as_column(_receipts(origin, standing)),
        **spread(fates, codes),
    }


def held_fates(rows: pd.DataFrame, outcome: Outcome) -> pa.Table:
    """A fate for each row that was rejected or held back, from its `reason` and `detail`."""
    said = {name: as_texts(rows[name]) for name in ("reason", "detail")}
    blank = {
        field.name: pa.nulls(len(rows), field.type)
        for field in FATE_COLUMNS
        if field.name not in said
    }
    blank["outcome"] = pa.repeat(pa.scalar(str(outcome), pa.large_string()), len(rows))
    blank["attempts"] = pa.repeat(pa.scalar(0, pa.int64()), len(rows))
    return pa.table({**blank, **said}).select(FATE_COLUMNS.names)


def _receipts(origin: Origin, standing: Standing) -> Texts:
    size = len(origin.segment)
    if standing.message_ids is None:
        return no_texts(size)
    if origin.rows is None and not standing.reused.any():
        return standing.message_ids
    source = np.where(standing.reused, -1, np.arange(len(standing)))
    if origin.rows is not None:
        sent, source = source, np.full(size, -1, dtype=np.int64)
        source[origin.rows] = sent
    return taken(standing.message_ids, source)


def counts(origin: Origin, standing: Standing) -> dict[str, int]:
    """Rows of the result table per outcome, those that occur, in the order of `Outcome`."""
    found = Counter(standing.counts())
    found[Outcome.REJECTED] += len(origin.rejected) + int(np.count_nonzero(standing.reused))
    found[Outcome.SKIPPED] += len(origin.skipped)
    return {str(one): found[one] for one in Outcome if found[one]}
