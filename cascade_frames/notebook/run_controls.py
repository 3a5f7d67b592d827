"""The live part of a run's panel."""

from __future__ import annotations

import ipywidgets as widgets

from cascade_frames.notebook.controls import LiveHTML, action, close, show
from cascade_frames.notebook.run_view import RunView, run_html
from cascade_frames.notebook.static import StaticOutput
from cascade_frames.runs import Run, RunPhase

_OVER = (RunPhase.FINISHED, RunPhase.HALTED, RunPhase.CANCELLED)


class RunControls:
    """A bar that moves, a word on how the run stands, and three buttons."""

    def __init__(self, run: Run, static: StaticOutput) -> None:
        self._hidden = static.hidden
        self._bar = LiveHTML()
        self._phase = widgets.HTML()
        self._error = widgets.HTML()
        self._pause = action("Pause", "run.pause()", run.pause, self._say)
        self._resume = action("Resume", "run.resume()", run.resume, self._say)
        self._cancel = action("Cancel", "run.cancel()", run.cancel, self._say)
        self._buttons = widgets.HBox([self._pause.box, self._resume.box, self._cancel.box])
        self._panel = widgets.VBox([self._bar, self._buttons, self._phase, self._error])
        show(self._panel)

    def show(self, view: RunView) -> None:
        """Show how the run stands now."""
        self._pause.button.disabled = view.phase is not RunPhase.RUNNING
        self._resume.button.disabled = view.phase is not RunPhase.PAUSED
        self._cancel.button.disabled = view.phase not in (RunPhase.RUNNING, RunPhase.PAUSED)
        if view.phase in _OVER:
            self._buttons.layout.display = "none"
        self._bar.value = self._hidden + run_html(view)
        # For screen readers: told when the phase changes, and not at each step of the bar.
        self._phase.value = f'<span role="status" style="font-size:0">{view.words}</span>'

    def close(self) -> None:
        """Leave the page to the static output, but where that is not kept up to date."""
        if not self._bar.asked_again:
            close(self._panel)

    def _say(self, words: str) -> None:
        self._error.value = f'<span role="alert" style="color:#d03b3b">{words}</span>'
