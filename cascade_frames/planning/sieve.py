"""A sieve for sound messages: passes over whole columns that let no faulty row through.

Each pass is cheaper than the rule it stands for and at least as strict. A row that none of them
stops keeps every rule of `schema.MessageTable`; a row that one stops may still keep them all.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames import contract
from cascade_frames.contract import Field, MessageType
from cascade_frames.planning import utf8
from cascade_frames.planning.utf8 import Mask, Utf8

# Rows looked at together: what is noted of them fits the processor's cache, and is used again.
_BLOCK: Final = 1 << 16
_DIGITS: Final = "0123456789"
_PLUS, _ZERO = ord("+"), ord("0")
# A plus and 8 to 15 digits.
_SHORTEST_PHONE, _LONGEST_PHONE = 9, 16
_DTYPES: Final = dict.fromkeys(Field, "str") | {
    Field.TTL: "Int64",
    Field.SCHEDULED_SENT: "datetime64[us, UTC]",
    Field.SURVEY_OPTIONS: "object",
}


def is_message_table(table: pd.DataFrame) -> bool:
    """Whether a table has the columns of `schema.MessageTable`, in its dtypes.

    True is a promise; False is none.
    """
    return all(name in table.columns and table[name].dtype == _DTYPES[name] for name in Field)


def doubtful_rows(table: pd.DataFrame, now: datetime, absent: Collection[Field] = ()) -> Mask:
    """Rows of a message table that may break a rule.

    Args:
        table: N rows; columns and dtypes of `schema.MessageTable`.
        now: tz-aware; schedules must lie after it and at most 30 days ahead.
        absent: fields that are known to have no value in any row.

    Returns:
        bool, length N. False is a promise; True is none.
    """
    doubtful = np.zeros(len(table), dtype=bool)
    for start in range(0, len(table), _BLOCK):
        rows = slice(start, start + _BLOCK)
        doubtful[rows] = _doubtful(table.iloc[rows], now, absent)
    return doubtful


def _doubtful(table: pd.DataFrame, now: datetime, absent: Collection[Field]) -> Mask:
    survey, silent = _types(table[Field.MESSAGE_TYPE])
    doubtful = survey
    doubtful |= _id(table[Field.ID])
    doubtful |= _sender(table[Field.FROM_NAME])
    doubtful |= _phone(table[Field.TO_PHONE])
    doubtful |= _text(table[Field.TEXT], silent)
    if Field.TTL not in absent:
        doubtful |= _ttl(table[Field.TTL])
    if Field.SCHEDULED_SENT not in absent:
        doubtful |= _schedule(table[Field.SCHEDULED_SENT], now)
    if Field.SURVEY_OPTIONS not in absent:
        doubtful |= table[Field.SURVEY_OPTIONS].notna().to_numpy(dtype=bool)
    return doubtful


def _types(values: pd.Series[Any]) -> tuple[Mask, Mask]:
    """Surveys, which have rules of their own, with types that are unknown; and flashcalls."""
    types = utf8.strings(values)
    names = set(utf8.distinct(types)[0].to_pylist()) if not types.null_count else {None}
    nowhere = np.zeros(len(types), dtype=bool)
    plain = {MessageType.TRANSACTION, MessageType.PROMO, MessageType.FLASHCALL}
    other = nowhere.copy() if names <= plain else ~_among(types, plain)
    silent = _among(types, {MessageType.FLASHCALL}) if MessageType.FLASHCALL in names else nowhere
    return other, silent


def _among(types: pa.LargeStringArray, chosen: set[MessageType]) -> Mask:
    found: Mask = pc.is_in(types, pa.array(sorted(map(str, chosen)), utf8.TYPE)).to_numpy(
        zero_copy_only=False
    )
    return found


def _id(values: pd.Series[Any]) -> Mask:
    ids = utf8.strings(values)
    column = Utf8.of(ids)
    doubtful = column.rows_with(column.positions_outside(contract.ID_ALPHABET))
    doubtful |= (column.lengths == 0) | (column.lengths > contract.ID_MAX_CHARACTERS)
    return doubtful | utf8.nulls(ids)


def _sender(values: pd.Series[Any]) -> Mask:
    """One verdict where all have the same."""
    names = utf8.condensed(utf8.strings(values))
    return utf8.blanks(names) | Utf8.of(names).rows_with_nul() | utf8.nulls(names)


def _phone(values: pd.Series[Any]) -> Mask:
    """A plus in front, no zero after it, and nothing but digits then."""
    phones = utf8.strings(values)
    column = Utf8.of(phones)
    doubtful = (column.lengths < _SHORTEST_PHONE) | (column.lengths > _LONGEST_PHONE)
    doubtful |= column.first_bytes() != _PLUS
    second = np.minimum(column.starts + 1, max(len(column.data) - 1, 0))
    if len(column.data):
        doubtful |= column.data[second] == _ZERO
    odd = column.positions_outside(_DIGITS)
    if len(odd) != len(column) or not (odd == column.starts).all():
        leading = column.starts[column.rows_of(odd)] == odd
        doubtful |= column.rows_with(odd[~leading])
    return doubtful | utf8.nulls(phones)


def _text(values: pd.Series[Any], silent: Mask) -> Mask:
    texts = utf8.condensed(utf8.strings(values))
    empty = utf8.blanks(texts) | utf8.nulls(texts)
    return (empty & ~silent) | Utf8.of(texts).rows_with_nul()


def _ttl(values: pd.Series[Any]) -> Mask:
    least = values.min()
    if least is pd.NA or least > 0:
        return np.zeros(len(values), dtype=bool)
    good: Mask = (values > 0).fillna(value=True).to_numpy(dtype=bool)
    return ~good


def _schedule(values: pd.Series[Any], now: datetime) -> Mask:
    if values.isna().all():
        return np.zeros(len(values), dtype=bool)
    moment = pd.Timestamp(now)
    good = (values > moment) & (values <= moment + contract.SCHEDULE_MAX_AHEAD)
    return ~(good | values.isna()).to_numpy(dtype=bool)
