"""Rows of a result table by outcome, reason, channel and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cascade_frames.errors import MappingError

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

_LISTS: Final = ("outcome", "reason", "channel")


@dataclass(frozen=True)
class Choice:
    """Which rows are wanted; what is left empty wants all.

    Attributes:
        outcome, reason, channel: any of these; `channel` where the table has that column.
        search: words that stand in any column, in capitals or not.
    """

    outcome: Sequence[str] = ()
    reason: Sequence[str] = ()
    channel: Sequence[str] = ()
    search: str = ""

    def __str__(self) -> str:
        """As the arguments of a call."""
        told = [(field.name, getattr(self, field.name)) for field in fields(self)]
        return ", ".join(
            f"{name}={list(value) if name in _LISTS else value!r}" for name, value in told if value
        )


def check_results(table: pd.DataFrame, suffix: str = "") -> None:
    """Refuse a table that is no result table.

    Raises:
        MappingError: it has no column `outcome`.
    """
    if f"outcome{suffix}" not in table.columns:
        raise MappingError(
            f"This table has no column 'outcome{suffix}', so it is no result of a send. If the "
            "send had suffix=…, pass the same here."
        )


def choose_rows(results: pd.DataFrame, choice: Choice, suffix: str = "") -> pd.DataFrame:
    """The rows that are wanted: the table's columns, order and index.

    Raises:
        MappingError: the table lacks a column that the choice names.
    """
    wanted = np.ones(len(results), dtype=bool)
    for name in _LISTS:
        values = getattr(choice, name)
        if values:
            column = f"{name}{suffix}"
            if column not in results.columns:
                raise MappingError(f"This table has no column {column!r} to choose by.")
            wanted &= results[column].isin(list(values)).to_numpy()
    if choice.search.strip():
        wanted &= _mentions(results, choice.search.strip())
    return results[wanted]


def _mentions(results: pd.DataFrame, words: str) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(results), dtype=bool)
    for at in range(results.shape[1]):
        column = results.iloc[:, at]
        texts = column[column.notna()].astype("str")
        hits = texts.str.contains(words, case=False, regex=False).to_numpy(dtype=bool)
        found[np.flatnonzero(column.notna())[hits]] = True
    return found


def counted(results: pd.DataFrame, column: str) -> dict[str, int]:
    """Rows per value of a column, the most frequent first; rows without one are left out."""
    rows: dict[Any, int] = results[column].value_counts().to_dict()
    return {str(value): int(count) for value, count in rows.items()}
