"""The live part of a run's panel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import ipywidgets as widgets

from cascade_frames.handles import OVER, Handle, RunPhase
from cascade_frames.notebook.controls import LiveHTML, action, alert, close, show
from cascade_frames.notebook.run_view import RunView, run_html
from cascade_frames.notebook.static import StaticOutput

# Heard by screen readers, seen by nobody.
_HEARD: Final = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"


def in_cell(run: Handle[Any, Any], static: StaticOutput) -> tuple[RunControls, Callable[[], None]]:
    """Show the controls of a run in the current cell; gives what takes them away."""
    controls = RunControls(run)
    panel = widgets.VBox([widgets.HTML(static.hidden), controls.box])
    show(panel, static)
    return controls, partial(close, panel)


class RunControls:
    """A bar that moves, and three buttons.

    Attributes:
        box: all of it.
    """

    def __init__(self, run: Handle[Any, Any]) -> None:
        name = run.words.name
        self._bar = LiveHTML()
        self._phase = widgets.HTML()
        self._error = widgets.HTML()
        self._pause = action("Pause", f"{name}.pause()", run.pause, self._say)
        self._resume = action("Resume", f"{name}.resume()", run.resume, self._say)
        self._cancel = action("Cancel", f"{name}.cancel()", run.cancel, self._say)
        self._buttons = widgets.HBox([self._pause.box, self._resume.box, self._cancel.box])
        self.box = widgets.VBox([self._bar, self._buttons, self._phase, self._error])

    def show(self, view: RunView) -> None:
        """Show how the run stands now."""
        self._pause.button.disabled = view.phase is not RunPhase.RUNNING
        self._resume.button.disabled = view.phase is not RunPhase.PAUSED
        self._cancel.button.disabled = view.phase not in (RunPhase.RUNNING, RunPhase.PAUSED)
        if view.phase in OVER:
            self._buttons.layout.display = "none"
        self._bar.value = run_html(view)
        # Apart from the bar, so that it is read out when it changes, and not at each step.
        self._phase.value = f'<span role="status" style="{_HEARD}">{view.words}</span>'

    @property
    def needed(self) -> bool:
        """Whether a page has nothing else to look at: its static outputs stand still."""
        return self._bar.asked_again

    def _say(self, words: str) -> None:
        self._error.value = alert(words)
