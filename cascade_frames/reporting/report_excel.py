"""A report as an Excel file: one sheet for each table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cascade_frames.files import Sheet, write_book
from cascade_frames.reporting.cells import MISSING, NOTHING, Kind, kinds_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cascade_frames.reporting.figures import Figures
    from cascade_frames.reporting.summary import Headline

_NUMBER_FORMATS: Final = {
    Kind.COUNT: "#,##0",
    Kind.SHARE: "0.0%",
    Kind.MONEY: "#,##0.00",
    Kind.MONEY_EACH: "#,##0.0000",
}
_LONGEST_NAME: Final = 31
_LONGEST_TEXT: Final = 32_767
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']|[^\w .,+-]")


def write_report(
    path: str | Path,
    title: str,
    headlines: Sequence[Headline],
    notes: Sequence[str],
    figures: Figures,
) -> None:
    """Write the report; text is written as text, never as a formula.

    Raises:
        MappingError: the name does not end in .xlsx, the place cannot be written, or the
            packages for Excel are missing.
    """
    taken: set[str] = set()
    tables = {"summary": _summary(title, headlines, notes)} | figures.named()
    sheets = [
        Sheet(_name(name, taken), _in_zone(one), _formats(one)) for name, one in tables.items()
    ]
    for column, table in figures.segments.items():
        named = table.assign(value=table["value"].map(_cell)).rename(columns={"value": column})
        sheets.append(Sheet(_name(f"by {column}", taken), named, _formats(table)))
    write_book(sheets, path)


def _summary(title: str, headlines: Sequence[Headline], notes: Sequence[str]) -> pd.DataFrame:
    rows = [("report", title, "")]
    rows += [(one.name, one.value, one.beside) for one in headlines]
    rows += [("note", note, "") for note in notes]
    return pd.DataFrame(rows, columns=pd.Index(["what", "number", "of"]), dtype="str")


def _formats(table: pd.DataFrame) -> list[str]:
    return [_NUMBER_FORMATS.get(kind, "") for kind in kinds_of(table)]


def _cell(value: Any) -> object:  # noqa: ANN401 - of a table of the caller's
    """A value of the caller's as a cell holds it."""
    if pd.isna(value):
        return MISSING
    return value if isinstance(value, int | float) else str(value)[:_LONGEST_TEXT]


def _in_zone(table: pd.DataFrame) -> pd.DataFrame:
    """Times as their zone's clocks show them, since Excel has no zones; the heading names it."""
    if "start" not in table.columns:
        return table
    zone = table["start"].dt.tz
    local = table.assign(start=table["start"].dt.tz_localize(None))
    return local.rename(columns={"start": f"start, {zone}"})


def _name(name: str, taken: set[str]) -> str:
    """A name that Excel takes for a sheet, and that no other sheet has."""
    kept = _NOT_IN_NAMES.sub("_", name).strip()[:_LONGEST_NAME] or NOTHING
    number = 2
    while kept.lower() in taken:
        ending = f" {number}"
        kept = kept[: _LONGEST_NAME - len(ending)] + ending
        number += 1
    taken.add(kept.lower())
    return kept
