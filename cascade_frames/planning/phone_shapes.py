"""Columns of phones read by their shape: what is true of one phone is true of all that look so.

First spaces, brackets, dashes and slashes are dropped from the bytes, wherever a row holds
nothing else but digits and a plus in front. Then the rows are told apart by length and their
first six characters, which are some dozens of shapes in a million rows, and of each shape the
caller of this module says what to do with every row that has it. What no shape can settle is
left to be read one value at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cascade_frames.planning import utf8
from cascade_frames.planning.utf8 import Mask, Utf8

_DIGITS: Final = "0123456789"
_DROPPED: Final = " \t()-/"
_PLUS: Final = ord("+")
_HEAD: Final = 6
_TAIL: Final = 9
_BLOCK: Final = 1 << 16


class Verdict(IntEnum):
    """What to do with every row of a shape."""

    ASK = 0  # each value has to be read by itself
    REFUSE = 1  # none of them is a phone
    KEEP = 2  # they are in E.164 as they stand
    COMPLETE = 3  # the prefix and the last nine digits


Judge = Callable[[str], Verdict]


@dataclass(frozen=True, repr=False, eq=False)
class Sorted:
    """N phones, as far as their shapes settle them.

    Attributes:
        digits: N strings without what was dropped.
        verdicts: int8, length N: a `Verdict` each.
    """

    digits: pa.LargeStringArray
    verdicts: npt.NDArray[np.int8]

    def rows(self, verdict: Verdict) -> npt.NDArray[np.int64]:
        """The rows with this verdict."""
        return np.flatnonzero(self.verdicts == verdict)


def sort_by_shape(written: pa.LargeStringArray, judge: Judge) -> Sorted:
    """Sort N phones, some thousand at a time: what is noted of those fits the processor's cache.

    Args:
        written: as people wrote them.
        judge: takes one phone (digits, maybe a plus before them, at least six characters) and
            says what holds for all of that length that begin with the same six characters.
    """
    known: dict[int, Verdict] = {}
    blocks = [written.slice(start, _BLOCK) for start in range(0, max(len(written), 1), _BLOCK)]
    found = [_sort_block(block, judge, known) for block in blocks]
    unchanged = all(one.digits is block for one, block in zip(found, blocks, strict=True))
    digits = written if unchanged else pa.concat_arrays([one.digits for one in found])
    return Sorted(digits, np.concatenate([one.verdicts for one in found]))


def _sort_block(written: pa.LargeStringArray, judge: Judge, known: dict[int, Verdict]) -> Sorted:
    column = Utf8.of(written)
    odd = column.positions_outside(_DIGITS)
    digits, readable = written, ~utf8.nulls(written)
    if not _are_leading_pluses(column, odd):
        column, legible = _dropped(column, odd)
        digits, readable = column.array, readable & legible
    readable &= column.lengths >= _HEAD
    verdicts = np.full(len(column), Verdict.ASK, dtype=np.int8)
    rows = np.flatnonzero(readable)
    if len(rows):
        verdicts[rows] = _judged(column, rows, judge, known)
    return Sorted(digits, verdicts)


def _are_leading_pluses(column: Utf8, odd: npt.NDArray[np.int64]) -> bool:
    """Whether the odd bytes are pluses, each the first of its row."""
    if len(odd) > len(column) or not (column.data[odd] == _PLUS).all():
        return False
    return len(odd) == 0 or int(np.count_nonzero(column.first_bytes() == _PLUS)) == len(odd)


def _dropped(column: Utf8, odd: npt.NDArray[np.int64]) -> tuple[Utf8, Mask]:
    """The column without what is dropped, and the rows of which only digits are left."""
    droppable = np.isin(np.arange(256), np.frombuffer(_DROPPED.encode(), np.uint8))[
        column.data[odd]
    ]
    gone, other = odd[droppable], odd[~droppable]
    leading = other[(column.data[other] == _PLUS)]
    leading = leading[leading == column.starts[column.rows_of(leading)]]
    readable = ~column.rows_with(np.setdiff1d(other, leading, assume_unique=True))
    offsets = column.offsets - np.searchsorted(gone, column.offsets)
    return Utf8(np.delete(column.data, gone), offsets), readable


def _judged(
    column: Utf8, rows: npt.NDArray[np.int64], judge: Judge, known: dict[int, Verdict]
) -> npt.NDArray[np.int8]:
    """The verdicts of these rows, each shape judged once."""
    starts, lengths = column.starts[rows], column.lengths[rows]
    # The first six bytes and the length as one integer.
    words = _eight_bytes_at(column, starts) & np.uint64((1 << 8 * _HEAD) - 1)
    shapes = words | (np.minimum(lengths, 255).astype(np.uint64) << np.uint64(8 * _HEAD))
    coded = pa.array(shapes).dictionary_encode()
    codes = coded.indices.to_numpy()
    first = np.full(len(coded.dictionary), len(rows), dtype=np.int64)
    np.minimum.at(first, codes, np.arange(len(rows)))
    verdicts = np.empty(len(first), dtype=np.int8)
    for number, shape in enumerate(coded.dictionary.to_pylist()):
        if shape not in known:
            begin, length = int(starts[first[number]]), int(lengths[first[number]])
            sample = column.data[begin : begin + length].tobytes().decode("ascii")
            known[shape] = judge(sample) if length < 255 else Verdict.ASK
        verdicts[number] = known[shape]
    judged: npt.NDArray[np.int8] = verdicts[codes]
    return judged


def _eight_bytes_at(column: Utf8, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """The eight bytes from each start on, as an integer whose lowest byte is the first."""
    padded = np.concatenate([column.data, np.zeros(8, dtype=np.uint8)])
    words = np.ndarray(len(padded) - 7, dtype="<u8", buffer=padded, strides=(1,))
    return words[starts].astype(np.uint64, copy=False)


def complete(
    digits: pa.LargeStringArray, rows: npt.NDArray[np.int64], prefix: str
) -> pa.LargeStringArray:
    """The prefix and the last nine characters of each of these rows."""
    column = Utf8.of(digits)
    ends = column.offsets[1:][rows]
    letters = np.empty((len(rows), len(prefix) + _TAIL), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    letters[:, len(prefix)] = column.data[ends - _TAIL]
    tails = _eight_bytes_at(column, ends - _TAIL + 1)
    letters[:, len(prefix) + 1 :] = tails.astype("<u8").view(np.uint8).reshape(len(rows), 8)
    return utf8.fixed_width(letters)
