"""Long columns made a piece at a time, where what is alike takes memory once.

An Arrow column may lie in many pieces, and none of them can be written to. So a piece that says
the same in each of its rows is the same piece wherever that is said: a million times `accepted`
takes the memory of 65,536. What pandas must have in one array is filled a piece at a time, so
that no index as long as the column is made on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

TEXTS: Final = pa.large_string()
# Rows of a piece: what is made for one fits the processor's cache.
PIECE: Final = 1 << 16

# Positions in a short list of values, one for each row.
Codes = npt.NDArray[np.int32]


def spans(size: int, piece: int = PIECE) -> Iterator[slice]:
    """The rows of a column of that size, so many at a time."""
    return (slice(start, min(start + piece, size)) for start in range(0, size, piece))


def repeated(text: str | None, size: int, piece: int = PIECE) -> pa.ChunkedArray:
    """One text, or a missing one, for every row."""
    whole = pa.repeat(pa.scalar(text, TEXTS), min(size, piece))
    parts = [whole.slice(0, rows.stop - rows.start) for rows in spans(size, piece)]
    return pa.chunked_array(parts, TEXTS)


def coded_texts(values: pa.ChunkedArray, codes: Codes, piece: int = PIECE) -> pa.ChunkedArray:
    """For each row the text at its code; what many rows share in order takes memory once."""
    encoded = values.combine_chunks().dictionary_encode(null_encoding="encode")
    texts, which = encoded.dictionary, encoded.indices.to_numpy()
    if len(texts) == 1:
        return repeated(texts[0].as_py(), len(codes), piece)
    shared: dict[int, pa.LargeStringArray] = {}
    parts = []
    for rows in spans(len(codes), piece):
        here = which[codes[rows]]
        one = int(here[0])
        if (here != one).any():
            parts.append(texts.take(pa.array(here)))
            continue
        if one not in shared:
            shared[one] = pa.repeat(texts[one], min(len(codes), piece))
        parts.append(shared[one].slice(0, len(here)))
    return pa.chunked_array(parts, TEXTS)


def coded(values: npt.NDArray[Any], codes: Codes, piece: int = PIECE) -> npt.NDArray[Any]:
    """For each row the value at its code."""
    found = np.empty(len(codes), dtype=values.dtype)
    for rows in spans(len(codes), piece):
        values.take(codes[rows], out=found[rows], mode="clip")  # the default makes a copy first
    return found


def alike(value: np.generic, size: int) -> npt.NDArray[Any]:
    """The value for every row, in the memory of one; not to be written to."""
    return np.broadcast_to(value, size)


def count_up(numbers: npt.NDArray[np.integer[Any]]) -> bool:
    """Whether these are 0, 1, 2 and so on."""
    return all(
        np.array_equal(numbers[rows], np.arange(rows.start, rows.stop))
        for rows in spans(len(numbers))
    )


def one_array(texts: pa.LargeStringArray | pa.ChunkedArray) -> pa.LargeStringArray:
    """A column in one piece; copied where it is in several."""
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
