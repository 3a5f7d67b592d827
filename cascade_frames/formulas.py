"""Text that a spreadsheet would take for a formula, made harmless and turned back.

After OWASP (CSV injection; ASVS, formula injection): `=`, `+`, `-`, `@`, their full-width forms,
tab, carriage return, line feed and NUL at the start of a cell. Leading white space does not
shelter them. An apostrophe in front makes the cell text.
"""

from __future__ import annotations

import numbers
import re
from typing import Any, Final

import pandas as pd

_MARK: Final = "'"
_STARTS: Final = re.compile(r"'*(?:[\t\r\n\0]|[\s\ufeff\u200b]*[=+\-@＝＋－＠])")
# A phone or a negative number: a sign and a plain number, and nothing else.
_SIGNED_NUMBER: Final = re.compile(r"[+-][0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might calculate with this text; a signed number is none."""
    return bool(_STARTS.match(text)) and not _SIGNED_NUMBER.fullmatch(text.lstrip(_MARK))


def as_text(value: object) -> object:
    """The value, with an apostrophe in front where its text is a formula; numbers as they are."""
    if not isinstance(value, str) and (value is None or isinstance(value, numbers.Number)):
        return value
    text = str(value)
    return _MARK + text if is_formula(text) else value


def as_written(value: object) -> object:
    """The inverse of `as_text`: without the apostrophe that it put in front."""
    marked = isinstance(value, str) and value.startswith(_MARK) and is_formula(value[1:])
    return value[1:] if marked and isinstance(value, str) else value


def neutralised(table: pd.DataFrame) -> pd.DataFrame:
    """A copy of the table in which no text cell and no column name is a formula."""
    return _mapped(table, as_text)


def restored(table: pd.DataFrame) -> pd.DataFrame:
    """The inverse of `neutralised`."""
    return _mapped(table, as_written)


def _mapped(table: pd.DataFrame, change: Any) -> pd.DataFrame:  # noqa: ANN401 - of any value
    changed = table.rename(columns=change)
    for at in range(table.shape[1]):
        values = table.iloc[:, at]
        if not _holds_text(values):
            continue
        new = values.map(change)
        if not new.equals(values):
            changed.isetitem(at, new.array)
    return changed


def _holds_text(values: pd.Series[Any]) -> bool:
    return not (
        pd.api.types.is_numeric_dtype(values.dtype)
        or pd.api.types.is_datetime64_any_dtype(values.dtype)
        or pd.api.types.is_timedelta64_dtype(values.dtype)
    )
