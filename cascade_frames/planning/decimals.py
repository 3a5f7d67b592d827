"""Numbers with a fixed number of decimals (`{amount:.2f}`), written a column at a time.

A number times a hundred, rounded, is the text without its point; Arrow writes such an integer
with the point set. Python rounds the exact value of a float, and the product is off by at most
one part in 2^53: where the product lies further from the border between two integers than that,
both round alike. The few numbers near a border, huge ones, those that are not finite, and
negative ones that round to zero (which Python writes with a minus) are left to Python.
"""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cascade_frames.planning import utf8
from cascade_frames.planning.distinct import float_bits

# Arrow writes 0.000001 as such, and smaller ones in scientific notation.
_SPEC: Final = re.compile(r"\.([0-6])f")
_LARGEST: Final = float(2**40)
_MARGIN: Final = 2.0**-10
_DIGITS: Final = 18
# Rows at a time: what fits the processor's cache.
_BLOCK: Final = 1 << 14


def written(
    values: pd.Series[Any], spec: str
) -> tuple[pa.LargeStringArray, npt.NDArray[np.bool_]] | None:
    """A column of 64-bit floats in the format.

    Args:
        values: N values.
        spec: a format spec; other ones than `.0f` to `.6f` are not known here.

    Returns:
        N strings, and a mask of rows whose string means nothing and has to be made otherwise;
        None where dtype or spec are none of these.
    """
    found = _SPEC.fullmatch(spec)
    if not found or float_bits(values.dtype) != 64:
        return None
    scale = int(found[1])
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    pieces = []
    unsettled = np.empty(len(numbers), dtype=bool)
    for start in range(0, len(numbers), _BLOCK):
        block = slice(start, start + _BLOCK)
        rounded, unsettled[block] = _rounded(numbers[block], scale)
        pieces.append(_with_point(rounded, scale))
    return pa.concat_arrays(pieces or [pa.array([], utf8.TYPE)]), unsettled


def _rounded(
    numbers: npt.NDArray[np.float64], scale: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The numbers without their point, and which of them are not settled."""
    settled = np.abs(numbers) < _LARGEST / 10**scale
    scaled = np.where(settled, numbers, 0.0) * 10.0**scale
    rounded = np.rint(scaled)
    settled &= np.abs(scaled - rounded) < 0.5 - _MARGIN
    settled &= (rounded != 0) | ~np.signbit(numbers)
    return rounded.astype(np.int64), ~settled


def _with_point(numbers: npt.NDArray[np.int64], scale: int) -> pa.LargeStringArray:
    """Integers as text with a point before the last `scale` digits."""
    words = np.empty((len(numbers), 2), dtype=np.int64)
    words[:, 0] = numbers
    words[:, 1] = numbers >> 63  # a 128-bit integer: its upper half repeats the sign
    kind = pa.decimal128(_DIGITS, scale)
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(words)]).cast(utf8.TYPE)
