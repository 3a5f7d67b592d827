"""The panel of a run: how far it has come, and Pause, Resume, Cancel."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from cascade_frames.handles import RunPhase
from cascade_frames.notebook.clicks import answer_clicks
from cascade_frames.notebook.run_view import RunView, run_html, run_text
from cascade_frames.notebook.static import StaticOutput
from cascade_frames.notebook.ticker import Ticker
from cascade_frames.progress import Progress

if TYPE_CHECKING:
    import asyncio

    from cascade_frames.handles import Handle
    from cascade_frames.notebook.run_controls import RunControls

_LATELY: Final = 50  # of the ticker's ticks

Place = Callable[["Handle[Any, Any]", StaticOutput], tuple["RunControls", Callable[[], None]]]


class RunPanel:
    """Shows one run until it ends.

    Args:
        place: shows the controls of a run somewhere, and gives a function that takes them away
            again; None for the static output alone.
        static: the output that stays; by default one in the cell where the run starts.
        note: words beside the progress, to begin with.
        clock: seconds.
    """

    def __init__(
        self,
        place: Place | None,
        static: StaticOutput | None = None,
        note: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._place = place
        self._static = static or StaticOutput()
        self._clock = clock
        self._controls: RunControls | None = None
        self._take_away: Callable[[], None] | None = None
        self._run: Handle[Any, Any] | None = None
        self._note = note
        self._lately: deque[tuple[float, int]] = deque(maxlen=_LATELY)
        self._ticker = Ticker(self._show)
        self._closing = threading.Lock()

    def follow(self, run: Handle[Any, Any]) -> None:
        """Show this run from now on."""
        self._run = run
        if self._place:
            self._controls, self._take_away = self._place(run, self._static)
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

    async def attend(self, over: asyncio.Future[Any]) -> None:
        """Have the buttons heard while a cell awaits the run."""
        if self._controls:
            await answer_clicks(over)

    def close(self) -> None:
        """Show the last state, take the controls away, and end; more than once is harmless."""
        with self._closing:
            self._ticker.close()
            if self._controls and self._take_away and not self._controls.needed:
                self._take_away()
                self._take_away = None

    def _show(self) -> None:
        """Show the run's state, first where it is kept: a save is then not behind the panel."""
        if self._run is None:
            return
        status = self._run.status
        if status.phase is not RunPhase.RUNNING:
            self._lately.clear()
        rate = self._rate(status.progress)
        view = RunView(
            self._run.id, status.phase, status.progress, rate, self._note, self._run.words
        )
        self._static.show(run_html(view), run_text(view))
        if self._controls:
            self._controls.show(view)

    def _rate(self, progress: Progress) -> float | None:
        """Messages settled a second over the last ticks."""
        now = self._clock()
        self._lately.append((now, progress.settled))
        then, settled = self._lately[0]
        return (progress.settled - settled) / (now - then) if now > then else None
