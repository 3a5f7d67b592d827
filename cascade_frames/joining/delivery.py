"""What became of accepted messages, beside the rows of a result table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cascade_frames.contract import RECEIPT_MESSAGE_ID, Field
from cascade_frames.errors import MappingError
from cascade_frames.planning.fates import as_column, as_texts

COLUMNS: Final = ("delivery", "channel", "parts", "cost", "currency", "delivered_at")
SAMPLED: Final = "sampled"
NOT_FOUND: Final = "not_found"  # in `delivery`: the API knows no such message
NOT_HEARD: Final = "not_heard"  # of those nothing is known


def delivery_columns(
    results: pd.DataFrame, suffix: str | None, *, sampled: bool = False
) -> dict[str, str]:
    """The names of the columns that a tracking adds, with the suffix where one is given.

    Where all of them are there, they are of an earlier tracking, and are replaced.

    Raises:
        MappingError: the table has some of them, which must be the caller's.
    """
    names = {name: f"{name}{suffix or ''}" for name in COLUMNS}
    labels = [str(label) for label in results.columns]
    taken = [new for new in names.values() if new in labels]
    again = len(taken) == len(names) and all(labels.count(new) == 1 for new in taken)
    if again:
        taken = []
    if sampled:
        names[SAMPLED] = f"{SAMPLED}{suffix or ''}"
        if names[SAMPLED] in labels and not again:
            taken.append(names[SAMPLED])
    if taken:
        fix = "choose another suffix" if suffix else 'drop or rename them, or pass suffix="_sms"'
        raise MappingError(
            f"The table already has {', '.join(map(repr, taken))}, which tracking adds: {fix}."
        )
    return names


@dataclass(frozen=True, repr=False)
class Receipts:
    """The messages of a result table.

    Attributes:
        message_ids: of M messages, all different.
        codes: int64, length N: the message of each row, -1 where it has none.
        sent_at: float64, length M: when each was sent, or was to be (seconds since 1970); NaN
            where the table does not say.
    """

    message_ids: pa.LargeStringArray
    codes: npt.NDArray[np.int64]
    sent_at: npt.NDArray[np.float64]

    def those(self, chosen: npt.NDArray[np.bool_]) -> Receipts:
        """Some of the messages, without the rows."""
        ids = self.message_ids.filter(pa.array(chosen))
        return Receipts(ids, np.arange(len(ids)), self.sent_at[chosen])


def receipts(results: pd.DataFrame, suffix: str | None) -> Receipts:
    """The messages of a result table, by their `messageId`.

    Raises:
        MappingError: it has no such column, or several.
    """
    column = _column(results, RECEIPT_MESSAGE_ID, suffix)
    if column is None:
        raise MappingError(
            f"This table has no column {RECEIPT_MESSAGE_ID!r}, so it is no result of a send. If "
            "the send had suffix=…, pass the same here."
        )
    try:
        texts = as_texts(column.astype("str").where(column.notna()))
    except (TypeError, ValueError, pa.ArrowException):
        raise MappingError(f"The column {RECEIPT_MESSAGE_ID!r} holds no receipts.") from None
    encoded = texts.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Receipts(encoded.dictionary, codes, _first(_sent_at(results, suffix), encoded, codes))


def _first(
    moments: npt.NDArray[np.float64],
    encoded: pa.DictionaryArray,
    codes: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """The moment of each message's first row."""
    found = np.full(len(encoded.dictionary), np.nan)
    rows = np.flatnonzero(codes >= 0)[::-1]
    found[codes[rows]] = moments[rows]
    return found


def _sent_at(results: pd.DataFrame, suffix: str | None) -> npt.NDArray[np.float64]:
    sent = _seconds(_column(results, "sent_at", suffix), len(results))
    due = _seconds(_column(results, Field.SCHEDULED_SENT, None), len(results))
    return np.fmax(sent, due)


def _seconds(column: pd.Series[Any] | None, size: int) -> npt.NDArray[np.float64]:
    return np.full(size, np.nan) if column is None else epoch_seconds(column)


def epoch_seconds(moments: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Moments as seconds since 1970, NaN where there is none.

    Texts as a file has them are read, and naive ones are taken for UTC.
    """
    read = pd.to_datetime(moments, utc=True, errors="coerce", format="ISO8601")
    plain = pd.DatetimeIndex(read).tz_localize(None).as_unit("us")
    seconds = plain.to_numpy().astype("datetime64[us]").astype(np.int64) / 1e6
    return np.where(plain.isna(), np.nan, seconds)


def _column(results: pd.DataFrame, name: str, suffix: str | None) -> pd.Series[Any] | None:
    """A column of the send's, under the suffix where there is such a one; None where there is none.

    Raises:
        MappingError: several columns have that name.
    """
    for label in (f"{name}{suffix or ''}", str(name)):
        if label in results.columns:
            found = results[label]
            if isinstance(found, pd.DataFrame):
                raise MappingError(f"The table has the column {label!r} more than once.")
            return found
    return None


def join_deliveries(
    results: pd.DataFrame,
    codes: npt.NDArray[np.int64],
    deliveries: pd.DataFrame,
    names: dict[str, str],
    sampled: npt.NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Join what became of M messages to the rows of a result table.

    Args:
        results: N rows.
        codes: the message of each row, -1 where it has none.
        deliveries: M rows with `COLUMNS`.
        names: from `delivery_columns`.
        sampled: bool, length M: the messages that were drawn.

    Returns:
        N rows in the same order, with the table's index, columns and `attrs`, and `COLUMNS`,
        and `sampled` where some were drawn: the mark of an earlier sample goes.
    """
    joined = results.copy(deep=False)
    if all(names[name] in results.columns for name in COLUMNS):
        end = names[COLUMNS[0]].removeprefix(COLUMNS[0])
        joined = joined.drop(columns=f"{SAMPLED}{end}", errors="ignore")
    places = np.where(codes < 0, len(deliveries), codes)
    for name in COLUMNS:
        column = deliveries[name].reindex(range(len(deliveries) + 1))
        joined[names[name]] = column.array.take(places)
    if sampled is not None:
        joined[names[SAMPLED]] = np.append(sampled, False)[places]
    return joined


def with_not_found(deliveries: pd.DataFrame, numbers: npt.NDArray[np.int64]) -> pd.DataFrame:
    """The same, with those that the API does not know marked where nothing else is known."""
    if not len(numbers):
        return deliveries
    words = deliveries["delivery"].astype("object").to_numpy(copy=True)
    blank = deliveries["delivery"].isna().to_numpy()
    words[numbers[blank[numbers]]] = NOT_FOUND
    return deliveries.assign(delivery=as_column(as_texts(words)))


def drawn_messages(results: pd.DataFrame, suffix: str | None) -> tuple[pd.Series[Any], int]:
    """The delivery of each message that a tracking asked about, and the number of all messages.

    Args:
        results: N rows; without the column `sampled` every message counts as drawn.
        suffix: that of the tracking.

    Raises:
        MappingError: it was not tracked.
    """
    end = suffix or ""
    if f"delivery{end}" not in results.columns:
        raise MappingError(
            f"This table has no column 'delivery{end}': results.cascade.track(sample=2000) adds "
            "it. If the tracking had suffix=…, pass the same here."
        )
    receipt = f"{RECEIPT_MESSAGE_ID}{end}"
    if receipt not in results.columns:
        receipt = RECEIPT_MESSAGE_ID
    messages = results[results[receipt].notna()].drop_duplicates(receipt)
    drawn = messages[f"delivery{end}"]
    if f"{SAMPLED}{end}" in results.columns:
        drawn = drawn[messages[f"{SAMPLED}{end}"].astype(bool)]
    return drawn.astype("object"), len(messages)


def delivery_counts(results: pd.DataFrame, suffix: str | None) -> dict[str, int]:
    """Messages that were asked about by delivery, the most frequent first."""
    drawn, _ = drawn_messages(results, suffix)
    counts = drawn.fillna(NOT_HEARD).value_counts()
    return {str(state): int(count) for state, count in counts.items()}
