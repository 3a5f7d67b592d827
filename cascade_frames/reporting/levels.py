"""Rows by the values of one of the caller's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from cascade_frames.errors import MappingError
from cascade_frames.reporting.costs import cost_columns
from cascade_frames.reporting.stages import share

if TYPE_CHECKING:
    import numpy.typing as npt

    from cascade_frames.reporting.facts import Facts

OTHER: Final = "other"
_VALUE: Final = "value"


def segment_table(facts: Facts, column: str, most: int) -> pd.DataFrame:
    """What became of the rows, by a column's values.

    Ordered categories, numbers and times stand in their order, and so do texts that all begin
    with a number, such as `18-24`; other values by their rows. Where there are more than `most`
    values and one, the smallest are one row, `other`; rows without a value are one too, the last.

    Returns:
        `value` (object, missing for rows without one), `values` (int64, how many values the row
        stands for), `rows`, `accepted` (int64), `acceptance_rate` (float64, of the rows); where
        the results are tracked also `delivered`, `pending` (int64), `delivery_rate` (float64, of
        the accepted), and for each currency `cost_UAH` and `cost_per_delivered_UAH` (float64,
        of the accepted messages). The counts of all rows add up to those of the whole table.

    Raises:
        MappingError: there is no such column, or its values cannot be told apart.
    """
    codes, values, stands_for = _groups(facts.column(column), column, most)
    groups = pd.Series(codes, index=facts.rows.index)
    size = len(values)
    counted = {name: _sums(facts.rows[name], codes, size) for name in ("accepted", "delivered")}
    table = pd.DataFrame(
        {
            _VALUE: pd.Series(values, dtype="object"),
            "values": pd.Series(stands_for, dtype="int64"),
            "rows": pd.Series(np.bincount(codes, minlength=size), dtype="int64"),
            "accepted": counted["accepted"],
        }
    )
    table["acceptance_rate"] = share(table["accepted"], table["rows"])
    if not facts.tracked:
        return table
    table["delivered"] = counted["delivered"]
    table["pending"] = _sums(facts.rows["pending"], codes, size)
    table["delivery_rate"] = share(table["delivered"], table["accepted"])
    return table.join(cost_columns(facts.priced, groups, size))


def _sums(flags: pd.Series[bool], codes: npt.NDArray[np.intp], size: int) -> pd.Series[int]:
    return pd.Series(np.bincount(codes[flags.to_numpy()], minlength=size), dtype="int64")


def _groups(
    values: pd.Series[Any], column: str, most: int
) -> tuple[npt.NDArray[np.intp], list[Any], list[int]]:
    """The group of each row, the value of each group, and how many values each stands for."""
    try:
        codes, found = pd.factorize(values, use_na_sentinel=True)
    except TypeError:
        raise MappingError(
            f"by: {column!r} holds lists or other values that cannot be grouped."
        ) from None
    counts = np.bincount(codes[codes >= 0], minlength=len(found))
    most = len(found) if len(found) <= most + 1 else most
    kept = np.argsort(-counts, kind="stable")[:most]
    order = _order(values, found)
    if order is not None:
        kept = kept[order.take(kept).argsort(kind="stable").to_numpy()]
    labels: list[Any] = [found[at] for at in kept]
    stands_for = [1] * len(kept)
    place = np.full(len(found) + 1, len(kept), dtype=np.intp)
    place[kept] = np.arange(len(kept))
    if len(found) > most:
        labels.append(OTHER)
        stands_for.append(len(found) - most)
    place[-1] = len(labels)
    if (codes < 0).any():
        labels.append(None)
        stands_for.append(1)
    return place[codes], labels, stands_for


def _order(values: pd.Series[Any], found: Any) -> pd.Series[Any] | None:  # noqa: ANN401 - of factorize
    """What the values found are sorted by; None where only their rows can order them."""
    kind, labels = values.dtype, pd.Series(found)
    if isinstance(kind, pd.CategoricalDtype) and kind.ordered:
        return labels.cat.codes
    if pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind):
        return labels
    if pd.api.types.is_timedelta64_dtype(kind):
        return labels
    leading = labels.astype("str").str.extract(r"^(\d{1,15})", expand=False)
    return None if leading.isna().any() else leading.astype("int64")
