"""Keyed 64-bit hashes of columns: for derived ids, and for what the ledger remembers.

SipHash-2-4, spread by a one-to-one function, as `pandas.util.hash_array` computes it for
strings. The values are kept for years in ledgers, so a test pins some of them: a pandas that
hashed otherwise would be noticed there and not by people who are messaged again.

pandas hashes Python's `bytes` three times faster than its `str`, which it has to encode first,
and Arrow makes `bytes` of its strings by copying. So a column is hashed as `bytes`, some
thousand rows at a time: few enough to stay in the processor's cache, and gone before the next
are made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cascade_frames.planning import utf8
from cascade_frames.planning.pieces import alike
from cascade_frames.planning.utf8 import Mask, Texts

Hashes = npt.NDArray[np.uint64]

_ABSENT: Final = b"\x00absent"
# Bytes of memory that the objects of a block take, and what one takes beyond its text.
_BLOCK: Final = 1 << 21
_OBJECT: Final = 48
_HEX: Final = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), dtype="<u2")


def derive_key(secret: bytes, purpose: str) -> str:
    """A 16-character key for one purpose, from the ledger's secret."""
    return hashlib.blake2b(purpose.encode(), key=secret, digest_size=8).hexdigest()


def hash_texts(texts: Texts, key: str) -> Hashes:
    """Hash N strings to N `uint64`; a missing one hashes as the empty string marked absent."""
    return hash_texts_by(texts, [key])[0]


def hash_texts_by(texts: Texts, keys: Sequence[str]) -> list[Hashes]:
    """Hash N strings under several keys: as many times N `uint64`."""
    column = utf8.strings(texts)
    if len(one := utf8.condensed(column)) < len(column):
        return [np.repeat(found, len(column)) for found in hash_texts_by(one, keys)]
    absent = utf8.nulls(column)
    encoded = column.cast(pa.large_binary())
    hashed = [np.empty(len(column), dtype=np.uint64) for _ in keys]
    rows = max(_BLOCK * len(column) // (column.nbytes + _OBJECT * len(column) + 1), 1)
    for start in range(0, len(column), rows):
        block = encoded.slice(start, rows).to_numpy(zero_copy_only=False)
        block[absent[start : start + rows]] = _ABSENT
        for key, found in zip(keys, hashed, strict=True):
            found[start : start + rows] = _siphash(block, key)
    return hashed


def _siphash(block: npt.NDArray[np.object_], key: str) -> Hashes:
    found = pd.util.hash_array(block, encoding="utf8", hash_key=key, categorize=False)
    return np.asarray(found, dtype=np.uint64)


def hash_rows(columns: Mapping[str, Texts], size: int, secret: bytes) -> Hashes:
    """Hash so many rows of named text columns to as many `uint64`.

    Every column has a key of its own, made from its name, and an absent column counts as one
    that is empty throughout: adding a column that holds nothing changes no hash. A column of one
    value stands for that value in every row; where all are such, the hashes are not to be written
    to.
    """
    shared = np.uint64(0)
    total: Hashes | None = None
    for name in sorted(columns):
        values = utf8.condensed(utf8.strings(columns[name]))
        if values.null_count == len(values):
            continue
        hashed = hash_texts(values, content_key(name, secret))
        if values.null_count:
            hashed[utf8.nulls(values)] = 0
        if len(values) == 1:
            shared ^= hashed[0]
        elif total is None:
            total = hashed
        else:
            total ^= hashed
    if total is None:
        return alike(shared, size)
    total ^= shared
    return total


def content_key(name: str, secret: bytes) -> str:
    """The key by which a column of that name counts in `hash_rows`."""
    return derive_key(secret, f"content:{name}")


def recipient_key(secret: bytes) -> str:
    """The key of `recipient_hashes`."""
    return derive_key(secret, "recipient")


def id_hashes(ids: Texts, secret: bytes) -> Hashes:
    """What a ledger knows N tracking ids by."""
    return hash_texts(ids, derive_key(secret, "id"))


def recipient_hashes(phones: Texts, secret: bytes) -> Hashes:
    """What a ledger knows N recipients (E.164) by, whatever the ids of their messages."""
    return hash_texts(phones, recipient_key(secret))


def control_hashes(phones: Texts, key: str, secret: bytes) -> Hashes:
    """What N recipients (E.164) are drawn by for the control group of that name."""
    return hash_texts(phones, derive_key(secret, f"control:{key}"))


def derive_ids(recipients: Texts, campaign: str, slug: str, secret: bytes) -> pa.LargeStringArray:
    """Tracking ids for N recipients: `<slug>-<32 hex digits>`; null where a recipient is."""
    column = utf8.strings(recipients)
    keys = [derive_key(secret, f"id:{half}:{campaign}") for half in ("a", "b")]
    start = f"{slug}-".encode()
    letters = np.empty((len(column), len(start) + 32), dtype=np.uint8)
    letters[:, : len(start)] = np.frombuffer(start, dtype=np.uint8)
    for half, hashed in enumerate(hash_texts_by(column, keys)):
        at = len(start) + 16 * half
        letters[:, at : at + 16] = _hex(hashed)
    return utf8.with_nulls(utf8.fixed_width(letters), utf8.nulls(column))


def _hex(hashes: Hashes) -> npt.NDArray[np.uint8]:
    """N hashes as N × 16 hexadecimal digits."""
    octets = hashes.astype(">u8").view(np.uint8).reshape(len(hashes), 8)
    return _HEX[octets].view(np.uint8).reshape(len(hashes), 16)


def repeats(texts: pd.Series[Any], hashes: Hashes, rows: Mask) -> Mask:
    """True where a text has stood in an earlier one of these rows.

    As a rule the hashes show at once that no two are alike; only rows whose hashes are have
    their texts compared.

    Args:
        texts: N strings.
        hashes: N `uint64`, equal where texts are.
        rows: bool, length N: the rows to look at.
    """
    found = np.zeros(len(hashes), dtype=bool)
    if not _any_alike(hashes if rows.all() else hashes[rows]):
        return found
    alike = np.flatnonzero(rows)[pd.Series(hashes[rows]).duplicated(keep=False)]
    found[alike] = texts.iloc[alike].duplicated().to_numpy()
    return found


def _any_alike(hashes: Hashes) -> bool:
    """Whether any two are equal.

    They are dealt into 256 heaps by their first bits, and of each the last 32 bits are sorted: the
    heaps of a million hashes fit the processor's cache, so that takes a third of the time of one
    sort. Only a heap in which those bits are met twice is sorted as it is.
    """
    first = (hashes >> np.uint64(56)).astype(np.uint8)
    dealt = hashes.astype(np.uint32)[np.argsort(first, kind="stable")]
    ends = np.cumsum(np.bincount(first, minlength=256))
    heaps = np.split(dealt, ends[:-1])
    return any(
        _repeat(heap) and _repeat(hashes[first == number]) for number, heap in enumerate(heaps)
    )


def _repeat(numbers: npt.NDArray[Any]) -> bool:
    """Whether any two are equal; sorts them in place."""
    numbers.sort()
    return bool((numbers[1:] == numbers[:-1]).any())
