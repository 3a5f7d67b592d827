"""`df.cascade`: the verbs on a DataFrame. It only delegates, and holds no state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import pandas as pd

from cascade_frames import verbs
from cascade_frames.loading import one_at_a_time
from cascade_frames.options import (
    ComposeOptions,
    PlanOptions,
    SendOptions,
    TrackOptions,
    spelled_out,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from cascade_frames.notebook.composer import Composer
    from cascade_frames.notebook.explorer import Explorer
    from cascade_frames.notebook.still import StillExplorer, StillPanel
    from cascade_frames.planning.plan import PanelLook, Plan
    from cascade_frames.reporting.plots import Plots
    from cascade_frames.reporting.report import Report
    from cascade_frames.reporting.timeline import Interval
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
        return verbs.track(self._segment, **options)

    @spelled_out(TrackOptions)
    def start_tracking(self, **options: Unpack[TrackOptions]) -> Tracking:
        """Begin to ask what became of the messages. See `cascade_frames.start_tracking`."""
        return verbs.start_tracking(self._segment, **options)

    def estimate(self, *, confidence: float = 0.95, suffix: str | None = None) -> pd.DataFrame:
        """Estimate from a sample how all stand. See `cascade_frames.estimate`."""
        return verbs.estimate(self._segment, confidence=confidence, suffix=suffix)

    def explore(
        self,
        *,
        outcome: str | Sequence[str] = (),
        reason: str | Sequence[str] = (),
        channel: str | Sequence[str] = (),
        search: str = "",
        suffix: str | None = None,
        ui: PanelLook = "auto",
    ) -> Explorer | StillExplorer:
        """Explore a result table in a notebook. See `cascade_frames.explore`."""
        return verbs.explore(
            self._segment,
            outcome=outcome,
            reason=reason,
            channel=channel,
            search=search,
            suffix=suffix,
            ui=ui,
        )

    def report(
        self,
        by: str | Sequence[str] = (),
        *,
        suffix: str | None = None,
        sms_cost: float | Mapping[str, float] | None = None,
        tz: str | tzinfo = "UTC",
        every: Interval | None = None,
        most: int = 20,
    ) -> Report:
        """Report what came of a send. See `cascade_frames.report`."""
        return verbs.report(
            self._segment, by, suffix=suffix, sms_cost=sms_cost, tz=tz, every=every, most=most
        )

    @property
    def plot(self) -> Plots:
        """Pictures of a result table: `plot.funnel()`, `.channels()`, `.timeline()`."""
        with one_at_a_time:
            from cascade_frames.reporting.plots import Plots
        return Plots(self._segment)


CascadeAccessor.report.__doc__ = verbs.report.__doc__
CascadeAccessor.explore.__doc__ = verbs.explore.__doc__
CascadeAccessor.compose.__doc__ = verbs.compose.__doc__
CascadeAccessor.start.__doc__ = verbs.start.__doc__
CascadeAccessor.plan.__doc__ = verbs.plan.__doc__
CascadeAccessor.validate.__doc__ = verbs.validate.__doc__
CascadeAccessor.send.__doc__ = verbs.send.__doc__
CascadeAccessor.track.__doc__ = verbs.track.__doc__
CascadeAccessor.start_tracking.__doc__ = verbs.start_tracking.__doc__
CascadeAccessor.estimate.__doc__ = verbs.estimate.__doc__
