"""The encoder's slow twin: plain Python, a row at a time, which the fast one must equal."""

import msgspec
import numpy as np
import pandas as pd


def encode(messages, positions):
    """Return the body for the messages at these positions."""
    columns = {
        name: plain(messages[name])[positions]
        for name in messages.columns
        if messages[name].notna().any()
    }
    return msgspec.json.encode(
        [
            {name: value for name, value in zip(columns, row, strict=True) if value is not None}
            for row in zip(*columns.values(), strict=True)
        ]
    )


def plain(values):
    """Return a column as Python values that JSON has, None where a value is missing."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        written = values.map(utc_text)
    elif values.dtype == "Int64":
        written = values.astype(object)
    else:
        written = values.map(lambda one: msgspec.Raw(one) if isinstance(one, bytes) else one)
    written = written.astype(object)
    return np.asarray(written.where(written.notna(), None), dtype=object)


def utc_text(moment):
    """Return a moment in ISO 8601, in UTC."""
    if pd.isna(moment):
        return None
    return moment.tz_convert("UTC").tz_localize(None).isoformat() + "Z"
