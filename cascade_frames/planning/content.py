"""What a message says, as one hash: the ledger's memory of content, without the content."""

from __future__ import annotations

from typing import Any

import msgspec
import pandas as pd

from cascade_frames.contract import Field
from cascade_frames.planning.hashing import Hashes, hash_rows


def content_hashes(table: pd.DataFrame, secret: bytes) -> Hashes:
    """A keyed 64-bit hash of everything in each message but its id."""
    columns = {name: _as_hashable(table[name]) for name in table.columns if name != Field.ID}
    return hash_rows(columns, secret)


def _as_hashable(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        moments: pd.Series[Any] = values.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ").astype(object)
        return moments
    if values.dtype == "Int64":
        return values.astype("str").astype(object).where(values.notna(), None)
    return values.map(_flat).astype(object)


def _flat(value: object) -> object:
    if isinstance(value, list):
        return msgspec.json.encode(value).decode()
    return value.decode() if isinstance(value, bytes) else value
