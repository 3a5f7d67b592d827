"""Columns of a message table as JSON values, by ranges or other choices of rows.

Nothing is copied when a column is made. Values are written for the rows asked for: text is JSON
as it stands, but for bytes that must be escaped: most of them by a backslash put before them, a
control character by a JSON encoder, to which only its row is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Positions = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

TEXT: Final = pa.large_string()
_JSON: Final = msgspec.json.Encoder()
_SPACE, _BACKSLASH = b" \\"
# What stands for a byte: the backslash first, as the others bring backslashes of their own.
_ESCAPES: Final = tuple(
    (bytes([special]), bytes([_BACKSLASH, letter]))
    for special, letter in zip(b'\\"\b\t\n\f\r', b'\\"btnfr', strict=True)
)
# Of these, what is no control character.
_MARKS: Final = _ESCAPES[:2]
# The letter that stands for a byte after a backslash; 0 where JSON has none.
_LETTERS: Final = np.zeros(256, dtype="uint8")
for _special, _escape in _ESCAPES:
    _LETTERS[ord(_special)] = _escape[1]


@dataclass(frozen=True)
class Rows:
    """Which rows of a table, in which order.

    Attributes:
        start, stop: the range they lie in.
        within: their places in that range; None where they are all of it, in order.
    """

    start: int
    stop: int
    within: Positions | None = None

    @classmethod
    def at(cls, positions: Positions) -> Rows:
        """The rows at these positions, of which there is one at least."""
        start, stop = int(positions.min()), int(positions.max()) + 1
        if np.array_equal(positions, np.arange(start, stop)):
            return cls(start, stop)
        return cls(start, stop, positions - start)


@dataclass(frozen=True, repr=False)
class ArrowColumn:
    """A column of Arrow's, in one chunk or many.

    Attributes:
        values: the column's own buffers.
        quote: what stands around each value.
        write: values to JSON, without `quote`; missing ones stay missing.
    """

    values: pa.ChunkedArray
    quote: str
    write: Callable[[pa.Array], pa.LargeStringArray]

    @property
    def is_text(self) -> bool:
        """Whether the values are text."""
        return self.write is _escaped

    @property
    def has_values(self) -> bool:
        """Whether any row has a value."""
        return bool(self.values.null_count < len(self.values))

    def json(self, rows: Rows) -> pa.LargeStringArray:
        """The values of these rows, without `quote`; missing where there is none."""
        return self.write(self.of(rows))

    def of(self, rows: Rows) -> pa.Array:
        """The values of these rows; a view where they are a range of one chunk."""
        span = self.values.slice(rows.start, rows.stop - rows.start)
        whole = span.chunk(0) if span.num_chunks == 1 else pa.concat_arrays(span.chunks)
        return whole if rows.within is None else whole.take(pa.array(rows.within))

    def constant(self) -> str | None:
        """The JSON that all rows share, without `quote`; None where they differ."""
        if self.values.null_count or not len(self.values):
            return None
        first = self.values[0]
        parts = (self.values.slice(0, 1000), self.values)  # most that differ do so early
        if not all(pc.all(pc.equal(part, first)).as_py() for part in parts):
            return None
        shared: str = self.json(Rows(0, 1))[0].as_py()
        return shared


@dataclass(frozen=True, repr=False)
class ObjectColumn:
    """A column of Python's objects: JSON where they are bytes, else whatever JSON has."""

    values: npt.NDArray[np.object_]
    quote: str = ""

    @property
    def has_values(self) -> bool:
        """Whether any row has a value."""
        return bool(pd.notna(self.values).any())

    def json(self, rows: Rows) -> pa.LargeStringArray:
        """The values of these rows; missing where there is none."""
        span = self.values[rows.start : rows.stop]
        chosen = span if rows.within is None else span[rows.within]
        written = [
            None if missing else one if isinstance(one, bytes) else _JSON.encode(one)
            for one, missing in zip(chosen, pd.isna(chosen), strict=True)
        ]
        return pa.array(written, pa.large_binary()).cast(TEXT)

    def constant(self) -> None:
        """Not looked for."""


def column_of(values: pd.Series[Any]) -> ArrowColumn | ObjectColumn:
    """The column, and how its dtype is written.

    Args:
        values: text, whole numbers or tz-aware moments (to the microsecond at most); of any
            other dtype, objects that JSON has, or bytes that are JSON.
    """
    if values.dtype == object:
        return ObjectColumn(values.to_numpy())
    arrow = pa.array(values, from_pandas=True)
    chunked = arrow if isinstance(arrow, pa.ChunkedArray) else pa.chunked_array([arrow])
    kind = chunked.type.value_type if pa.types.is_dictionary(chunked.type) else chunked.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return ArrowColumn(chunked, '"', _escaped)
    if pa.types.is_integer(kind):
        return ArrowColumn(chunked, "", lambda numbers: numbers.cast(TEXT))
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return ArrowColumn(chunked, '"', _utc)
    return ObjectColumn(values.astype(object).to_numpy())


def joined(texts: pa.LargeStringArray) -> Bytes:
    """The UTF-8 of all texts, one after the other; a view, and not to be written to."""
    return _parts(texts)[1]


def _parts(texts: pa.LargeStringArray) -> tuple[npt.NDArray[np.int64], Bytes]:
    _, ends, data = texts.buffers()
    offsets = np.frombuffer(ends, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return offsets, np.frombuffer(data or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]


def _escaped(values: pa.Array) -> pa.LargeStringArray:
    texts = values.cast(TEXT)
    offsets, data = _parts(texts)
    written = data.tobytes()
    places = _specials(written)
    if not len(places):
        return texts
    ends = offsets - offsets[0]
    rows = np.searchsorted(ends, places, side="right") - 1
    controls = data[places].min() < _SPACE
    if controls and not _LETTERS[data[places]].all():
        return _encoded(texts, np.unique(rows))
    for byte, escape in _ESCAPES if controls else _MARKS:
        written = written.replace(byte, escape)
    # Each escape is one byte longer than what it stands for.
    ends[1:] += np.cumsum(np.bincount(rows, minlength=len(texts)))
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(written)]
    escaped = pa.Array.from_buffers(TEXT, len(texts), buffers)
    return pc.if_else(texts.is_valid(), escaped, None) if texts.null_count else escaped


def _specials(written: bytes) -> Positions:
    """Where bytes stand that must be escaped; only what occurs at all is looked for."""
    data = np.frombuffer(written, dtype=np.uint8)
    sought = [data == mark[0] for mark, _ in _MARKS if mark in written]
    if len(data) and data.min() < _SPACE:
        sought.append(data < _SPACE)
    if not sought:
        return np.zeros(0, dtype=np.int64)
    return _places(reduce(np.logical_or, sought))


def _places(found: npt.NDArray[np.bool_]) -> Positions:
    """Where it is true, which is mostly nowhere: eight places are looked at together."""
    whole = len(found) // 8 * 8
    eights = np.flatnonzero(found[:whole].view(np.uint64) != 0)
    which, within = np.nonzero(found[:whole].reshape(-1, 8)[eights])
    return np.concatenate([8 * eights[which] + within, whole + np.flatnonzero(found[whole:])])


def _encoded(texts: pa.LargeStringArray, rows: npt.NDArray[np.int64]) -> pa.LargeStringArray:
    """The texts, these rows of them written by a JSON encoder."""
    chosen = np.zeros(len(texts), dtype=bool)
    chosen[rows] = True
    chosen &= texts.is_valid().to_numpy(zero_copy_only=False)
    # JSON has no line break within a value, so lines are values again.
    lines = _JSON.encode_lines(texts.filter(pa.array(chosen)).to_pylist()).split(b"\n")[:-1]
    written = pa.array([line[1:-1] for line in lines], pa.large_binary()).cast(TEXT)
    return pc.replace_with_mask(
        _escaped(pc.if_else(pa.array(chosen), "", texts)), pa.array(chosen), written
    )


def _utc(moments: pa.TimestampArray) -> pa.LargeStringArray:
    """ISO 8601 with a Z, to the second where it is whole, else to the microsecond."""
    # Arrow keeps moments in UTC, and writes those of a zone twelve times slower.
    exact = moments.cast(pa.timestamp("us"))
    seconds = exact.cast(pa.timestamp("s"), safe=False)
    written = seconds.cast(TEXT)
    whole = pc.equal(seconds.cast(exact.type), exact)
    if not pc.all(whole).as_py():
        written = pc.if_else(whole, written, exact.cast(TEXT))
    dated = pc.replace_substring(written, " ", "T")
    return pc.binary_join_element_wise(dated, pa.scalar("Z", TEXT), pa.scalar("", TEXT))
