"""The tables of a report as people read them: titles, headings, and cells as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cascade_frames.reporting.costs import NO_CURRENCY

if TYPE_CHECKING:
    from cascade_frames.reporting.figures import Figures

NOTHING: Final = "–"
MISSING: Final = "(missing)"
_LONGEST: Final = 60
_BY_CURRENCY: Final = ("cost_per_delivered_", "cost_")
_PER_MESSAGE: Final = ("cost_per_delivered", "sms_cost")
_SENTENCES: Final = ("meaning", "what_to_do", "basis")
_HEADINGS: Final = {
    "fell_out": "fell out",
    "share": "share",
    "share_of_previous": "of the stage before",
    "acceptance_rate": "accepted, %",
    "delivery_rate": "delivered, %",
    "without_cost": "without a cost",
    "cost_of_delivered": "cost of delivered",
    "cost_per_delivered": "cost per delivered",
    "sms_cost": "SMS, each",
    "sms_only": "SMS only",
    "saved_share": "saved, %",
    "what_to_do": "what to do",
}


class Kind(Enum):
    """What a column of a report's table holds."""

    NAME = "name"
    SENTENCE = "sentence"
    COUNT = "count"
    SHARE = "share"
    MONEY = "money"
    MONEY_EACH = "money of a message"
    MOMENT = "moment"


_NUMBERS: Final = (Kind.COUNT, Kind.SHARE, Kind.MONEY, Kind.MONEY_EACH)


@dataclass(frozen=True)
class Cells:
    """A table as text.

    Attributes:
        title: what it shows.
        note: how its numbers are defined; may be empty.
        headings: of the columns; texts of the caller's may be among them.
        rows: a text for each cell.
        kinds: what each column holds.
    """

    title: str
    note: str
    headings: list[str]
    rows: list[list[str]]
    kinds: list[Kind]

    @property
    def numeric(self) -> list[bool]:
        """Which columns hold numbers."""
        return [kind in _NUMBERS for kind in self.kinds]


_TITLES: Final = {
    "estimate": (
        "Estimated from the sample",
        "Of all accepted messages: share, and the bounds of its 95% interval (Wilson).",
    ),
    "funnel": ("Funnel", "A stage and all that fell out up to it add up to the rows."),
    "fell_out": ("What fell out", "By the stage that was not reached. Share of all rows."),
    "channels": (
        "Channels",
        "Delivered messages by the channel that delivered them, and what those cost.",
    ),
    "costs": (
        "Cost",
        "Of all accepted messages; per delivered: divided by those delivered whose cost is known.",
    ),
    "savings": (
        "Savings against SMS only",
        "What the delivered messages whose cost is known would have cost as SMS, less the cost.",
    ),
    "timeline": ("Over time", "Accepted by sent_at, delivered by delivered_at."),
    "failures": ("Not delivered, and what to do", "Share of all rows."),
}


def shown_tables(figures: Figures) -> dict[str, Cells]:
    """Every table with rows as text, by name; those of segments as `by` and the column."""
    tables = {
        name: shown(table, *_TITLES[name]) for name, table in figures.named().items() if len(table)
    }
    for column, table in figures.segments.items():
        note = "Accepted, % is of the rows; delivered, % is of the accepted."
        if len(table):
            cells = shown(_with_names(table), f"By {shortened(column)}", note)
            headings = [shortened(column), *cells.headings[1:]]
            tables[f"by {column}"] = replace(cells, headings=headings)
    return tables


def shown(table: pd.DataFrame, title: str, note: str = "") -> Cells:
    """A table as text."""
    kinds = kinds_of(table)
    columns = [
        [NOTHING if pd.isna(value) else _WRITERS[kind](value) for value in table.iloc[:, at]]
        for at, kind in enumerate(kinds)
    ]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return Cells(title, note, [heading(str(one)) for one in table.columns], rows, kinds)


def heading(column: str) -> str:
    """The heading of a column."""
    if column in _HEADINGS:
        return _HEADINGS[column]
    for start in _BY_CURRENCY:
        if column.startswith(start):
            return f"{start.rstrip('_').replace('_', ' ')}, {shortened(currency_of(column))}"
    return shortened(column)


def currency_of(column: str) -> str:
    """The currency that the name of a column tells."""
    start = next(one for one in _BY_CURRENCY if column.startswith(one))
    currency = column.removeprefix(start)
    return "no currency" if currency == NO_CURRENCY else currency


def shortened(text: str) -> str:
    """A text that fits a cell."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def count(number: float) -> str:
    """A whole number."""
    return f"{int(number):,}"


def percent(number: float) -> str:
    """A share as per cent."""
    return f"{number:.1%}"


def money(number: float) -> str:
    """An amount of money, with its sign."""
    return f"{number:,.2f}"


def money_each(number: float) -> str:
    """What one message costs."""
    return f"{number:,.4f}"


def _with_names(table: pd.DataFrame) -> pd.DataFrame:
    """A segment's table whose values say what they stand for."""
    values = [
        MISSING if pd.isna(value) else f"{value} ({stands:,} values)" if stands > 1 else str(value)
        for value, stands in zip(table["value"], table["values"], strict=True)
    ]
    return table.assign(value=pd.Series(values, dtype="str")).drop(columns="values")


def kinds_of(table: pd.DataFrame) -> list[Kind]:
    """What each column holds."""
    return [_kind(str(table.columns[at]), table.iloc[:, at]) for at in range(table.shape[1])]


def _kind(name: str, column: pd.Series[Any]) -> Kind:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return Kind.MOMENT
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return Kind.SENTENCE if name in _SENTENCES else Kind.NAME
    if "share" in name or name.endswith("_rate") or name in ("low", "high"):
        return Kind.SHARE
    if name.startswith(_PER_MESSAGE):
        return Kind.MONEY_EACH
    return Kind.MONEY if pd.api.types.is_float_dtype(column.dtype) else Kind.COUNT


def _moment(value: pd.Timestamp) -> str:
    return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M:%S}"


_WRITERS: Final[dict[Kind, Callable[[Any], str]]] = {
    Kind.NAME: lambda value: shortened(str(value)),
    Kind.SENTENCE: str,
    Kind.COUNT: count,
    Kind.SHARE: percent,
    Kind.MONEY: money,
    Kind.MONEY_EACH: money_each,
    Kind.MOMENT: _moment,
}
