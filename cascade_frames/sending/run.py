"""A run in a thread of its own, so that it works beside any event loop, Jupyter's too.

The main thread waits in short slices. An interrupt (Ctrl-C, the stop button) starts no new
batch, lets those in flight finish and be recorded, and then goes on its way.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Final

from cascade_frames.errors import CascadeError
from cascade_frames.sending.engine import Ending, Engine, Work
from cascade_frames.sending.gateway import Gateway
from cascade_frames.sending.halts import explain
from cascade_frames.sending.pacing import Pace
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import RunState, RunWriter
from cascade_frames.sending.verdicts import Cause
from cascade_frames.settings import Account

_SLICE_SECONDS: Final = 0.1


class Run:
    """One execution of a plan.

    Args:
        work: what to send.
        account: where to and how fast.
        writer: of the run in the ledger; closed when the run ends.
        observe: told of progress, from the run's thread.
    """

    def __init__(
        self,
        work: Work,
        account: Account,
        writer: RunWriter,
        observe: Callable[[Progress], None],
    ) -> None:
        self._work = work
        self._account = account
        self._writer = writer
        self._observe = observe
        self._engine: Engine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_asked = threading.Event()
        self._ending: Ending | None = None
        self._error: BaseException | None = None
        # Not the thread's own end: Python 3.11 takes a thread for ended when an interrupt comes
        # while it is joined.
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._main, name="cascade-run", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        try:
            self._thread.start()
        except KeyboardInterrupt:
            self.stop()
            raise

    def stop(self) -> None:
        """Start no new batch; those in flight finish and are recorded."""
        self._stop_asked.set()
        if self._loop and self._engine:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._engine.stop)

    def wait(self, on_interrupt: Callable[[], None]) -> Ending:
        """Wait for the end.

        Args:
            on_interrupt: called once when a KeyboardInterrupt comes, before waiting for what
                is in flight.

        Raises:
            KeyboardInterrupt: it came; the run has been stopped and recorded first.
            CascadeError: the run could not begin, or broke in a way that is not its own ending.
        """
        try:
            self._join(None)
        except KeyboardInterrupt:
            self.stop()
            on_interrupt()
            self._join(self._account.deadline + 5)
            raise
        if isinstance(self._error, CascadeError):
            raise self._error
        if self._error is not None:
            raise CascadeError(
                f"The run broke off ({type(self._error).__name__}); the ledger has what was "
                "sent. Running the same call again goes on from there."
            ) from self._error
        assert self._ending is not None  # noqa: S101 - the thread sets one or the other
        return self._ending

    def _join(self, seconds: float | None) -> None:
        waited = 0.0
        while not self._done.wait(_SLICE_SECONDS):
            waited += _SLICE_SECONDS
            if seconds is not None and waited >= seconds:
                return
        self._thread.join()

    def _main(self) -> None:
        state = RunState.PAUSED
        try:
            self._ending = asyncio.run(self._send())
            state = self._ending.state
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._error = error
        finally:
            self._close(state)
            self._done.set()

    def _close(self, state: RunState) -> None:
        """Close the writer; a ledger that fails now has every outcome but the run's own."""
        try:
            self._writer.close(state)
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits
            if state is not RunState.HALTED:
                words = f"{explain(Cause.LEDGER_FAILED)} ({error})"
                self._ending = Ending(RunState.HALTED, str(Cause.LEDGER_FAILED), words)

    async def _send(self) -> Ending:
        async with Gateway(self._account) as gateway:
            engine = Engine(
                self._work,
                gateway,
                self._writer,
                Pace(self._account.requests_per_second, self._writer.reserve),
                self._account.max_in_flight,
                self._observe,
            )
            self._loop, self._engine = asyncio.get_running_loop(), engine
            if self._stop_asked.is_set():
                engine.stop()
            return await engine.run()
