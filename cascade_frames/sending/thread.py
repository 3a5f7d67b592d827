"""An engine in a thread of its own, so that it works beside any event loop, Jupyter's too."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future

from cascade_frames.sending.engine import Ending, Engine, Work
from cascade_frames.sending.gateway import Gateway
from cascade_frames.sending.halts import explain
from cascade_frames.sending.pacing import Pace
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import RunState, RunWriter
from cascade_frames.sending.verdicts import Cause
from cascade_frames.settings import Account


class EngineThread:
    """Runs an engine from start to end, and passes wishes on to it from any thread.

    Args:
        work: what to send.
        account: where to and how fast.
        writer: of the run in the ledger; closed when the engine ends.
        observe: told of progress, from the engine's thread.

    Attributes:
        done: the ending, once the ledger has it; or the error that broke the engine off.
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
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wishes: list[Callable[[Engine], None]] = []
        self._thread = threading.Thread(target=self._main, name="cascade-run", daemon=True)
        self.done: Future[Ending] = Future()

    def start(self) -> None:
        """Begin; returns at once."""
        try:
            self._thread.start()
        except KeyboardInterrupt:
            self.stop()
            raise

    def stop(self) -> None:
        """Start no new batch; those in flight finish and are recorded; then end."""
        self._wish(Engine.stop)

    def pause(self) -> None:
        """Start no new batch until `resume`; those in flight finish and are recorded."""
        self._wish(Engine.pause)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._wish(Engine.resume)

    def _wish(self, wish: Callable[[Engine], None]) -> None:
        """Have the engine do something in its own thread; kept until it is there."""
        with self._lock:
            if self._loop is None or self._engine is None:
                self._wishes.append(wish)
                return
            with contextlib.suppress(RuntimeError):  # its loop has ended, so it needs no wish
                self._loop.call_soon_threadsafe(wish, self._engine)

    def _main(self) -> None:
        try:
            ending = asyncio.run(self._send())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self._close(Ending(RunState.PAUSED))
            self.done.set_exception(error)
        else:
            self.done.set_result(self._close(ending))

    def _close(self, ending: Ending) -> Ending:
        """Close the writer; a ledger that fails now has every outcome but the run's own."""
        try:
            self._writer.close(ending.state)
        except Exception as error:  # noqa: BLE001 - told as the run's ending
            if ending.state is not RunState.HALTED:
                words = f"{explain(Cause.LEDGER_FAILED)} ({error})"
                return Ending(RunState.HALTED, str(Cause.LEDGER_FAILED), words)
        return ending

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
            with self._lock:
                self._loop, self._engine = asyncio.get_running_loop(), engine
                for wish in self._wishes:
                    wish(engine)
            return await engine.run()
