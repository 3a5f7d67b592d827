"""All numbers of a report, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

import pandas as pd

from cascade_frames.errors import UsageError
from cascade_frames.reporting.channels import channels_table
from cascade_frames.reporting.costs import costs_table
from cascade_frames.reporting.estimate_table import estimate_table
from cascade_frames.reporting.failures import failures_table
from cascade_frames.reporting.levels import segment_table
from cascade_frames.reporting.savings import savings_table
from cascade_frames.reporting.stages import fell_out_table, funnel_table
from cascade_frames.reporting.timeline import read_interval, read_zone, timeline_table

if TYPE_CHECKING:
    from cascade_frames.reporting.facts import Facts
    from cascade_frames.reporting.savings import SmsCost
    from cascade_frames.reporting.timeline import Interval

NAMES: Final = (
    "funnel",
    "fell_out",
    "channels",
    "costs",
    "savings",
    "timeline",
    "failures",
    "estimate",
)


@dataclass(frozen=True)
class Figures:
    """The tables of a report; each is described where it is made.

    Attributes:
        estimate: what a sample tells of all accepted messages; empty where all were asked about.
        segments: one table for each column that was asked for, by its name.
        zone, every: of the timeline.
    """

    funnel: pd.DataFrame
    fell_out: pd.DataFrame
    channels: pd.DataFrame
    costs: pd.DataFrame
    savings: pd.DataFrame
    timeline: pd.DataFrame
    failures: pd.DataFrame
    estimate: pd.DataFrame
    segments: dict[str, pd.DataFrame]
    zone: tzinfo
    every: Interval

    def named(self) -> dict[str, pd.DataFrame]:
        """Every table but those of segments, by name."""
        return {name: getattr(self, name) for name in NAMES}


def make_figures(
    facts: Facts,
    by: Sequence[str],
    sms_cost: SmsCost | None,
    zone: str | tzinfo,
    every: Interval | None,
    most: int,
) -> Figures:
    """Work the tables out.

    Args:
        facts: the results.
        by: columns of the segment.
        sms_cost: see `savings_table`.
        zone: a time zone or its name.
        every: the timeline's interval; None chooses one.
        most: how many values of a column have rows of their own.

    Raises:
        MappingError: a column is not there or cannot be grouped.
        UsageError: another argument is wrong.
    """
    if most < 1:
        raise UsageError("most: at least one value of a column has a row of its own.")
    place = read_zone(zone)
    interval = read_interval(facts, every)
    return Figures(
        funnel=funnel_table(facts),
        fell_out=fell_out_table(facts),
        channels=channels_table(facts),
        costs=costs_table(facts),
        savings=savings_table(facts, sms_cost),
        timeline=timeline_table(facts, place, interval),
        failures=failures_table(facts),
        estimate=estimate_table(facts),
        segments={column: segment_table(facts, column, most) for column in by},
        zone=place,
        every=interval,
    )
