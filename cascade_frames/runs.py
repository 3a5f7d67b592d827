"""A live run: the handle of a send that goes on by itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import pandas as pd

from cascade_frames.errors import CascadeError
from cascade_frames.progress import ProgressView
from cascade_frames.sending.engine import Ending
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import RunState
from cascade_frames.sending.thread import EngineThread

_SLICE_SECONDS: Final = 0.1


class RunPhase(StrEnum):
    """What a run is doing."""

    RUNNING = "running"  # sending
    PAUSED = "paused"  # starts no new batch until it is resumed
    CANCELLING = "cancelling"  # starts no new batch; waits for those in flight
    FINISHED = "finished"  # every message had its turn
    HALTED = "halted"  # ended early, for a cause
    CANCELLED = "cancelled"  # ended early, on purpose


OVER: Final = (RunPhase.FINISHED, RunPhase.HALTED, RunPhase.CANCELLED)


@dataclass(frozen=True)
class RunStatus:
    """How a run stands now.

    Attributes:
        phase: what it is doing.
        progress: counts of messages and requests.
    """

    phase: RunPhase
    progress: Progress


class LatestProgress:
    """Keeps the last progress of a run, and passes it on to where people look."""

    def __init__(self, view: ProgressView) -> None:
        self._view = view
        self.progress = Progress(total=0)

    def __call__(self, progress: Progress) -> None:
        """Take note of progress, from the run's thread."""
        self.progress = progress
        self._view.show(progress)


class Run:
    """One execution of a plan, going on by itself.

    Its methods return at once and may be called from any thread, but `result`, which waits.
    `await run` gives the result table without blocking the event loop.
    """

    def __init__(
        self,
        thread: EngineThread,
        latest: LatestProgress,
        view: ProgressView,
        deadline: float,
        hand_over: Callable[[Ending], pd.DataFrame],
    ) -> None:
        self._thread = thread
        self._view = view
        self._deadline = deadline
        self._hand_over = hand_over
        self._latest = latest
        self._lock = threading.Lock()
        self._phase = RunPhase.RUNNING
        self._done: Future[Ending] = thread.done

    def __repr__(self) -> str:
        """Id, phase and counts."""
        status = self.status
        return (
            f"<Run {self.id or 'with nothing to send'}: {status.phase}, "
            f"{status.progress.settled:,} of {status.progress.total:,} settled>"
        )

    def begin(self) -> None:
        """Start the run, and show it from now on.

        Raises:
            RunBusy, LedgerError, AccountError: nothing was sent.
        """
        self._thread.start()
        self._view.follow(self)
        self._done.add_done_callback(lambda _: self._view.close())

    @property
    def id(self) -> str | None:
        """The run's name in the ledger; None where there was nothing left to send."""
        return self._thread.run_id

    @property
    def status(self) -> RunStatus:
        """How the run stands now."""
        return RunStatus(self._ended_as() or self._phase, self._latest.progress)

    def pause(self) -> None:
        """Start no new batch until `resume`; those in flight finish and are recorded."""
        if self._move(RunPhase.RUNNING, RunPhase.PAUSED):
            self._thread.pause()
            self._view.refresh()

    def resume(self) -> None:
        """Go on after `pause`."""
        if self._move(RunPhase.PAUSED, RunPhase.RUNNING):
            self._thread.resume()
            self._view.refresh()

    def cancel(self) -> None:
        """End early: start no new batch; those in flight finish and are recorded.

        The same call sends the rest later.
        """
        with self._lock:
            self._phase = RunPhase.CANCELLING
        self._thread.stop()
        self._view.refresh()

    def result(self, timeout: float | None = None) -> pd.DataFrame:
        """Wait for the end, and return the result table.

        An interrupt (Ctrl-C, the stop button) pauses the run: those in flight finish and are
        recorded, and `resume()` goes on.

        Args:
            timeout: seconds to wait at most; None waits for the end.

        Raises:
            TimeoutError: it is not over yet; it goes on.
            RunHalted: it ended early, for a cause; `.results` is the result table.
            CascadeError: it broke off; the ledger has what was sent.
        """
        try:
            ending = self._wait(timeout)
        except KeyboardInterrupt:
            self.pause()
            self._view.note(
                "Paused: no new batch starts, and those in flight are being recorded. "
                "run.resume() goes on, run.cancel() ends it."
            )
            raise
        return self._finish(ending)

    def result_or_stop(self) -> pd.DataFrame:
        """Wait for the end as `result`, but an interrupt ends the run, since nobody holds it."""
        try:
            ending = self._wait(None)
        except KeyboardInterrupt:
            self._view.note("Stopping: no new batch starts; those in flight are being recorded …")
            self.cancel()
            self._settle()
            self._view.close()
            self._view.note(
                "Stopped. Run the same call again to send the rest; nobody is messaged twice."
            )
            raise
        return self._finish(ending)

    def __await__(self) -> Generator[Any, None, pd.DataFrame]:
        """Wait without blocking the loop; giving up the wait does not end the run."""
        return self._await().__await__()

    async def _await(self) -> pd.DataFrame:
        over = asyncio.wrap_future(self._done)
        try:
            await self._view.attend(over)
            ending = await asyncio.shield(over)
        except CascadeError:
            raise
        except Exception as error:
            raise _broken(error) from error
        return self._finish(ending)

    def _wait(self, timeout: float | None) -> Ending:
        """Wait in short slices, so that an interrupt is heard at once on every system."""
        waited = 0.0
        while True:
            left = _SLICE_SECONDS if timeout is None else min(_SLICE_SECONDS, timeout - waited)
            try:
                return self._done.result(max(left, 0))
            except FutureTimeout:
                waited += _SLICE_SECONDS
                if timeout is not None and waited >= timeout:
                    raise TimeoutError(f"The run is not over after {timeout:g} s.") from None
            except CascadeError:
                raise
            except Exception as error:
                raise _broken(error) from error

    def _settle(self) -> None:
        """Give what is in flight the time a request may take."""
        try:
            self._wait(self._deadline + 5)
        except (TimeoutError, CascadeError):
            return

    def _finish(self, ending: Ending) -> pd.DataFrame:
        self._view.close()
        return self._hand_over(ending)

    def _move(self, before: RunPhase, after: RunPhase) -> bool:
        with self._lock:
            moved = self._phase is before
            if moved:
                self._phase = after
        return moved

    def _ended_as(self) -> RunPhase | None:
        if not self._done.done():
            return None
        if self._done.exception() is not None:
            return RunPhase.HALTED
        return {
            RunState.FINISHED: RunPhase.FINISHED,
            RunState.PAUSED: RunPhase.CANCELLED,
        }.get(self._done.result().state, RunPhase.HALTED)


def _broken(error: Exception) -> CascadeError:
    return CascadeError(
        f"The run broke off ({type(error).__name__}); the ledger has what was sent. Running the "
        "same call again goes on from there."
    )
