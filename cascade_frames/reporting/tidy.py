"""The tables of a report as one long table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cascade_frames.reporting.costs import NO_CURRENCY

if TYPE_CHECKING:
    from cascade_frames.reporting.figures import Figures

COLUMNS: Final = ("table", "by", "value", "currency", "measure", "number")
# What tells the rows of a table apart, besides its currency.
KEYS: Final = {
    "funnel": ["stage"],
    "fell_out": ["stage", "fate"],
    "channels": ["channel"],
    "costs": [],
    "savings": [],
    "timeline": ["start"],
    "failures": ["fate", "reason"],
    "estimate": ["delivery"],
}
_WIDE: Final = ("cost_per_delivered_", "cost_")


def long_table(figures: Figures) -> pd.DataFrame:
    """Every number of the report, one a row.

    Returns:
        `table` (str), `by` (str, what its rows are told apart by, the column of a segment's
        table), `value` (str, of that; of two, with `: ` between), `currency` (str), `measure`
        (str), `number` (float64). What there is none of is missing.
    """
    parts = [_long(name, table, KEYS[name]) for name, table in figures.named().items()]
    parts += [
        _long("segments", table.drop(columns="values"), ["value"]).assign(by=column)
        for column, table in figures.segments.items()
    ]
    return pd.concat(parts, ignore_index=True).astype(
        {name: "float64" if name == "number" else "str" for name in COLUMNS}
    )


def _long(name: str, table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    numbers = [
        column
        for column in table.columns
        if column not in keys and pd.api.types.is_numeric_dtype(table[column].dtype)
    ]
    currency = table["currency"] if "currency" in table.columns else None
    pieces = []
    for column in numbers:
        measure, told = _measure(column) if currency is None else (column, None)
        piece = {
            "table": name,
            "by": ": ".join(keys) or None,
            "value": _values(table, keys),
            "currency": told if currency is None else currency,
            "measure": measure,
            "number": table[column].astype("Float64").astype("float64"),
        }
        pieces.append(pd.DataFrame(piece, index=table.index, columns=pd.Index(COLUMNS)))
    return pd.concat(pieces, ignore_index=True)


def _measure(column: str) -> tuple[str, str | None]:
    """What a column measures, and in which currency where its name tells that."""
    for start in _WIDE:
        if column.startswith(start):
            currency = column.removeprefix(start)
            return start.removesuffix("_"), None if currency == NO_CURRENCY else currency
    return column, None


def _values(table: pd.DataFrame, keys: list[str]) -> Any:  # noqa: ANN401 - a Series or None
    if not keys:
        return None
    texts = [table[key].map(str, na_action="ignore").astype("str") for key in keys]
    joined = texts[0]
    for more in texts[1:]:
        joined = joined + (": " + more).fillna("")
    return joined
