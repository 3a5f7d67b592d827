"""The panel of a run: how far it has come, and Pause, Resume, Cancel."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from cascade_frames.notebook.run_view import RunView, run_html, run_text
from cascade_frames.notebook.static import StaticOutput
from cascade_frames.notebook.ticker import Ticker
from cascade_frames.runs import Run, RunPhase
from cascade_frames.sending.progress import Progress

if TYPE_CHECKING:
    from cascade_frames.notebook.run_controls import RunControls

_LATELY: Final = 50  # of the ticker's ticks


class RunPanel:
    """Shows one run in the cell where it was started, until the run ends.

    Args:
        live: makes the controls; None for the static output alone.
        note: words beside the progress, to begin with.
        clock: seconds.
    """

    def __init__(
        self,
        live: Callable[[Run, StaticOutput], RunControls] | None,
        note: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make_controls = live
        self._clock = clock
        self._static = StaticOutput()
        self._controls: RunControls | None = None
        self._run: Run | None = None
        self._note = note
        self._lately: deque[tuple[float, int]] = deque(maxlen=_LATELY)
        self._ticker = Ticker(self._show)
        self._closing = threading.Lock()

    def follow(self, run: Run) -> None:
        """Show this run from now on."""
        self._run = run
        if self._make_controls:
            self._controls = self._make_controls(run, self._static)
        self._show()
        self._ticker.start()

    def show(self, progress: Progress) -> None:  # noqa: ARG002 - the run knows the latest
        """Show how far the run has come."""
        self._ticker.wake()

    def note(self, words: str) -> None:
        """Say something beside the progress."""
        self._note = words
        self._ticker.wake()

    def refresh(self) -> None:
        """Show how the run stands."""
        self._ticker.wake()

    def close(self) -> None:
        """Show the last state, take the controls away, and end; more than once is harmless."""
        with self._closing:
            self._ticker.close()
            if self._controls:
                self._controls.close()
                self._controls = None

    def _show(self) -> None:
        if self._run is None:
            return
        status = self._run.status
        view = RunView(
            self._run.id, status.phase, status.progress, self._rate(status.progress), self._note
        )
        if view.phase is not RunPhase.RUNNING:
            self._lately.clear()
        if self._controls:
            self._controls.show(view)
        self._static.show(run_html(view), run_text(view))

    def _rate(self, progress: Progress) -> float | None:
        """Messages settled a second over the last ticks."""
        now = self._clock()
        self._lately.append((now, progress.settled))
        then, settled = self._lately[0]
        return (progress.settled - settled) / (now - then) if now > then else None
