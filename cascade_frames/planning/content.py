"""What a message says, as one hash: the ledger's memory of content, without the content."""

from __future__ import annotations

from typing import Any

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.contract import Field
from cascade_frames.planning import hashing, utf8
from cascade_frames.planning.distinct import map_objects
from cascade_frames.planning.hashing import Hashes, hash_rows


def message_hashes(table: pd.DataFrame, secret: bytes) -> tuple[Hashes, Hashes]:
    """`content_hashes` and `hashing.recipient_hashes` of messages that all have a recipient.

    Phones count in both, so they are gone through once for the two.
    """
    keys = (hashing.content_key(Field.TO_PHONE, secret), hashing.recipient_key(secret))
    contents, recipients = hashing.hash_texts_by(table[Field.TO_PHONE], keys)
    contents ^= content_hashes(table.drop(columns=Field.TO_PHONE), secret)
    return contents, recipients


def content_hashes(table: pd.DataFrame, secret: bytes) -> Hashes:
    """A keyed 64-bit hash of everything in each message but its id."""
    columns = {name: table[name] for name in table.columns if name != Field.ID}
    said = {name: _as_text(values) for name, values in columns.items() if values.notna().any()}
    return hash_rows(said, len(table), secret)


def _as_text(values: pd.Series[Any]) -> pa.LargeStringArray:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return _moments(values)
    if values.dtype == "Int64":
        return _numbers(pa.array(values))
    if values.dtype == object:
        values = map_objects(values, _flat)
    return utf8.strings(values)


def _numbers(values: pa.Int64Array) -> pa.LargeStringArray:
    """In digits; one number for all rows, as a ttl mostly is, as one text."""
    if not values.null_count and pc.min(values) == pc.max(values):
        values = values[:1]
    return values.cast(utf8.TYPE)


def _moments(values: pd.Series[Any]) -> pa.LargeStringArray:
    """As `2026-01-02T10:00:00.000000Z`. Arrow writes moments without a zone far faster."""
    plain = pa.array(values.dt.tz_convert("UTC").dt.tz_localize(None).dt.as_unit("us"))
    distinct = plain.dictionary_encode()
    written = pc.strftime(distinct.dictionary, format="%Y-%m-%dT%H:%M:%SZ").cast(utf8.TYPE)
    return written.take(distinct.indices)


def _flat(value: object) -> object:
    if isinstance(value, list):
        return msgspec.json.encode(value).decode()
    return value.decode() if isinstance(value, bytes) else value
