"""Rows of text, put together from columns and the text that stands between them.

Arrow joins any columns, for some nanoseconds a row and part. Neighbours that take the same room in
every row, as what stands between columns does, and ids and phones mostly do, become one part
before: a matrix of bytes that has the same row all over, into which each of the columns is copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.planning import utf8
from cascade_frames.planning.utf8 import Utf8

_NOTHING: Final = pa.scalar("", utf8.TYPE)

Part: TypeAlias = str | pa.LargeStringArray


def concatenate(parts: Iterable[Part], rows: int) -> pa.LargeStringArray:
    """One text for each of so many rows.

    Args:
        parts: texts that every row has, and columns of N; where a column has no value, it adds
            nothing. One of them at least is a column.
        rows: N, at least one.
    """
    joined: list[pa.LargeStringArray | pa.Scalar] = []
    measured = [(part, _width(part)) for part in parts]
    for _, group in groupby(measured, lambda one: one[1] is None):
        neighbours = list(group)
        fixed = [(part, width) for part, width in neighbours if width is not None]
        if not fixed:
            joined.extend(part for part, _ in neighbours)
        elif all(isinstance(part, str) for part, _ in fixed):
            joined.append(pa.scalar("".join(part for part, _ in fixed), utf8.TYPE))
        else:
            joined.append(_side_by_side(fixed, rows))
    return pc.binary_join_element_wise(
        *joined, _NOTHING, null_handling="replace", null_replacement=""
    )


def _width(part: Part) -> int | None:
    """How many bytes it has in every row; None where that is not the same in all."""
    if isinstance(part, str):
        return len(part.encode())
    lengths = Utf8.of(part).lengths
    same = part.null_count == 0 and (lengths == lengths[0]).all()
    return int(lengths[0]) if same else None


def _side_by_side(parts: Sequence[tuple[Part, int]], rows: int) -> pa.LargeStringArray:
    """Parts of one width each, as one column."""
    row = b"".join(
        part.encode() if isinstance(part, str) else bytes(width) for part, width in parts
    )
    matrix = np.empty(rows, f"V{len(row)}")
    matrix[:] = np.void(row)
    letters = matrix.view(np.uint8)
    begin = 0
    for part, width in parts:
        if width and not isinstance(part, str):
            values = utf8.fixed_column(Utf8.of(part).data, 0, width, rows, slice(0, width))
            place = slice(begin, begin + width)
            utf8.fixed_column(letters, 0, len(row), rows, place)[:] = values
        begin += width
    return utf8.fixed_width(letters.reshape(rows, len(row)))
