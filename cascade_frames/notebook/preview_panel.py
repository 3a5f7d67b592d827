"""Turning the pages of a plan's messages, on each channel."""

from __future__ import annotations

import ipywidgets as widgets

from cascade_frames.notebook.bubbles import CHANNELS, bubble_html
from cascade_frames.planning.plan import Plan
from cascade_frames.planning.previews import preview


class PreviewPanel:
    """One message at a time: previous, next, or the one of that number."""

    def __init__(self) -> None:
        self._plan: Plan | None = None
        self._channel = widgets.ToggleButtons(
            options=CHANNELS,
            tooltips=[f"as {channel} shows it" for channel in CHANNELS],
            style={"button_width": "7em"},
        )
        self._previous = widgets.Button(
            icon="chevron-left", tooltip="previous message", layout={"width": "3em"}
        )
        self._next = widgets.Button(
            icon="chevron-right", tooltip="next message", layout={"width": "3em"}
        )
        self._number = widgets.BoundedIntText(
            min=1, max=1, description="message", layout={"width": "13em"}
        )
        self._of = widgets.HTML()
        self._bubble = widgets.HTML()
        self._previous.on_click(lambda _: self._turn(-1))
        self._next.on_click(lambda _: self._turn(1))
        self._number.observe(lambda _: self._show(), "value")
        self._channel.observe(lambda _: self._show(), "value")
        pages = widgets.HBox([self._previous, self._number, self._of, self._next])
        self.box = widgets.VBox([self._channel, pages, self._bubble])

    def show(self, plan: Plan) -> None:
        """Show the messages of this plan."""
        self._plan = plan
        self._number.max = max(len(plan.messages), 1)
        self._of.value = f"of {len(plan.messages):,}"
        self._show()

    def _turn(self, step: int) -> None:
        self._number.value = min(max(self._number.value + step, 1), self._number.max)

    def _show(self) -> None:
        at = self._number.value
        self._previous.disabled = at <= 1
        self._next.disabled = at >= self._number.max
        if self._plan is None or not len(self._plan.messages):
            self._bubble.value = "no message"
            return
        self._bubble.value = bubble_html(preview(self._plan, at - 1), self._channel.value)
