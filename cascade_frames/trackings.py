"""A live tracking: the handle of questions that go on by themselves."""

from __future__ import annotations

from typing import ClassVar, Final

from cascade_frames.handles import Handle, RunPhase, Words
from cascade_frames.tracking.errand import Ending, EndingKind
from cascade_frames.tracking.progress import TrackingProgress

_PHASES: Final = {
    EndingKind.DONE: RunPhase.FINISHED,
    EndingKind.TIMED_OUT: RunPhase.FINISHED,
    EndingKind.STOPPED: RunPhase.CANCELLED,
    EndingKind.HALTED: RunPhase.HALTED,
}


class Tracking(Handle[Ending, TrackingProgress]):
    """Questions about the messages of a result table, going on by themselves.

    Its methods return at once and may be called from any thread, but `result`, which waits.
    `await tracking` gives the result table without blocking the event loop.
    """

    words: ClassVar[Words] = Words(
        name="tracking",
        doing="Asking",
        nothing="nothing to ask about",
        rest="goes on",
        safe="what was heard is kept",
    )

    def _phase_of(self, ending: Ending) -> RunPhase:
        return _PHASES[ending.kind]
