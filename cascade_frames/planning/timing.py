"""Durations and schedules: what callers write, brought to seconds and to UTC."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from cascade_frames.planning.distinct import distinct_values
from cascade_frames.planning.utf8 import Mask

_UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)\s*", re.IGNORECASE)
DURATION_HELP: Final = (
    'a whole number of seconds, a string such as "2d", "12h" or "90min", or a timedelta'
)
# ISO 8601 only: pandas would also read 01/02/2026 (as January), "10:00" (as today) and "now".
_DATE: Final = r"\d{4}-\d{2}-\d{2}|\d{8}"
_TIME: Final = r"\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?|\d{4}(?:\d{2})?"
_ZONE: Final = r"Z|[+-]\d{2}:?\d{2}|\s?UTC"
_ISO: Final = re.compile(
    rf"(?:{_DATE})(?:[T ](?:{_TIME})\s?(?P<zone>{_ZONE})?)?", re.IGNORECASE | re.ASCII
)


def to_seconds(value: object) -> int | None:
    """A duration in whole seconds, or None where it is not one (see `DURATION_HELP`)."""
    seconds: float
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, timedelta | np.timedelta64):
        seconds = _of_timedelta(value)
    elif isinstance(value, int | np.integer):
        seconds = float(value) if 0 < value < 2**31 else math.nan
    elif isinstance(value, float | np.floating):
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
    return int(seconds) if 0 < seconds < 2**31 and seconds % 1 == 0 else None


def _of_timedelta(value: timedelta | np.timedelta64) -> float:
    try:
        return pd.Timedelta(value).total_seconds()
    except ValueError:  # months and years have no fixed length
        return math.nan


def seconds_column(values: pd.Series[Any], missing: Mask) -> tuple[pd.Series[Any], Mask]:
    """A column of durations in seconds (`Int64`, NA where missing) and a mask of bad ones."""
    codes, uniques = distinct_values(values, missing)
    distinct = [to_seconds(value) for value in uniques.tolist()]
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
    codes, uniques = distinct_values(values, missing)
    moments: list[pd.Timestamp | None] = []
    naive: list[bool] = []
    for value in uniques.tolist():
        moment, zoned = _moment(value)
        moments.append(moment)
        naive.append(not zoned)
    column = pd.Series(pd.DatetimeIndex([*moments, None], tz="UTC").as_unit("us")[codes])
    without_zone = np.array([*naive, False])[codes] & ~missing
    return column, without_zone, column.isna().to_numpy() & ~missing & ~without_zone


def _moment(value: object) -> tuple[pd.Timestamp | None, bool]:
    """The moment in UTC where it is one with a zone, and whether it lacks nothing but that."""
    if isinstance(value, str):
        value = value.strip()
        if not _ISO.fullmatch(value):
            return None, True
    elif not isinstance(value, datetime):
        return None, True
    try:
        moment = pd.Timestamp(value)
        if moment.tzinfo is None:
            return None, pd.isna(moment)
        return moment.tz_convert("UTC"), True
    except (ValueError, OverflowError):
        return None, True


def _none(size: int) -> Mask:
    return np.zeros(size, dtype=bool)


def _nat(size: int) -> pd.Series[Any]:
    return pd.Series(pd.DatetimeIndex([pd.NaT] * size, tz="UTC").as_unit("us"))
