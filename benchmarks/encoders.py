"""Encoding alone, as the good and the expert's loop do it, and as `to_dict` does."""

from __future__ import annotations

import msgspec
import orjson
import pandas as pd

from benchmarks.contestants.expert import Message
from benchmarks.contract import BATCH, FIELDS


def structs(frame: pd.DataFrame) -> list[bytes]:
    """Every batch's body, from msgspec structs."""
    columns = [frame[name] for name in FIELDS]
    encoder = msgspec.json.Encoder()
    bodies = []
    for start in range(0, len(frame), BATCH):
        values = [column.iloc[start : start + BATCH].tolist() for column in columns]
        bodies.append(encoder.encode([Message(*row) for row in zip(*values, strict=True)]))
    return bodies


def records(frame: pd.DataFrame) -> list[bytes]:
    """Every batch's body, from `to_dict("records")` through orjson."""
    return [
        orjson.dumps(frame.iloc[start : start + BATCH].to_dict("records"))
        for start in range(0, len(frame), BATCH)
    ]
