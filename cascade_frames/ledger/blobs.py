"""How columns of strings and hashes lie in the ledger.

N strings become their N lengths and, behind them, all their bytes, compressed together with
Zstandard; a missing string has the length 65,535 and no bytes. Before it stand a byte for the
form, N and the number of bytes. Reading one back is a sum over the lengths: no string is made.

Ledgers of before version 5 also hold strings joined by line breaks and compressed with zlib,
the empty ones missing. They are read as they are; a zlib stream never begins with our byte.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.planning.fates import TEXTS
from cascade_frames.planning.hashing import Hashes

_FORM: Final = 1
_HEAD: Final = struct.Struct("<BIQ")
_LENGTH: Final = np.dtype("<u2")
_MISSING: Final = 0xFFFF
_HASH: Final = np.dtype("<u8")


def pack_texts(texts: pa.LargeStringArray) -> bytes:
    """Strings of less than 65,535 bytes each; nulls stay what they are.

    Raises:
        ValueError: one is longer.
    """
    filled = pc.fill_null(texts, "") if texts.null_count else texts
    lengths, data = _parts(filled)
    if len(lengths) and lengths.max() >= _MISSING:
        raise ValueError("A text is too long to be kept in the ledger.")
    short = lengths.astype(_LENGTH)
    if texts.null_count:
        short[texts.is_null().to_numpy(zero_copy_only=False)] = _MISSING
    head = _HEAD.pack(_FORM, len(texts), len(data))
    return head + bytes(_codec().compress(short.tobytes() + bytes(data), asbytes=True))


class Unpacked:
    """The strings of several blobs, one after the other, which are let go as they are read."""

    def __init__(self) -> None:
        self._lengths: list[npt.NDArray[np.uint16]] = []
        self._data = bytearray()

    def add(self, blob: bytes) -> npt.NDArray[np.bool_]:
        """Go on with the strings of `pack_texts`; which of them are missing."""
        lengths, data = _opened(blob)
        self._lengths.append(lengths)
        self._data += data
        return np.asarray(lengths == _MISSING)

    def array(self) -> pa.LargeStringArray:
        """All of them; null where one is missing."""
        if not self._lengths:
            return pa.array([], TEXTS)
        lengths = np.concatenate(self._lengths)
        missing = lengths == _MISSING
        present = None
        if missing.any():
            lengths[missing] = 0
            present = pa.py_buffer(np.packbits(~missing, bitorder="little"))
        offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, dtype=np.int64, out=offsets[1:])
        buffers = [present, pa.py_buffer(offsets), pa.py_buffer(self._data)]
        return pa.Array.from_buffers(TEXTS, len(lengths), buffers)


def unpack_texts(blob: bytes) -> pa.LargeStringArray:
    """The strings of `pack_texts`."""
    column = Unpacked()
    column.add(blob)
    return column.array()


def pack_hashes(hashes: Hashes) -> memoryview:
    """Hashes as little-endian uint64; not copied where they are that already."""
    return np.ascontiguousarray(hashes, dtype=_HASH).data.cast("B")


def unpack_hashes(blob: bytes) -> Hashes:
    """The hashes of `pack_hashes`; not to be written to."""
    return np.frombuffer(blob, dtype=_HASH).astype(np.uint64, copy=False)


def _parts(texts: pa.LargeStringArray) -> tuple[npt.NDArray[np.int64], memoryview]:
    """The lengths of strings without nulls, and the bytes of all of them; slices included."""
    if not len(texts):
        return np.zeros(0, dtype=np.int64), memoryview(b"")
    _, offset_buffer, data = texts.buffers()
    offsets = np.frombuffer(
        offset_buffer, dtype=np.int64, count=len(texts) + 1, offset=8 * texts.offset
    )
    held = memoryview(data if data is not None else b"")
    return np.diff(offsets), held[offsets[0] : offsets[-1]]


def _opened(blob: bytes) -> tuple[npt.NDArray[np.uint16], memoryview]:
    """The lengths of a blob's strings, 65,535 for a missing one, and the bytes of all."""
    if blob[0] != _FORM:
        return _opened_joined(blob)
    _, count, size = _HEAD.unpack_from(blob)
    packed = memoryview(blob)[_HEAD.size :]
    data = _codec().decompress(packed, decompressed_size=count * _LENGTH.itemsize + size)
    lengths = np.frombuffer(data, dtype=_LENGTH, count=count).copy()
    return lengths, memoryview(data)[count * _LENGTH.itemsize :]


def _opened_joined(blob: bytes) -> tuple[npt.NDArray[np.uint16], memoryview]:
    texts = zlib.decompress(blob).split(b"\n")
    lengths = np.array([len(text) or _MISSING for text in texts], dtype=_LENGTH)
    return lengths, memoryview(b"".join(texts))


def _codec() -> pa.Codec:
    # A codec object is not meant to be shared between threads.
    return pa.Codec("zstd", compression_level=1)
