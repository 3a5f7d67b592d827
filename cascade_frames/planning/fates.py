"""What became of many messages, kept small: the few distinct fates, and which one each has.

The messages of a batch share their fate but for the receipt, so a million of them have some
thousand fates. Columns as long as the messages are made of them only where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.planning import pieces
from cascade_frames.planning.pieces import coded, coded_texts, one_array

TEXTS: Final = pieces.TEXTS
# Positions in a table of fates.
Codes = pieces.Codes
Rows = npt.NDArray[Any] | slice
# A column of strings, which may lie in many pieces.
Texts: TypeAlias = pa.LargeStringArray | pa.ChunkedArray

COLUMNS: Final = pa.schema(
    [
        ("outcome", TEXTS),
        ("reason", TEXTS),
        ("detail", TEXTS),
        ("batch", pa.int64()),
        ("attempts", pa.int64()),
        ("sent_at", pa.timestamp("us", "UTC")),
    ]
)

_ARROW: Final = (pa.Array, pa.ChunkedArray)


class Fate(NamedTuple):
    """What a ledger knows of a message but its receipt.

    Attributes:
        outcome, reason, detail: as in a result table.
        batch: the number of the last batch it was in; None where it was in none.
        attempts: how often it left, or was about to.
        sent_at: when it last was, tz-aware.
    """

    outcome: str
    reason: str | None = None
    detail: str | None = None
    batch: int | None = None
    attempts: int = 0
    sent_at: datetime | None = None


NOT_STARTED: Final = Fate("unsent", "not_started")


class Fates:
    """Distinct fates in the order in which they came, found again by value."""

    def __init__(self) -> None:
        self._all: list[Fate] = []
        self._codes: dict[Fate, int] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._all)

    def __getitem__(self, code: int) -> Fate:
        """The fate of that code."""
        return self._all[code]

    def code(self, fate: Fate) -> int:
        """The code of a fate, which is added where it is new."""
        found = self._codes.get(fate)
        if found is None:
            found = self._codes[fate] = len(self._all)
            self._all.append(fate)
        return found

    def change(self, codes: Codes, rows: Rows, become: Callable[[Fate], Fate]) -> None:
        """Give these rows, in place, the fate that `become` makes of the one they have."""
        part = codes[rows]
        if not len(part):
            return
        if (part == part[0]).all():
            codes[rows] = self.code(become(self._all[part[0]]))
            return
        before, which = np.unique(part, return_inverse=True)
        after = [self.code(become(self._all[code])) for code in before.tolist()]
        codes[rows] = np.array(after, dtype=np.int32)[which]

    def table(self) -> pa.Table:
        """One row per fate, with `COLUMNS`."""
        return fate_table(self._all)


def fate_table(fates: Sequence[Fate]) -> pa.Table:
    """One row per fate, with `COLUMNS`."""
    columns = zip(*fates, strict=True) if fates else ([] for _ in COLUMNS)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, COLUMNS, strict=True)],
        schema=COLUMNS,
    )


def having(fates: pa.Table, codes: Codes, outcome: str) -> npt.NDArray[np.bool_]:
    """Which messages have this outcome."""
    alike = pc.equal(fates["outcome"], outcome).to_numpy().astype(bool)
    return coded(alike, codes)


def spread(fates: pa.Table, codes: Codes) -> dict[str, Any]:
    """The columns of as many rows as there are codes.

    Returns:
        `outcome`, `reason`, `detail` (str), `batch` (Int64), `attempts` (int64), `sent_at`
        (datetime64[us, UTC]), each an array that pandas takes as it is.
    """
    batch = fates["batch"]
    unnumbered = batch.is_null().to_numpy().astype(bool)
    missing = coded(unnumbered, codes) if unnumbered.any() else np.zeros(len(codes), dtype=bool)
    moments = fates["sent_at"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")
    texts = {name: coded_texts(fates[name], codes) for name in ("outcome", "reason", "detail")}
    return {
        **{name: as_column(column) for name, column in texts.items()},
        "batch": pd.arrays.IntegerArray(coded(batch.fill_null(0).to_numpy(), codes), missing),
        "attempts": coded(fates["attempts"].to_numpy(), codes),
        "sent_at": _utc(coded(moments, codes)),
    }


def _utc(moments: npt.NDArray[np.datetime64]) -> Any:  # noqa: ANN401 - as in `as_column`
    """Microseconds as a pandas array of datetime64[us, UTC], not copied."""
    return pd.DatetimeIndex(moments, copy=False).array.view("datetime64[us, UTC]")


def as_column(texts: Texts) -> Any:  # noqa: ANN401 - pandas names no public type
    """Arrow's strings as a pandas array of dtype str, not copied."""
    return pd.array(texts, dtype="str")


def as_texts(values: Any) -> pa.LargeStringArray:  # noqa: ANN401 - whatever Arrow takes
    """Strings of any kind as one Arrow array; missing ones are null."""
    made = values
    if not isinstance(values, _ARROW):
        made = pa.array(values, TEXTS, from_pandas=True)
    if isinstance(made, pa.ChunkedArray):
        made = made.combine_chunks()
    return made if made.type == TEXTS else made.cast(TEXTS)


def lay_out(size: int, parts: Sequence[tuple[Rows, Texts]]) -> Texts:
    """Strings put in their rows: null where there is no part, the last one where several are."""
    if not parts:
        return pa.nulls(size, TEXTS)
    texts = [one_array(texts) for _, texts in parts]
    joined = texts[0] if len(texts) == 1 else pa.concat_arrays(texts)
    return placed(size, [rows for rows, _ in parts], joined)


def placed(size: int, parts: Sequence[Rows], texts: Texts) -> Texts:
    """Strings of several parts, one after the other, put in the rows of the parts; see `lay_out`.

    Args:
        size: of the column.
        parts: the rows of the strings, some after the other.
        texts: as many as there are rows in all parts.
    """
    if _is_whole(size, parts):
        return texts
    source = np.full(size, -1, dtype=np.int64)
    begin = 0
    for rows in parts:
        count = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        source[rows] = np.arange(begin, begin + count)
        begin += count
    return taken(texts, source)


def _is_whole(size: int, parts: Sequence[Rows]) -> bool:
    """Whether these are all the rows, in order."""
    begin = 0
    for rows in parts:
        if not isinstance(rows, slice) or rows.start != begin:
            return False
        begin = rows.stop
    return begin == size


def no_texts(size: int) -> pa.ChunkedArray:
    """As many missing strings."""
    return pieces.repeated(None, size)


def taken(texts: Texts, positions: npt.NDArray[np.int64]) -> Texts:
    """The strings at these positions, null at negative ones; not copied where those are all."""
    if len(positions) == len(texts) and pieces.count_up(positions):
        return texts
    missing = positions < 0
    return one_array(texts).take(pa.array(positions, mask=missing if missing.any() else None))
