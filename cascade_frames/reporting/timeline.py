"""Messages accepted and delivered over time."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Final, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from cascade_frames.errors import UsageError

if TYPE_CHECKING:
    from cascade_frames.reporting.facts import Facts

Interval = Literal["1s", "5s", "15s", "1min", "5min", "15min", "1h", "1D"]
INTERVALS: Final[tuple[Interval, ...]] = get_args(Interval)
_DAY: Final[Interval] = "1D"
_FEW: Final = 60
_MOST: Final = 10_000


def timeline_table(facts: Facts, zone: tzinfo, every: Interval) -> pd.DataFrame:
    """Messages per interval, from the first sent to the last delivered, empty ones too.

    Args:
        facts: the results.
        zone: where days begin, and in which times are told.
        every: the interval.

    Returns:
        `start` (datetime64[us, zone], of the interval), `accepted` (int64, by `sent_at`), and
        where the results are tracked `delivered` (int64, by `delivered_at`). Rows without the
        time in question are left out. Days are those of the zone; shorter intervals begin at
        full ones of UTC.

    Raises:
        UsageError: it makes more than 10,000 intervals.
    """
    begun = {name: _begin(values, every, zone) for name, values in _times(facts).items()}
    starts = _starts(pd.concat(list(begun.values())), every)
    counts = {
        name: values.value_counts().reindex(starts, fill_value=0).to_numpy()
        for name, values in begun.items()
    }
    table = pd.DataFrame({"start": _told(starts, every, zone), **counts})
    return table.astype(dict.fromkeys(counts, "int64"))


def read_interval(facts: Facts, every: Interval | None) -> Interval:
    """The interval that was asked for, or the shortest that makes at most 60 of them.

    Raises:
        UsageError: there is no such interval.
    """
    if every is not None and every not in INTERVALS:
        raise UsageError(f"every: choose one of {', '.join(INTERVALS)}.")
    times = pd.concat(list(_times(facts).values()))
    if every is not None or not len(times):
        return every or _DAY
    span = times.max() - times.min()
    return next((one for one in INTERVALS if span <= pd.Timedelta(one) * _FEW), _DAY)


def read_zone(zone: str | tzinfo) -> tzinfo:
    """The zone of that name.

    Raises:
        UsageError: there is none.
    """
    if isinstance(zone, tzinfo):
        return zone
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise UsageError(f"tz: there is no time zone {zone!r}; such as 'Europe/Kyiv'.") from None


def _times(facts: Facts) -> dict[str, pd.Series[pd.Timestamp]]:
    times = {"accepted": facts.accepted["sent_at"].dropna()}
    if facts.tracked:
        times["delivered"] = facts.delivered["delivered_at"].dropna()
    return times


def _begin(times: pd.Series[pd.Timestamp], every: str, zone: tzinfo) -> pd.Series[pd.Timestamp]:
    """The beginning of each time's interval: in UTC, but of days the zone's date, without one."""
    if every != _DAY:
        return times.dt.floor(every)
    return times.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()


def _starts(begun: pd.Series[pd.Timestamp], every: str) -> pd.DatetimeIndex:
    if not len(begun):
        return pd.DatetimeIndex(begun)
    first, last = begun.min(), begun.max()
    if (last - first) / pd.Timedelta(every) > _MOST:
        raise UsageError(f"every={every!r} makes more than {_MOST:,} intervals: take a longer one.")
    return pd.date_range(first, last, freq=every, unit="us")


def _told(starts: pd.DatetimeIndex, every: str, zone: tzinfo) -> pd.DatetimeIndex:
    if every != _DAY:
        return starts.tz_convert(zone)
    # A midnight that a change of the clocks skips or repeats is the first moment of its day.
    first = np.ones(len(starts), dtype=bool)
    return starts.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
