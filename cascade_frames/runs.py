"""A live run: the handle of a send that goes on by itself."""

from __future__ import annotations

from typing import ClassVar, Final

from cascade_frames.handles import Handle, RunPhase, Words
from cascade_frames.sending.engine import Ending
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import RunState
from cascade_frames.sending.thread import EngineThread

_PHASES: Final = {
    RunState.FINISHED: RunPhase.FINISHED,
    RunState.PAUSED: RunPhase.CANCELLED,
}


class Run(Handle[Ending, Progress]):
    """One execution of a plan, going on by itself.

    Its methods return at once and may be called from any thread, but `result`, which waits.
    `await run` gives the result table without blocking the event loop.
    """

    words: ClassVar[Words] = Words(
        name="run",
        doing="Sending",
        nothing="nothing left to send",
        rest="sends the rest",
        safe="nobody is messaged twice",
    )
    _thread: EngineThread

    @property
    def id(self) -> str | None:
        """The run's name in the ledger; None where there was nothing left to send."""
        return self._thread.run_id

    def _phase_of(self, ending: Ending) -> RunPhase:
        return _PHASES.get(ending.state, RunPhase.HALTED)

    def _called(self) -> str:
        return f" {self.id or 'with nothing to send'}"
