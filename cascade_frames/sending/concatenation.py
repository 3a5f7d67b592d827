"""Rows of text, put together from columns and the text that stands between them.

Arrow joins any columns, for some nanoseconds a row and part. Neighbours that take the same room in
every row, as what stands between columns does, and ids and phones mostly do, become one part
before: a matrix of bytes that has the same row all over, into which each of the columns is copied.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    for fixed, group in groupby(parts, _has_one_width):
        neighbours = list(group)
        texts = [part for part in neighbours if isinstance(part, str)]
        if not fixed:
            joined.extend(neighbours)
        elif len(texts) == len(neighbours):
            joined.append(pa.scalar("".join(texts), utf8.TYPE))
        else:
            joined.append(_side_by_side(neighbours, rows))
    return pc.binary_join_element_wise(
        *joined, _NOTHING, null_handling="replace", null_replacement=""
    )


def _has_one_width(part: Part) -> bool:
    """Whether it has as many bytes in every row."""
    if isinstance(part, str):
        return True
    lengths = Utf8.of(part).lengths
    return part.null_count == 0 and bool((lengths == lengths[0]).all())


def _side_by_side(parts: list[Part], rows: int) -> pa.LargeStringArray:
    """Parts of one width each, as one column."""
    held = [part.encode() if isinstance(part, str) else Utf8.of(part) for part in parts]
    widths = [len(one) if isinstance(one, bytes) else int(one.lengths[0]) for one in held]
    row = b"".join(
        one if isinstance(one, bytes) else bytes(width)
        for one, width in zip(held, widths, strict=True)
    )
    matrix = np.empty(rows, f"V{len(row)}")
    matrix[:] = np.void(row)
    begin = 0
    for one, width in zip(held, widths, strict=True):
        if not isinstance(one, bytes) and width:
            # A row's value is one number of so many bytes, which NumPy copies in one go.
            values = np.ndarray(rows, f"V{width}", one.data)
            np.ndarray(rows, f"V{width}", matrix, begin, (len(row),))[:] = values
        begin += width
    return utf8.fixed_width(matrix.view(np.uint8).reshape(rows, len(row)))
