"""The handle of something that goes on by itself in a thread: a run, or a tracking."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

import pandas as pd

from cascade_frames.errors import CascadeError
from cascade_frames.progress import Progress, ProgressView

_SLICE_SECONDS: Final = 0.1


class RunPhase(StrEnum):
    """What a run, or a tracking, is doing."""

    RUNNING = "running"  # sending, or asking
    PAUSED = "paused"  # starts nothing new until it is resumed
    CANCELLING = "cancelling"  # starts nothing new; waits for what is in flight
    FINISHED = "finished"  # every message had its turn
    HALTED = "halted"  # ended early, for a cause
    CANCELLED = "cancelled"  # ended early, on purpose


OVER: Final = (RunPhase.FINISHED, RunPhase.HALTED, RunPhase.CANCELLED)


@dataclass(frozen=True)
class Words:
    """What is said of a handle, beside counts.

    Attributes:
        name: what it is.
        doing: while it goes on.
        nothing: where there is nothing to do.
        rest: what the same call does after it was ended early.
        safe: what need not be feared then.
    """

    name: str
    doing: str
    nothing: str
    rest: str
    safe: str


_Progress = TypeVar("_Progress", bound=Progress)
_Ending = TypeVar("_Ending")


@dataclass(frozen=True)
class RunStatus(Generic[_Progress]):
    """How a run, or a tracking, stands now.

    Attributes:
        phase: what it is doing.
        progress: counts of messages and requests.
    """

    phase: RunPhase
    progress: _Progress


class LatestProgress(Generic[_Progress]):
    """Keeps the last progress, and passes it on to where people look."""

    def __init__(self, view: ProgressView, first: _Progress) -> None:
        self._view = view
        self.progress = first

    def __call__(self, progress: _Progress) -> None:
        """Take note of progress, from the worker's thread."""
        self.progress = progress
        self._view.show(progress)


class Worker(Protocol[_Ending]):
    """The thread behind a handle."""

    @property
    def done(self) -> Future[_Ending]:
        """How it ended, once it has."""
        ...

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """Start nothing new, and end."""
        ...

    def pause(self) -> None:
        """Start nothing new until `resume`."""
        ...

    def resume(self) -> None:
        """Go on after `pause`."""
        ...


class Handle(Generic[_Ending, _Progress]):
    """Something that goes on by itself.

    Its methods return at once and may be called from any thread, but `result`, which waits.
    Awaiting it gives the result table without blocking the event loop.
    """

    words: ClassVar[Words]

    def __init__(
        self,
        thread: Worker[_Ending],
        latest: LatestProgress[_Progress],
        view: ProgressView,
        deadline: float,
        hand_over: Callable[[_Ending], pd.DataFrame],
    ) -> None:
        self._thread = thread
        self._view = view
        self._deadline = deadline
        self._hand_over = hand_over
        self._latest = latest
        self._lock = threading.Lock()
        self._phase = RunPhase.RUNNING
        self._done = thread.done

    def __repr__(self) -> str:
        """Id, phase and counts."""
        status = self.status
        return (
            f"<{type(self).__name__}{self._called()}: {status.phase}, "
            f"{status.progress.settled:,} of {status.progress.total:,} settled>"
        )

    def begin(self) -> None:
        """Start it, and show it from now on.

        Raises:
            RunBusy, LedgerError, AccountError: nothing was sent.
        """
        self._thread.start()
        self._view.follow(self)
        self._done.add_done_callback(lambda _: self._view.close())

    @property
    def id(self) -> str | None:
        """Its name in the ledger, where it has one."""
        return None

    @property
    def status(self) -> RunStatus[_Progress]:
        """How it stands now."""
        return RunStatus(self._ended_as() or self._phase, self._latest.progress)

    def pause(self) -> None:
        """Start nothing new until `resume`; what is in flight finishes and is recorded."""
        if self._move(RunPhase.RUNNING, RunPhase.PAUSED):
            self._thread.pause()
            self._view.refresh()

    def resume(self) -> None:
        """Go on after `pause`."""
        if self._move(RunPhase.PAUSED, RunPhase.RUNNING):
            self._thread.resume()
            self._view.refresh()

    def cancel(self) -> None:
        """End early: start nothing new; what is in flight finishes and is recorded.

        The same call does the rest later.
        """
        with self._lock:
            self._phase = RunPhase.CANCELLING
        self._thread.stop()
        self._view.refresh()

    def result(self, timeout: float | None = None) -> pd.DataFrame:
        """Wait for the end, and return the result table.

        An interrupt (Ctrl-C, the stop button) pauses it: what is in flight finishes and is
        recorded, and `resume()` goes on.

        Args:
            timeout: seconds to wait at most; None waits for the end.

        Raises:
            TimeoutError: it is not over yet; it goes on.
            RunHalted, TrackingHalted: it ended early, for a cause; `.results` is the result table.
            CascadeError: it broke off; the ledger has what was done.
        """
        try:
            ending = self._wait(timeout)
        except KeyboardInterrupt:
            self.pause()
            name = self.words.name
            self._view.note(
                "Paused: nothing new starts, and what is in flight is being recorded. "
                f"{name}.resume() goes on, {name}.cancel() ends it."
            )
            raise
        return self._finish(ending)

    def result_or_stop(self) -> pd.DataFrame:
        """Wait for the end as `result`, but an interrupt ends it, since nobody holds it."""
        try:
            ending = self._wait(None)
        except KeyboardInterrupt:
            self._view.note("Stopping: nothing new starts; what is in flight is being recorded …")
            self.cancel()
            self._settle()
            self._view.close()
            self._view.note(f"Stopped. The same call {self.words.rest}; {self.words.safe}.")
            raise
        return self._finish(ending)

    def __await__(self) -> Generator[Any, None, pd.DataFrame]:
        """Wait without blocking the loop; giving up the wait does not end it."""
        return self._await().__await__()

    async def _await(self) -> pd.DataFrame:
        try:
            ending = await asyncio.shield(asyncio.wrap_future(self._done))
        except CascadeError:
            raise
        except Exception as error:
            raise self._broken(error) from error
        return self._finish(ending)

    def _wait(self, timeout: float | None) -> _Ending:
        """Wait in short slices, so that an interrupt is heard at once on every system."""
        waited = 0.0
        while True:
            left = _SLICE_SECONDS if timeout is None else min(_SLICE_SECONDS, timeout - waited)
            try:
                return self._done.result(max(left, 0))
            except FutureTimeout:
                waited += _SLICE_SECONDS
                if timeout is not None and waited >= timeout:
                    raise TimeoutError(
                        f"The {self.words.name} is not over after {timeout:g} s."
                    ) from None
            except CascadeError:
                raise
            except Exception as error:
                raise self._broken(error) from error

    def _settle(self) -> None:
        """Give what is in flight the time a request may take."""
        try:
            self._wait(self._deadline + 5)
        except (TimeoutError, CascadeError):
            return

    def _finish(self, ending: _Ending) -> pd.DataFrame:
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
        return self._phase_of(self._done.result())

    def _phase_of(self, ending: _Ending) -> RunPhase:
        raise NotImplementedError

    def _called(self) -> str:
        return f" {self.id}" if self.id else ""

    def _broken(self, error: Exception) -> CascadeError:
        return CascadeError(
            f"The {self.words.name} broke off ({type(error).__name__}); the ledger has what was "
            "done. Running the same call again goes on from there."
        )
