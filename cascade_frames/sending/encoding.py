"""Messages to the JSON array that the API takes."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pandas as pd

from cascade_frames.contract import Field


class MessageEncoder:
    """Writes slices of a message table as request bodies.

    Fields are written in the order of the API document, then those passed through; a field
    without a value is left out. Schedules are written in UTC, to the second where it is whole.
    """

    def __init__(self, messages: pd.DataFrame) -> None:
        self._columns = {
            str(name): _plain(messages[name])
            for name in messages.columns
            if messages[name].notna().any()
        }
        self.ids: npt.NDArray[np.object_] = messages[Field.ID].to_numpy(dtype=object)

    def encode(self, positions: npt.NDArray[np.int64]) -> bytes:
        """The body for the messages at these positions, as compact UTF-8 JSON."""
        names = list(self._columns)
        columns = [self._columns[name][positions] for name in names]
        return msgspec.json.encode(
            [
                {name: value for name, value in zip(names, row, strict=True) if value is not None}
                for row in zip(*columns, strict=True)
            ]
        )


def _plain(values: pd.Series[Any]) -> npt.NDArray[np.object_]:
    """A column as Python values that JSON has, None where a value is missing."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        plain = values.map(_utc_text)
    elif values.dtype == "Int64":
        plain = values.astype(object)
    else:
        plain = values.map(lambda value: msgspec.Raw(value) if isinstance(value, bytes) else value)
    plain = plain.astype(object)
    return np.asarray(plain.where(plain.notna(), None), dtype=object)


def _utc_text(moment: pd.Timestamp) -> str | None:
    if pd.isna(moment):
        return None
    return moment.tz_convert("UTC").tz_localize(None).isoformat() + "Z"
