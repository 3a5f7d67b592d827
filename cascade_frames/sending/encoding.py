"""Messages to the JSON array that the API takes, whole columns at a time.

Rows are made by one join of their columns with what stands between them, so that the buffer of the
joined texts is the JSON. A column of one value is a part of what stands between.
"""

from __future__ import annotations

from typing import Final

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.contract import Field
from cascade_frames.sending.columns import (
    TEXT,
    ArrowColumn,
    ObjectColumn,
    Positions,
    Rows,
    bytes_of,
    column_of,
)

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

    def objects(self, positions: Positions) -> pa.LargeStringArray:
        """The messages at these positions, each as a comma and a JSON object."""
        if not len(positions):
            return pa.array([], TEXT)
        rows = Rows.at(positions)
        row = _Row(",{")
        for number, field in enumerate(self._fields):
            field.add_to(row, rows, first=number == 0)
        return row.joined("}")

    def encode(self, positions: Positions) -> bytes:
        """The body for the messages at these positions, as compact UTF-8 JSON."""
        return array_of(self.objects(positions))


def array_of(objects: pa.LargeStringArray) -> bytes:
    """A JSON array of what `MessageEncoder.objects` has written."""
    _, joined = bytes_of(objects)
    return b"".join((b"[", joined[1:].data, b"]"))


class _Row:
    """What every row of a batch is joined from: columns, and the text between them."""

    def __init__(self, begin: str) -> None:
        self._parts: list[pa.Scalar | pa.LargeStringArray] = []
        self._between = begin

    def add_text(self, text: str) -> None:
        self._between += text

    def add_column(self, values: pa.LargeStringArray) -> None:
        """Go on with a column; a missing value adds nothing."""
        self._parts += [pa.scalar(self._between, TEXT), values]
        self._between = ""

    def joined(self, end: str) -> pa.LargeStringArray:
        """One text per row."""
        parts = (*self._parts, pa.scalar(self._between + end, TEXT))
        return pc.binary_join_element_wise(
            *parts, _NOTHING, null_handling="replace", null_replacement=""
        )


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

    def add_to(self, row: _Row, rows: Rows, *, first: bool) -> None:
        """Go on with the field, in those rows that have a value."""
        quote = self._column.quote
        before = f"{'' if first else ','}{self._name}{quote}"
        if self._constant is not None:
            row.add_text(before + self._constant + quote)
            return
        values = self._column.json(rows)
        if values.null_count:
            present = pc.binary_join_element_wise(
                pa.scalar(before, TEXT), values, pa.scalar(quote, TEXT), _NOTHING
            )
            row.add_column(present)
            return
        row.add_text(before)
        row.add_column(values)
        row.add_text(quote)
