"""An engine in a thread of its own, so that it works beside any event loop, Jupyter's too."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Final

from cascade_frames.sending.engine import Ending, Engine, Work
from cascade_frames.sending.gateway import Gateway
from cascade_frames.sending.halts import explain
from cascade_frames.sending.pacing import Pace
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import RunState, RunWriter
from cascade_frames.sending.verdicts import Cause
from cascade_frames.sending.wishes import Wishes
from cascade_frames.settings import Account

_SLICE_SECONDS: Final = 0.1


@dataclass(frozen=True, repr=False)
class Claim:
    """What the ledger let a run have.

    Attributes:
        run_id: its name in the ledger.
        work: what it is to send.
        writer: of the run; closed when the engine ends.
    """

    run_id: str
    work: Work
    writer: RunWriter


class EngineThread:
    """Claims messages, runs an engine for them, and passes wishes on to it from any thread.

    The claim is made in the engine's thread, which no interrupt reaches: whoever claims also
    ends, and lets go.

    Args:
        claim: claims the messages; None where nothing is left to send.
        account: where to and how fast.
        observe: told of progress, from the engine's thread.

    Attributes:
        run_id: of what was claimed; None before that, and where nothing was.
        done: the ending, once the ledger has it; or the error that broke the engine off.
    """

    def __init__(
        self,
        claim: Callable[[], Claim | None],
        account: Account,
        observe: Callable[[Progress], None],
    ) -> None:
        self._claim = claim
        self._account = account
        self._observe = observe
        self._writer: RunWriter | None = None
        self._wishes = Wishes[Engine]()
        self._thread = threading.Thread(target=self._main, name="cascade-run", daemon=True)
        self._claimed: Future[str | None] = Future()
        self.run_id: str | None = None
        self.done: Future[Ending] = Future()

    def start(self) -> None:
        """Begin; returns once the messages are claimed.

        An interrupt meanwhile ends the run before it sends anything, and goes on its way.

        Raises:
            RunBusy, LedgerError: they could not be claimed.
            AccountError: no request can be made to this account.
        """
        try:
            self._thread.start()
            while not self._claimed.done():
                wait([self._claimed], _SLICE_SECONDS)
        except BaseException:
            self.stop()
            while self._thread.is_alive():
                self._thread.join(_SLICE_SECONDS)
            raise
        self.run_id = self._claimed.result()

    def stop(self) -> None:
        """Start no new batch; those in flight finish and are recorded; then end."""
        self._wishes.make(Engine.stop)

    def pause(self) -> None:
        """Start no new batch until `resume`; those in flight finish and are recorded."""
        self._wishes.make(Engine.pause)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._wishes.make(Engine.resume)

    def _main(self) -> None:
        try:
            ending = asyncio.run(self._send())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self._close(Ending(RunState.PAUSED))
            self.done.set_exception(error)
            if not self._claimed.done():
                self._claimed.set_exception(error)
        else:
            self.done.set_result(self._close(ending))
            if not self._claimed.done():
                self._claimed.set_result(None)  # nothing to claim: it has ended already

    def _close(self, ending: Ending) -> Ending:
        """Close the writer; a ledger that fails now has every outcome but the run's own."""
        self._wishes.let_go()  # the engine has the messages, and a handle may be kept for long
        if self._writer is None:
            return ending
        try:
            self._writer.close(ending.state)
        except Exception as error:  # noqa: BLE001 - told as the run's ending
            if ending.state is not RunState.HALTED:
                words = f"{explain(Cause.LEDGER_FAILED)} ({error})"
                return Ending(RunState.HALTED, str(Cause.LEDGER_FAILED), words)
        return ending

    async def _send(self) -> Ending:
        async with Gateway(self._account) as gateway:
            given_up = Engine.stop in self._wishes
            claim = None if given_up else self._claim()
            if claim is None:
                return Ending(RunState.PAUSED if given_up else RunState.FINISHED)
            self._writer = claim.writer
            engine = Engine(
                claim.work,
                gateway,
                claim.writer,
                Pace(
                    self._account.requests_per_second,
                    claim.writer.reserve,
                    requests=claim.work.requests,
                ),
                self._account.max_in_flight,
                self._observe,
            )
            self._wishes.grant(engine)
            self._claimed.set_result(claim.run_id)
            return await engine.run()
