"""Columns of strings as Arrow holds them: one run of UTF-8 bytes, and where each value begins.

A pass over the bytes takes about a nanosecond a value where a Python string for each would take
a hundred, so whatever has to look at every row looks at the bytes. `strings` and `series` lead
from pandas to Arrow and back without a copy where the column is one of pandas' `str`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias, Union

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Texts: TypeAlias = Union["pd.Series[Any]", pa.Array, pa.ChunkedArray, npt.NDArray[np.object_]]

TYPE: Final = pa.large_string()
_CHUNK: Final = 1 << 16
_SPACE: Final = 0x20
_EARLY: Final = 1000


def strings(values: Texts) -> pa.LargeStringArray:
    """N strings as one Arrow array, null where a value is missing.

    Raises:
        UnicodeEncodeError: a lone surrogate, which UTF-8 cannot carry.
        pyarrow.ArrowException: a value is no string.
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        found = values
    else:
        found = pa.array(values, from_pandas=True)
    found = found.cast(TYPE)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def strings_only(values: pd.Series[Any]) -> pa.LargeStringArray | None:
    """The column as `strings` gives it; None where it holds anything else, or half an emoji."""
    if values.dtype == object:
        if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "empty"):
            return None
    elif not pd.api.types.is_string_dtype(values.dtype):
        return None
    try:
        return strings(values)
    except (UnicodeEncodeError, pa.ArrowException):
        return None


def series(array: pa.Array) -> pd.Series[Any]:
    """An Arrow array of strings as a column of dtype `str`, on a positional index."""
    return pd.Series(pd.array(array, dtype="str"))


def repeated(text: str | None, rows: int) -> pa.LargeStringArray:
    """One text for every row: bytes, and no Python object a row."""
    return pa.repeat(pa.scalar(text, TYPE), rows)


def with_nulls(array: pa.Array, missing: Mask) -> pa.Array:
    """The array with nulls where `missing` is."""
    if not missing.any():
        return array
    return pc.if_else(pa.array(missing), pa.scalar(None, array.type), array)


def nulls(array: pa.Array) -> Mask:
    """True where the array has no value."""
    if not array.null_count:
        return np.zeros(len(array), dtype=bool)
    found: Mask = array.is_null().to_numpy(zero_copy_only=False)
    return found


def fixed_width(letters: Bytes) -> pa.LargeStringArray:
    """Rows of an N × W matrix of bytes (valid UTF-8 each) as N strings."""
    rows, width = letters.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int64) if width else 0
    offsets = np.broadcast_to(offsets, rows + 1)
    buffers = [None, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(letters.ravel())]
    return pa.Array.from_buffers(TYPE, rows, buffers)


def fixed_column(
    table: Bytes | bytes | bytearray, start: int, row: int, rows: int, columns: slice
) -> npt.NDArray[np.void]:
    """A view of some columns of a table that starts there, with rows of so many bytes.

    Each row's part is one value, so that NumPy copies it in one go.
    """
    width = columns.stop - columns.start
    return np.ndarray(rows, f"V{width}", table, start + columns.start, (row,))


@dataclass(frozen=True, repr=False, eq=False)
class Utf8:
    """The bytes of N strings.

    Attributes:
        data: the bytes of all values, one after another.
        offsets: int64, length N + 1: value k is `data[offsets[k]:offsets[k + 1]]`. What stands
            under a null is of no meaning.
    """

    data: Bytes
    offsets: npt.NDArray[np.int64]

    @classmethod
    def of(cls, array: pa.LargeStringArray) -> Utf8:
        """A view of an Arrow array's buffers, slices too; nothing is copied but offsets."""
        _, offsets, data = array.buffers()
        if offsets is None or not len(array):
            return cls(np.zeros(0, dtype=np.uint8), np.zeros(len(array) + 1, dtype=np.int64))
        borders = np.frombuffer(offsets, np.int64, len(array) + 1, 8 * array.offset)
        first, last = int(borders[0]), int(borders[-1])
        if data is None or first == last:
            return cls(np.zeros(0, dtype=np.uint8), np.zeros(len(array) + 1, dtype=np.int64))
        held = np.frombuffer(data, np.uint8, last - first, first)
        return cls(held, borders - first if first else borders)

    def __len__(self) -> int:
        """The number of values."""
        return len(self.offsets) - 1

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where each value begins."""
        return self.offsets[:-1]

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """The number of bytes of each value."""
        return self.offsets[1:] - self.offsets[:-1]

    @property
    def array(self) -> pa.LargeStringArray:
        """The strings as an Arrow array without nulls."""
        buffers = [None, pa.py_buffer(self.offsets), pa.py_buffer(self.data)]
        return pa.Array.from_buffers(TYPE, len(self), buffers)

    def first_bytes(self) -> Bytes:
        """Each value's first byte; a space for an empty one."""
        if not len(self.data):
            return np.full(len(self), _SPACE, dtype=np.uint8)
        first = self.data.take(self.starts, mode="clip")
        empty = self.starts == self.offsets[1:]
        if empty.any():
            first[empty] = _SPACE
        return first

    def begin_with_space(self, rows: npt.NDArray[np.int64]) -> Mask:
        """Of these rows, which begin with a white space or are empty."""
        starts = self.starts[rows]
        letters = np.zeros((3, len(rows)), dtype=np.uint32)
        for at in range(min(3, len(self.data))):
            letters[at] = self.data.take(starts + at, mode="clip")
        # A character has as many bytes as its first byte says; those of others do not count.
        letters[1][letters[0] < 0x80] = 0
        letters[2][letters[0] < 0xE0] = 0
        first = letters[0] << 16 | letters[1] << 8 | letters[2]
        found: Mask = np.isin(first, _SPACES) | (self.lengths[rows] == 0)
        return found

    def rows_of(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The row in which each byte stands."""
        return np.searchsorted(self.offsets, positions, side="right") - 1

    def rows_with(self, positions: npt.NDArray[np.int64]) -> Mask:
        """True for rows that hold one of these bytes."""
        found = np.zeros(len(self), dtype=bool)
        if len(positions):
            found[self.rows_of(positions)] = True
        return found

    def positions_outside(self, allowed: str) -> npt.NDArray[np.int64]:
        """Where a byte stands that is none of these (ASCII) letters.

        Letters that follow one another are asked for together, as ranges, a stretch at a time
        that fits the processor's cache.
        """
        ranges = _ranges(allowed)
        found = []
        for start in range(0, len(self.data), _CHUNK):
            part = self.data[start : start + _CHUNK]
            good = np.zeros(len(part), dtype=bool)
            for low, width in ranges:
                good |= (part - low) <= width  # below `low` wraps round to a large number
            if not good.all():
                found.append(np.flatnonzero(~good) + start)
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def rows_with_nul(self) -> Mask:
        """True for rows that hold a NUL."""
        if not len(self.data) or self.data.min():
            return np.zeros(len(self), dtype=bool)
        return self.rows_with(np.flatnonzero(self.data == 0))

    def is_constant(self) -> bool:
        """Whether every value has the same bytes: equal lengths, and bytes that recur."""
        if not len(self):
            return False
        # Most that differ do so early.
        return all(self._recurs(rows) for rows in (min(len(self), _EARLY), len(self)))

    def _recurs(self, rows: int) -> bool:
        """A stretch at a time that fits the processor's cache."""
        width = int(self.offsets[1])
        for start in range(0, rows, _CHUNK):
            stop = min(start + _CHUNK, rows)
            part = self.data[start * width : stop * width]
            ends = self.offsets[start : stop + 1]
            if not (ends[1:] - ends[:-1] == width).all():
                return False
            if not np.array_equal(part[:width], self.data[:width]):
                return False
            if not np.array_equal(part[width:], part[: len(part) - width]):
                return False
        return True


def _ranges(allowed: str) -> list[tuple[np.uint8, np.uint8]]:
    """Runs of ASCII letters, each as its first and how far the last is from it."""
    codes = sorted(set(allowed.encode("ascii")))
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return [(np.uint8(low), np.uint8(high - low)) for low, high in runs]


def distinct(array: pa.LargeStringArray) -> tuple[pa.LargeStringArray, npt.NDArray[np.int32]]:
    """The distinct values, and for each of N rows without nulls which one it has."""
    if Utf8.of(array).is_constant():
        return array[:1], np.zeros(len(array), dtype=np.int32)
    coded = array.dictionary_encode()
    return coded.dictionary, coded.indices.to_numpy()


def condensed(array: pa.LargeStringArray) -> pa.LargeStringArray:
    """The one value of a column that has no other; else the column as it is."""
    constant = len(array) > 1 and not array.null_count and Utf8.of(array).is_constant()
    return array[:1] if constant else array


WHITE_SPACE: Final = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


def _beginnings() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint32]]:
    """The first bytes of white space as a table, and all of their bytes as integers."""
    table = np.zeros(256, dtype=bool)
    whole = []
    for letter in WHITE_SPACE:
        encoded = letter.encode()
        table[encoded[0]] = True
        whole.append(int.from_bytes(encoded.ljust(3, b"\0"), "big"))
    return table, np.array(whole, dtype=np.uint32)


_MAY_BEGIN_SPACE, _SPACES = _beginnings()


def blanks(array: pa.LargeStringArray) -> Mask:
    """True for values of white space only, or of nothing; False for a null.

    A first byte that begins no white space settles most, and a first character that is none
    nearly all others; only what is left is trimmed.
    """
    column = Utf8.of(array)
    blank = _MAY_BEGIN_SPACE[column.first_bytes()]
    if not blank.any():
        return blank
    doubtful = np.flatnonzero(blank)
    doubtful = doubtful[column.begin_with_space(doubtful)]
    trimmed = pc.utf8_trim_whitespace(array.take(pa.array(doubtful)))
    empty = pc.equal(trimmed, pa.scalar("", TYPE)).fill_null(fill_value=False)
    blank[:] = False
    blank[doubtful] = empty.to_numpy(zero_copy_only=False)
    return blank
