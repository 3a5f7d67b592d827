"""The tables of a report as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cascade_frames.errors import UsageError
from cascade_frames.reporting.cells import (
    NOTHING,
    count,
    currency_of,
    money_each,
    percent,
    shortened,
)

if TYPE_CHECKING:
    from datetime import tzinfo

    from cascade_frames.reporting.drawing import Picture

INSTALL: Final = "pip install 'cascade-frames[report]'"
_MOST_CHANNELS: Final = 12
_MOST_FATES: Final = 4
_INTERVALS: Final = {
    "1s": "second",
    "5s": "5 s",
    "15s": "15 s",
    "1min": "minute",
    "5min": "5 minutes",
    "15min": "15 minutes",
    "1h": "hour",
    "1D": "day",
}


def funnel_picture(funnel: pd.DataFrame, fell_out: pd.DataFrame) -> Picture:
    """A bar for each stage, and beneath it what did not come so far.

    Args:
        funnel, fell_out: see `stages`.

    Raises:
        UsageError: matplotlib is not installed.
    """
    need_drawing()
    from cascade_frames.reporting.drawing import draw_bars

    stages, rows = funnel["stage"].tolist(), funnel["rows"].tolist()
    told = ", ".join(f"{stage} {count(n)}" for stage, n in zip(stages, rows, strict=True))
    labels = _labels(funnel["rows"], funnel["share"])
    lost = [_lost(fell_out[fell_out["stage"].eq(stage)]) for stage in stages]
    fell = funnel["fell_out"].tolist()
    return draw_bars(f"Funnel: {told}", "rows", stages, rows, labels, fell, lost)


def channels_picture(channels: pd.DataFrame) -> Picture:
    """A bar for each channel that delivered, with what a message cost where that is one currency.

    Args:
        channels: see `channels`.

    Raises:
        UsageError: matplotlib is not installed.
    """
    need_drawing()
    from cascade_frames.reporting.drawing import draw_bars, draw_words

    if channels.empty:
        return draw_words("Delivered by channel: nothing is known to be delivered")
    shown = channels.head(_MOST_CHANNELS)
    names = [shortened(name) for name in shown["channel"].fillna("channel not known")]
    plain = _labels(shown["delivered"], shown["share"])
    labels = [label + each for label, each in zip(plain, _each(shown), strict=True)]
    told = ", ".join(f"{name} {label}" for name, label in zip(names, labels, strict=True))
    lengths = shown["delivered"].tolist()
    return draw_bars(f"Delivered by channel: {told}", "delivered messages", names, lengths, labels)


def timeline_picture(timeline: pd.DataFrame, every: str, zone: tzinfo) -> Picture:
    """Accepted and delivered messages of each interval.

    Args:
        timeline: see `timeline`.
        every: its interval.
        zone: in which times are told.

    Raises:
        UsageError: matplotlib is not installed.
    """
    need_drawing()
    from cascade_frames.reporting.drawing import draw_steps, draw_words

    if timeline.empty:
        return draw_words("Over time: nothing was accepted or delivered at a known time")
    starts = timeline["start"].dt.tz_convert("UTC").dt.tz_localize(None)
    edges = pd.concat([starts, starts.tail(1) + pd.Timedelta(every)]).to_numpy()
    lines = {name: timeline[name].to_numpy() for name in timeline.columns[1:]}
    sums = ", ".join(f"{count(line.sum())} {name}" for name, line in lines.items())
    first, last = timeline["start"].iloc[[0, -1]]
    unit = f"messages per {_INTERVALS[every]}"
    alt = f"{unit} from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}: {sums}".capitalize()
    return draw_steps(alt, unit, edges, lines, zone)


def need_drawing() -> None:
    """Say what to install where matplotlib is missing.

    Raises:
        UsageError: it is.
    """
    try:
        import cascade_frames.reporting.drawing  # noqa: F401 - asked for, not used
    except ImportError:
        raise UsageError(f"Pictures need matplotlib: {INSTALL}.") from None


def _lost(fates: pd.DataFrame) -> str:
    """What fell out before a stage, in words."""
    if fates.empty:
        return ""
    shown = fates.head(_MOST_FATES)
    pairs = zip(shown["rows"], shown["fate"], strict=True)
    told = [f"{count(rows)} {shortened(fate)}" for rows, fate in pairs]
    others = fates["rows"].iloc[_MOST_FATES:].sum()
    return "less " + ", ".join(told + ([f"{count(others)} others"] if others else []))


def _each(channels: pd.DataFrame) -> list[str]:
    """What a delivered message cost on each channel; nothing where there are several currencies."""
    prices = [one for one in channels.columns if one.startswith("cost_per_delivered_")]
    if len(prices) != 1:
        return [""] * len(channels)
    currency = shortened(currency_of(prices[0]))
    each = channels[prices[0]]
    return ["" if pd.isna(one) else f"  {money_each(one)} {currency} each" for one in each]


def _labels(counts: pd.Series[int], shares: pd.Series[float]) -> list[str]:
    return [
        f"{count(rows)}  {NOTHING if pd.isna(part) else percent(part)}"
        for rows, part in zip(counts, shares, strict=True)
    ]
