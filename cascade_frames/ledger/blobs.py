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


def unpack_texts(blob: bytes) -> pa.LargeStringArray:
    """The strings of `pack_texts`."""
    if blob[0] != _FORM:
        return _unpack_joined(blob)
    _, count, size = _HEAD.unpack_from(blob)
    packed = memoryview(blob)[_HEAD.size :]
    data = _codec().decompress(packed, decompressed_size=count * _LENGTH.itemsize + size)
    lengths = np.frombuffer(data, dtype=_LENGTH, count=count)
    missing = lengths == _MISSING
    present = None
    if missing.any():
        lengths = np.where(missing, np.uint16(0), lengths)
        present = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(lengths, dtype=np.int64, out=offsets[1:])
    texts = data.slice(count * _LENGTH.itemsize)
    return pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), texts, present)


def pack_hashes(hashes: Hashes) -> bytes:
    """Hashes as little-endian uint64."""
    return hashes.astype(_HASH, copy=False).tobytes()


def unpack_hashes(blob: bytes) -> Hashes:
    """The hashes of `pack_hashes`; not to be written to."""
    return np.frombuffer(blob, dtype=_HASH).astype(np.uint64, copy=False)


def _parts(texts: pa.LargeStringArray) -> tuple[np.typing.NDArray[np.int64], memoryview]:
    """The lengths of strings without nulls, and the bytes of all of them; slices included."""
    if not len(texts):
        return np.zeros(0, dtype=np.int64), memoryview(b"")
    _, offset_buffer, data = texts.buffers()
    offsets = np.frombuffer(
        offset_buffer, dtype=np.int64, count=len(texts) + 1, offset=8 * texts.offset
    )
    held = memoryview(data if data is not None else b"")
    return np.diff(offsets), held[offsets[0] : offsets[-1]]


def _unpack_joined(blob: bytes) -> pa.LargeStringArray:
    texts = zlib.decompress(blob).decode().split("\n")
    return pa.array([text or None for text in texts], TEXTS)


def _codec() -> pa.Codec:
    # A codec object is not meant to be shared between threads.
    return pa.Codec("zstd", compression_level=1)
