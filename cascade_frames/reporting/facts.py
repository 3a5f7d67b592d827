"""A result table as the report reads it: its own columns by their plain names, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from cascade_frames.errors import MappingError
from cascade_frames.joining.choosing import check_results
from cascade_frames.joining.delivery import COLUMNS, SAMPLED
from cascade_frames.outcomes import FINAL, Delivery, Outcome

DELIVERED: Final = str(Delivery.DELIVERED)
SMS: Final = "sms"
NOT_KNOWN: Final = "not known yet"
NOT_ASKED: Final = "not in the sample"

_TEXTS: Final = ("outcome", "reason", "delivery", "channel", "currency")
_TIMES: Final = ("sent_at", "delivered_at")


@dataclass(frozen=True)
class Facts:
    """What a result table says of each row.

    Attributes:
        rows: N rows with a RangeIndex: `outcome`, `reason`, `delivery`, `channel`, `currency`
            (str), `parts` (Int64), `cost` (float64), `sent_at`, `delivered_at`
            (datetime64[us, UTC]), `accepted`, `delivered`, `pending` (bool), and `fate` (str): the
            outcome, or for accepted rows of a tracked table the delivery.
        tracked: whether the table has a column `delivery`.
        sampled: which rows were asked about, where only a sample was; else None.
        results: the table itself.
        suffix: of its columns; those of the send may be without it.
    """

    rows: pd.DataFrame
    tracked: bool
    sampled: pd.Series[bool] | None
    results: pd.DataFrame
    suffix: str

    @property
    def accepted(self) -> pd.DataFrame:
        """The rows that the API accepted."""
        return self.rows[self.rows["accepted"]]

    @property
    def delivered(self) -> pd.DataFrame:
        """The rows that were accepted and delivered."""
        return self.rows[self.rows["delivered"]]

    @property
    def priced(self) -> pd.DataFrame:
        """The accepted rows that were delivered or cost something: those that tell of prices."""
        accepted = self.accepted
        return accepted[accepted["delivered"] | accepted["cost"].fillna(0).ne(0)]

    def column(self, name: str) -> pd.Series[Any]:
        """A column of the caller's, with a RangeIndex.

        Raises:
            MappingError: there is none of that name, or several.
        """
        at = [number for number, label in enumerate(self.results.columns) if label == name]
        if len(at) != 1:
            found = "no column" if not at else f"{len(at)} columns"
            raise MappingError(f"by: this table has {found} {name!r}.")
        return self.results.iloc[:, at[0]].reset_index(drop=True)


def read_facts(results: pd.DataFrame, suffix: str | None = None) -> Facts:
    """Read a result table, tracked or not; the table stays as it is.

    Text from a file serves as well: times in ISO 8601, without a zone taken as UTC.

    Args:
        results: N rows, any index.
        suffix: of the send's columns, or of the tracking's alone.

    Raises:
        MappingError: it is no result table, or a column of it holds something else.
    """
    suffix = suffix or ""
    sent = sent_suffix(results, suffix)
    check_results(results, sent)
    rows = pd.DataFrame(index=pd.RangeIndex(len(results)))
    for name in (*_TEXTS, "parts", "cost", *_TIMES):
        rows[name] = _read(results, name, suffix if name in COLUMNS else sent)
    tracked = f"delivery{suffix}" in results.columns
    sampled = _sampled(results, suffix) if tracked else None
    rows["accepted"] = rows["outcome"].eq(Outcome.ACCEPTED)
    rows["delivered"] = rows["accepted"] & rows["delivery"].eq(DELIVERED)
    rows["pending"] = rows["accepted"] & ~rows["delivery"].isin(FINAL)
    rows["fate"] = rows["outcome"].fillna(NOT_KNOWN)
    if tracked:
        said = rows["delivery"].fillna(NOT_KNOWN)
        if sampled is not None:
            said = said.mask(rows["delivery"].isna() & ~sampled, NOT_ASKED)
        rows["fate"] = rows["fate"].mask(rows["accepted"], said)
    return Facts(rows, tracked, sampled, results, suffix)


def sent_suffix(results: pd.DataFrame, suffix: str) -> str:
    """The suffix of the send's columns: none where only the tracking's have one."""
    names = set(results.columns)
    tracking_alone = f"outcome{suffix}" not in names and {"outcome", f"delivery{suffix}"} <= names
    return "" if tracking_alone else suffix


def _read(results: pd.DataFrame, name: str, suffix: str) -> pd.Series[Any]:
    full = f"{name}{suffix}"
    if full not in results.columns:
        values: pd.Series[Any] = pd.Series(pd.NA, index=range(len(results)), dtype="object")
    else:
        values = results[full].reset_index(drop=True)
        if values.ndim != 1:
            raise MappingError(f"This table has more than one column {full!r}.")
    try:
        return _as_kind(values, name)
    except (TypeError, ValueError):
        raise MappingError(f"The column {full!r} holds other things than {_KIND[name]}.") from None


_KIND: Final = {
    **dict.fromkeys(_TEXTS, "texts"),
    **dict.fromkeys(_TIMES, "times"),
    "parts": "whole numbers",
    "cost": "numbers",
}


def _as_kind(values: pd.Series[Any], name: str) -> pd.Series[Any]:
    if name in _TEXTS:
        return values.astype("str")
    if name in _TIMES:
        return pd.to_datetime(values, utc=True, format="ISO8601").astype("datetime64[us, UTC]")
    return pd.to_numeric(values).astype("Int64" if name == "parts" else "float64")


def _sampled(results: pd.DataFrame, suffix: str) -> pd.Series[bool] | None:
    """Which rows were asked about, where only a sample was."""
    name = f"{SAMPLED}{suffix}"
    if name not in results.columns:
        return None
    return results[name].reset_index(drop=True).eq(True)
