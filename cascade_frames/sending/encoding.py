"""Messages to the JSON array that the API takes, whole columns at a time.

Rows are made by one join of their columns with what stands between them, brackets and commas
included, so that the buffer of the joined texts is the JSON of several arrays, one after the other,
and none of it is copied again. A column of one value is a part of what stands between.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.contract import Field
from cascade_frames.planning import utf8
from cascade_frames.sending.columns import (
    TEXT,
    ArrowColumn,
    ObjectColumn,
    Positions,
    Rows,
    column_of,
    joined,
)
from cascade_frames.sending.concatenation import Part, concatenate
from cascade_frames.sending.transport import Json

_NOTHING: Final = pa.scalar("", TEXT)


class MessageEncoder:
    """Writes slices of a message table as request bodies.

    Fields are written in the order of the table, which is that of the API document, then those
    passed through; a field without a value is left out. Schedules are written in UTC, to the
    second where it is whole.

    Args:
        messages: a message table as `planning.schema.MessageTable`, and fields passed through
            as bytes of JSON, or None. `id` comes first, and no message is without. Not copied;
            what encoding needs beside it does not grow with it.
    """

    def __init__(self, messages: pd.DataFrame) -> None:
        ids = column_of(messages[Field.ID])
        if not (messages.columns[0] == Field.ID and isinstance(ids, ArrowColumn) and ids.is_text):
            raise ValueError("a message table begins with its ids, which are text")
        if ids.values.null_count:
            raise ValueError("every message has an id")
        self._ids = ids
        fields = (_Field(str(name), column_of(messages[name])) for name in messages.columns)
        self._fields = tuple(field for field in fields if field.has_values)

    def ids(self, positions: Positions) -> pa.LargeStringArray:
        """The tracking ids of the messages at these positions; a view where they are a range."""
        if not len(positions):
            return pa.array([], TEXT)
        return self._ids.of(Rows.at(positions)).cast(TEXT)

    def arrays(self, positions: Positions, size: int) -> pa.LargeStringArray:
        """The messages at these positions, written as JSON arrays of so many each.

        Args:
            positions: of N messages.
            size: of an array; the last may be shorter.

        Returns:
            N texts: each an object, with the comma or bracket before it, and the bracket behind
            it where it is the last of its array.
        """
        if not len(positions):
            return pa.array([], TEXT)
        rows = Rows.at(positions)
        parts: list[Part] = [_begins(len(positions), size), "{"]
        for number, field in enumerate(self._fields):
            parts.extend(field.parts(rows, first=number == 0))
        parts.extend(["}", _ends(len(positions), size)])
        return concatenate(parts, len(positions))

    def encode(self, positions: Positions) -> bytes:
        """The body for the messages at these positions, as compact UTF-8 JSON."""
        return bytes(json_of(self.arrays(positions, max(len(positions), 1))))


def json_of(written: pa.LargeStringArray) -> Json:
    """The JSON of one array that `MessageEncoder.arrays` has written; not copied."""
    return joined(written).data.toreadonly() if len(written) else b"[]"


@lru_cache(maxsize=4)
def _begins(count: int, size: int) -> pa.LargeStringArray:
    """What stands before each of so many objects in arrays of that size."""
    letters = np.full((count, 1), ord(","), dtype=np.uint8)
    letters[::size] = ord("[")
    return utf8.fixed_width(letters)


@lru_cache(maxsize=4)
def _ends(count: int, size: int) -> pa.LargeStringArray:
    """What stands behind each of them: a bracket where an array ends."""
    brackets = np.arange(count + 1, dtype=np.int64) // size
    brackets[-1] = -(-count // size)
    letters = np.full(brackets[-1], ord("]"), dtype=np.uint8)
    return utf8.Utf8(letters, brackets).array


class _Field:
    """One field of the messages: its name, and its column or the one value of it."""

    def __init__(self, name: str, column: ArrowColumn | ObjectColumn) -> None:
        self._name = f"{msgspec.json.encode(name).decode()}:"
        self._column = column
        # Ids differ, but in a table of one row.
        self._constant = None if name == Field.ID else self._column.constant()

    @property
    def has_values(self) -> bool:
        """Whether any message has a value of it."""
        return self._column.has_values

    def parts(self, rows: Rows, *, first: bool) -> list[Part]:
        """What it adds to those rows that have a value."""
        quote = self._column.quote
        before = f"{'' if first else ','}{self._name}{quote}"
        if self._constant is not None:
            return [before + self._constant + quote]
        values = self._column.json(rows)
        if values.null_count:
            return [
                pc.binary_join_element_wise(
                    pa.scalar(before, TEXT), values, pa.scalar(quote, TEXT), _NOTHING
                )
            ]
        return [before, values, quote]
