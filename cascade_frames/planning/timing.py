"""Durations and schedules: what callers write, brought to seconds and to UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from cascade_frames.planning.faults import Mask

_UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)\s*", re.IGNORECASE)
DURATION_HELP: Final = (
    'a whole number of seconds, a string such as "2d", "12h" or "90min", or a timedelta'
)
_ZONED: Final = re.compile(r".*(?:Z|[+-]\d{2}:?\d{2}(?::\d{2})?|\sUTC)\s*$", re.IGNORECASE)


def to_seconds(value: object) -> int | None:
    """A duration in whole seconds, or None where it is not one (see `DURATION_HELP`)."""
    seconds: float
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, timedelta | np.timedelta64):
        seconds = pd.Timedelta(value).total_seconds()
    elif isinstance(value, int | float | np.integer | np.floating):
        seconds = float(value)
    elif isinstance(value, str):
        found = _DURATION.fullmatch(value)
        if found:
            seconds = float(found[1]) * _UNITS[found[2].lower()]
        elif re.fullmatch(r"\s*\d+(\.0+)?\s*", value):
            seconds = float(value)
        else:
            return None
    else:
        return None
    return int(seconds) if seconds > 0 and seconds.is_integer() and seconds < 2**31 else None


def seconds_column(values: pd.Series[Any], missing: Mask) -> tuple[pd.Series[Any], Mask]:
    """A column of durations in seconds (`Int64`, NA where missing) and a mask of bad ones."""
    codes, uniques = pd.factorize(values.where(~pd.Series(missing), None))
    distinct = [to_seconds(value) for value in pd.Series(uniques).tolist()]
    seconds = pd.array([*distinct, None], dtype="Int64")[codes]
    column = pd.Series(seconds, dtype="Int64")
    return column, column.isna().to_numpy(dtype=bool) & ~missing


def utc_column(values: pd.Series[Any], missing: Mask) -> tuple[pd.Series[Any], Mask, Mask]:
    """A column of schedules in UTC.

    Args:
        values: N tz-aware datetimes or ISO 8601 strings with an offset.
        missing: bool, length N; those come back as NaT.

    Returns:
        N `datetime64[us, UTC]`, a mask of values without a zone, and a mask of values that are
        no date and time.
    """
    size = len(values)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.tz_convert("UTC").dt.as_unit("us"), _none(size), _none(size)
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return _nat(size), ~missing, _none(size)
    codes, uniques = pd.factorize(values.where(~pd.Series(missing), None))
    moments: list[pd.Timestamp | None] = []
    naive: list[bool] = []
    for value in pd.Series(uniques).tolist():
        moment, zoned = _moment(value)
        moments.append(moment)
        naive.append(not zoned)
    column = pd.Series(pd.DatetimeIndex([*moments, None], tz="UTC").as_unit("us")[codes])
    without_zone = np.array([*naive, False])[codes] & ~missing
    return column, without_zone, column.isna().to_numpy() & ~missing & ~without_zone


def _moment(value: object) -> tuple[pd.Timestamp | None, bool]:
    """The moment in UTC where it is one with a zone, and whether it lacks nothing but that."""
    if not isinstance(value, str | datetime):
        return None, True
    try:
        moment = pd.Timestamp(value)
    except (ValueError, OverflowError):
        return None, True
    if pd.isna(moment):
        return None, True
    if moment.tzinfo is None:
        return None, False
    if isinstance(value, str) and not _ZONED.fullmatch(value):
        return None, True
    return moment.tz_convert("UTC"), True


def _none(size: int) -> Mask:
    return np.zeros(size, dtype=bool)


def _nat(size: int) -> pd.Series[Any]:
    return pd.Series(pd.DatetimeIndex([pd.NaT] * size, tz="UTC").as_unit("us"))
