"""The result table of an earlier send, from what a ledger knows of the campaign."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.contract import RECEIPT_ID, RECEIPT_MESSAGE_ID
from cascade_frames.joining.join import COLUMNS, held_fates, result_columns
from cascade_frames.ledger.campaigns import CampaignMessages
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.fates import Fate, as_column, as_texts, fate_table, spread, taken
from cascade_frames.planning.identity import Identified

_KEPT: Final = (Outcome.REJECTED, Outcome.SKIPPED)


def message_rows(messages: CampaignMessages) -> pd.DataFrame:
    """One row per message, in the order in which they were registered, with `COLUMNS`."""
    return pd.DataFrame(
        {
            RECEIPT_ID: as_column(messages.ids),
            RECEIPT_MESSAGE_ID: as_column(messages.message_ids),
            **spread(messages.fates, messages.codes),
        }
    )


def recalled_columns(segment: pd.DataFrame, suffix: str | None) -> dict[str, str]:
    """The names of the columns to add; those of a result table are brought up to date.

    Raises:
        MappingError: the segment has some of them, but not all, which must be the caller's.
    """
    names = {name: f"{name}{suffix or ''}" for name in COLUMNS}
    labels = [str(label) for label in segment.columns]
    if all(labels.count(new) == 1 for new in names.values()):
        return names
    own = segment.loc[:, [label != names[RECEIPT_ID] for label in labels]]
    result_columns(own, suffix)
    return names


def join_recalled(
    segment: pd.DataFrame,
    identified: Identified,
    messages: CampaignMessages,
    forgotten: npt.NDArray[np.bool_],
    names: dict[str, str],
) -> pd.DataFrame:
    """Join a campaign's messages to the rows of the segment that they came from.

    A row without a message is `rejected` where its id cannot be found or is an earlier row's,
    `skipped` where the person was erased, and else `unsent`, reason `not_registered`. Of a result
    table it keeps the outcome where that was `rejected` or `skipped`.

    Args:
        segment: N rows.
        identified: their tracking ids.
        messages: of the campaign.
        forgotten: bool, length N: the rows of people who were erased.
        names: from `recalled_columns`.

    Returns:
        N rows in the segment's order, with its index, columns and dtypes, and `COLUMNS`.
    """
    source = pc.index_in(identified.ids, value_set=messages.ids, skip_nulls=True)
    places = source.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    places[identified.faults.any | forgotten] = -1
    fates, codes = _fates(segment, identified, messages, forgotten, names, places)
    added: dict[str, Any] = {
        RECEIPT_ID: as_column(identified.ids),
        RECEIPT_MESSAGE_ID: as_column(taken(messages.message_ids, places)),
        **spread(fates, codes),
    }
    result = segment.copy(deep=False)
    for name, new in names.items():
        result[new] = added[name]
    return result


def _fates(
    segment: pd.DataFrame,
    identified: Identified,
    messages: CampaignMessages,
    forgotten: npt.NDArray[np.bool_],
    names: dict[str, str],
    places: npt.NDArray[np.int64],
) -> tuple[pa.Table, npt.NDArray[np.int32]]:
    """The distinct fates of the rows, and which one each has."""
    absent = fate_table(
        [
            Fate(str(Outcome.UNSENT), str(Reason.NOT_REGISTERED)),
            Fate(str(Outcome.SKIPPED), str(Reason.FORGOTTEN)),
        ]
    )
    faulty = identified.faults.told()
    held = [(faulty, Outcome.REJECTED), *_told_before(segment, names, places)]
    tables = [messages.fates, absent, *(held_fates(rows, outcome) for rows, outcome in held)]
    ends = np.cumsum([len(one) for one in tables])[:-1]
    codes = np.full(len(places), ends[0], dtype=np.int32)
    met = places >= 0
    codes[met] = messages.codes[places[met]]
    # What is surer comes later: what the send itself said, then the ledger's word on an erasure.
    for (rows, _), end in zip(held, ends[1:], strict=True):
        codes[rows["position"].to_numpy()] = np.arange(end, end + len(rows))
    codes[forgotten] = ends[0] + 1
    return pa.concat_tables(tables), codes


def _told_before(
    segment: pd.DataFrame, names: dict[str, str], places: npt.NDArray[np.int64]
) -> list[tuple[pd.DataFrame, Outcome]]:
    """Rows that an earlier result table rejected or skipped, and that have no message."""
    if not set(names.values()) <= {str(label) for label in segment.columns}:
        return []
    outcomes = segment[names["outcome"]].to_numpy()
    told = []
    for outcome in _KEPT:
        position = np.flatnonzero((outcomes == outcome) & (places < 0))
        rows = {
            name: as_texts(segment[names[name]].iloc[position]) for name in ("reason", "detail")
        }
        words = {name: as_column(texts) for name, texts in rows.items()}
        told.append((pd.DataFrame({"position": position, **words}), outcome))
    return told
