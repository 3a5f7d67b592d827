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
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.planning.hashing import Hashes
from cascade_frames.planning.pieces import PIECE, TEXTS, one_array

Lengths = npt.NDArray[np.uint16]
_Opened = tuple[Lengths, memoryview]

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
    """The strings of several blobs, one after the other, put together some thousand at a time."""

    def __init__(self, piece: int = PIECE) -> None:
        self._piece = piece
        self._pieces: list[pa.LargeStringArray] = []
        self._lengths: list[Lengths] = []
        self._data: list[memoryview] = []
        self._rows = 0
        self._ends = _Ends()

    def add(self, blobs: Sequence[bytes]) -> list[npt.NDArray[np.bool_]]:
        """Go on with the strings of several `pack_texts`; which of each are missing."""
        missing = []
        for lengths, data in _opened(blobs):
            self._lengths.append(lengths)
            self._data.append(data)
            self._rows += len(lengths)
            missing.append(np.asarray(lengths == _MISSING))
            if self._rows >= self._piece:
                self._put_together()
        return missing

    def column(self) -> pa.ChunkedArray:
        """All of them; null where one is missing."""
        if self._rows:
            self._put_together()
        return pa.chunked_array(self._pieces, TEXTS)

    def _put_together(self) -> None:
        lengths, data = np.concatenate(self._lengths), b"".join(self._data)
        missing = lengths == _MISSING
        present = None
        if missing.any():
            lengths[missing] = 0
            present = pa.py_buffer(np.packbits(~missing, bitorder="little"))
        buffers = [present, self._ends.of(lengths), pa.py_buffer(data)]
        self._pieces.append(pa.Array.from_buffers(TEXTS, len(lengths), buffers))
        self._lengths, self._data, self._rows = [], [], 0


class _Ends:
    """Where strings end, by their lengths; kept and used again for strings of one length."""

    def __init__(self) -> None:
        self._width = -1
        self._count = 0
        self._kept: pa.Buffer | None = None

    def of(self, lengths: Lengths) -> pa.Buffer:
        """The end of each string as int64, after a 0; maybe with more behind."""
        width = int(lengths[0])
        if (lengths != width).any():
            ends = np.zeros(len(lengths) + 1, dtype=np.int64)
            np.cumsum(lengths, dtype=np.int64, out=ends[1:])
            return pa.py_buffer(ends)
        if self._kept is None or width != self._width or len(lengths) > self._count:
            self._width, self._count = width, len(lengths)
            self._kept = pa.py_buffer(np.arange(len(lengths) + 1, dtype=np.int64) * width)
        return self._kept


def unpack_texts(blob: bytes) -> pa.LargeStringArray:
    """The strings of `pack_texts`."""
    unpacked = Unpacked()
    unpacked.add([blob])
    return one_array(unpacked.column())


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
    return offsets[1:] - offsets[:-1], held[offsets[0] : offsets[-1]]


def _opened(blobs: Sequence[bytes]) -> Iterator[_Opened]:
    """The lengths of each blob's strings, 65,535 for a missing one, and the bytes of all.

    Blobs of our form are decompressed together, as frames of Zstandard may be: what that takes
    for one of a thousand receipts is mostly to get ready.
    """
    ours = [blob for blob in blobs if blob[0] == _FORM]
    together = _opened_together(ours) if ours else iter(())
    for blob in blobs:
        yield next(together) if blob[0] == _FORM else _opened_joined(blob)


def _opened_together(blobs: Sequence[bytes]) -> Iterator[_Opened]:
    heads = [_HEAD.unpack_from(blob) for blob in blobs]
    sizes = [count * _LENGTH.itemsize + size for _, count, size in heads]
    packed = b"".join(memoryview(blob)[_HEAD.size :] for blob in blobs)
    data = memoryview(_codec().decompress(packed, decompressed_size=sum(sizes)))
    for (_, count, _), size in zip(heads, sizes, strict=True):
        lengths = np.frombuffer(data, dtype=_LENGTH, count=count).copy()
        yield lengths, data[count * _LENGTH.itemsize : size]
        data = data[size:]


def _opened_joined(blob: bytes) -> _Opened:
    texts = zlib.decompress(blob).split(b"\n")
    lengths = np.array([len(text) or _MISSING for text in texts], dtype=_LENGTH)
    return lengths, memoryview(b"".join(texts))


def _codec() -> pa.Codec:
    # A codec object is not meant to be shared between threads.
    return pa.Codec("zstd", compression_level=1)
