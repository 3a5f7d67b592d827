"""Keyed 64-bit hashes of columns: for derived ids, and for what the ledger remembers.

SipHash-2-4, spread by a one-to-one function, as `pandas.util.hash_array` computes it for
strings. The values are kept for years in ledgers, so a test pins some of them: a pandas that
hashed otherwise would be noticed there and not by people who are messaged again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Hashes = npt.NDArray[np.uint64]


def derive_key(secret: bytes, purpose: str) -> str:
    """A 16-character key for one purpose, from the ledger's secret."""
    return hashlib.blake2b(purpose.encode(), key=secret, digest_size=8).hexdigest()


def hash_texts(texts: pd.Series[Any] | npt.NDArray[np.object_], key: str) -> Hashes:
    """Hash N strings to N `uint64`; a missing one hashes as the empty string marked absent."""
    values = np.asarray(texts, dtype=object)
    absent = pd.isna(values)
    plain = np.where(absent, "\x00absent", values).astype(object)
    return np.asarray(
        pd.util.hash_array(plain, encoding="utf8", hash_key=key, categorize=False),
        dtype=np.uint64,
    )


def hash_rows(columns: Mapping[str, pd.Series[Any]], secret: bytes) -> Hashes:
    """Hash N rows of named text columns to N `uint64`.

    Every column has a key of its own, made from its name, and an absent column counts as one
    that is empty throughout: adding a column that holds nothing changes no hash.
    """
    size = len(next(iter(columns.values())))
    total = np.zeros(size, dtype=np.uint64)
    for name in sorted(columns):
        values = columns[name]
        present = values.notna().to_numpy(dtype=bool)
        if present.any():
            hashed = hash_texts(values, derive_key(secret, f"content:{name}"))
            total = np.where(present, total ^ hashed, total)
    return total


def recipient_hashes(phones: pd.Series[Any] | npt.NDArray[np.object_], secret: bytes) -> Hashes:
    """What a ledger knows N recipients (E.164) by, whatever the ids of their messages."""
    return hash_texts(phones, derive_key(secret, "recipient"))


def derive_ids(
    recipients: pd.Series[Any], campaign: str, slug: str, secret: bytes
) -> pd.Series[Any]:
    """Tracking ids for N recipients: `<slug>-<32 hex digits>`; None where a recipient is."""
    present = recipients.notna()
    halves = [
        hash_texts(recipients, derive_key(secret, f"id:{half}:{campaign}")) for half in ("a", "b")
    ]
    ids = [f"{slug}-{high:016x}{low:016x}" for high, low in zip(*halves, strict=True)]
    return pd.Series(ids, dtype=object).where(present.to_numpy(dtype=bool), None)
