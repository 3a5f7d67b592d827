"""`df.cascade`: the verbs on a DataFrame. It only delegates, and holds no state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import pandas as pd

from cascade_frames import result_verbs, verbs
from cascade_frames.loading import one_at_a_time
from cascade_frames.options import (
    ComposeOptions,
    ExploreOptions,
    PlanOptions,
    ReportOptions,
    SendOptions,
    TrackOptions,
    spelled_out,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cascade_frames.notebook.composer import Composer
    from cascade_frames.notebook.explorer import Explorer
    from cascade_frames.notebook.still import StillExplorer, StillPanel
    from cascade_frames.planning.plan import Plan
    from cascade_frames.reporting.plots import Plots
    from cascade_frames.reporting.report import Report
    from cascade_frames.runs import Run
    from cascade_frames.trackings import Tracking


@pd.api.extensions.register_dataframe_accessor("cascade")
class CascadeAccessor:
    """The verbs on a segment: `plan`, `validate`, `send`, `start`, `compose`.

    And on a result table: `track`, `start_tracking`, `estimate`, `explore`, `report`, `plot`.
    """

    def __init__(self, segment: pd.DataFrame) -> None:
        self._segment = segment

    @spelled_out(PlanOptions)
    def plan(self, **options: Unpack[PlanOptions]) -> Plan:
        """Plan a send. See `cascade_frames.plan`."""
        return verbs.plan(self._segment, **options)

    @spelled_out(PlanOptions)
    def validate(self, **options: Unpack[PlanOptions]) -> pd.DataFrame:
        """Check the segment. See `cascade_frames.validate`."""
        return verbs.validate(self._segment, **options)

    @spelled_out(SendOptions)
    def send(self, **options: Unpack[SendOptions]) -> pd.DataFrame:
        """Plan, send, wait. See `cascade_frames.send`."""
        return verbs.send(self._segment, **options)

    @spelled_out(SendOptions)
    def start(self, **options: Unpack[SendOptions]) -> Run:
        """Plan, and begin to send. See `cascade_frames.start`."""
        return verbs.start(self._segment, **options)

    @spelled_out(ComposeOptions)
    def compose(self, **options: Unpack[ComposeOptions]) -> Composer | StillPanel:
        """Compose a send in a notebook. See `cascade_frames.compose`."""
        return verbs.compose(self._segment, **options)

    @spelled_out(TrackOptions)
    def track(self, **options: Unpack[TrackOptions]) -> pd.DataFrame:
        """Ask what became of the messages, wait. See `cascade_frames.track`."""
        return result_verbs.track(self._segment, **options)

    @spelled_out(TrackOptions)
    def start_tracking(self, **options: Unpack[TrackOptions]) -> Tracking:
        """Begin to ask what became of the messages. See `cascade_frames.start_tracking`."""
        return result_verbs.start_tracking(self._segment, **options)

    def estimate(self, *, confidence: float = 0.95, suffix: str | None = None) -> pd.DataFrame:
        """Estimate from a sample how all stand. See `cascade_frames.estimate`."""
        return result_verbs.estimate(self._segment, confidence=confidence, suffix=suffix)

    @spelled_out(ExploreOptions)
    def explore(self, **options: Unpack[ExploreOptions]) -> Explorer | StillExplorer:
        """Explore a result table in a notebook. See `cascade_frames.explore`."""
        return result_verbs.explore(self._segment, **options)

    @spelled_out(ReportOptions)
    def report(self, by: str | Sequence[str] = (), **options: Unpack[ReportOptions]) -> Report:
        """Report what came of a send. See `cascade_frames.report`."""
        return result_verbs.report(self._segment, by, **options)

    @property
    def plot(self) -> Plots:
        """Pictures of a result table: `plot.funnel()`, `.channels()`, `.timeline()`."""
        with one_at_a_time:
            from cascade_frames.reporting.plots import Plots
        return Plots(self._segment)


for _verb in (
    *(verbs.plan, verbs.validate, verbs.send, verbs.start, verbs.compose),
    *(result_verbs.track, result_verbs.start_tracking, result_verbs.estimate),
    *(result_verbs.explore, result_verbs.report),
):
    getattr(CascadeAccessor, _verb.__name__).__doc__ = _verb.__doc__
