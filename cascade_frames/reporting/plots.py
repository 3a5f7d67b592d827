"""`results.cascade.plot`: pictures of a result table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cascade_frames.reporting.channels import channels_table
from cascade_frames.reporting.facts import Facts, read_facts
from cascade_frames.reporting.pictures import channels_picture, funnel_picture, timeline_picture
from cascade_frames.reporting.stages import fell_out_table, funnel_table
from cascade_frames.reporting.timeline import read_interval, read_zone, timeline_table

if TYPE_CHECKING:
    from datetime import tzinfo

    import pandas as pd

    from cascade_frames.reporting.drawing import Picture
    from cascade_frames.reporting.timeline import Interval


@dataclass(frozen=True, repr=False)
class Plots:
    """Pictures of one result table.

    Each is a `matplotlib.figure.Figure` that a notebook shows; `savefig("funnel.png")` writes it
    to a file. It needs `pip install 'cascade-frames[report]'`.

    Attributes:
        results: the table.
        suffix: of its columns; each picture may name another.
    """

    results: pd.DataFrame
    suffix: str | None = None

    def __repr__(self) -> str:
        """What there is."""
        return "<Plots: .funnel(), .channels(), .timeline()>"

    def funnel(self, *, suffix: str | None = None) -> Picture:
        """A bar for each stage, from rows to delivered, and what did not come so far.

        Raises:
            MappingError: this is no result table.
            UsageError: matplotlib is not installed.
        """
        facts = self._facts(suffix)
        return funnel_picture(funnel_table(facts), fell_out_table(facts))

    def channels(self, *, suffix: str | None = None) -> Picture:
        """A bar for each channel that delivered, with what a message cost.

        Raises:
            MappingError, UsageError: as `funnel`.
        """
        return channels_picture(channels_table(self._facts(suffix)))

    def timeline(
        self,
        *,
        tz: str | tzinfo = "UTC",
        every: Interval | None = None,
        suffix: str | None = None,
    ) -> Picture:
        """Messages accepted and delivered, per interval of time.

        Args:
            tz: the time zone to tell times in.
            every: the interval, such as `"5min"`; chosen where left out.
            suffix: of the result's columns.

        Raises:
            MappingError, UsageError: as `funnel`; or there is no such zone or interval.
        """
        facts, zone = self._facts(suffix), read_zone(tz)
        interval = read_interval(facts, every)
        return timeline_picture(timeline_table(facts, zone, interval), interval, zone)

    def _facts(self, suffix: str | None) -> Facts:
        return read_facts(self.results, self.suffix if suffix is None else suffix)
