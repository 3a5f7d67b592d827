"""A tracker in a thread of its own, so that it works beside any event loop, Jupyter's too."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from cascade_frames.ledger import Ledger
from cascade_frames.sending.gateway import Gateway
from cascade_frames.sending.pacing import Pace
from cascade_frames.sending.wishes import Wishes
from cascade_frames.settings import Account
from cascade_frames.tracking.errand import Ending, Errand
from cascade_frames.tracking.progress import TrackingProgress
from cascade_frames.tracking.tracker import IN_FLIGHT, Tracker

READ_SECONDS: Final = 15.0  # a status is small, and asking again is harmless


class TrackerThread:
    """Carries out an errand, and passes wishes on to its tracker from any thread.

    Args:
        errand: what to find out.
        account: whose messages they are.
        ledger: what keeps them.
        observe: told of progress, from the tracker's thread.

    Attributes:
        done: the ending, once the ledger has what was heard; or the error that broke it off.
    """

    def __init__(
        self,
        errand: Errand,
        account: Account,
        ledger: Ledger,
        observe: Callable[[TrackingProgress], None],
    ) -> None:
        self._errand = errand
        self._account = account
        self._ledger = ledger
        self._observe = observe
        self._wishes = Wishes[Tracker]()
        self._thread = threading.Thread(target=self._main, name="cascade-tracking", daemon=True)
        self.done: Future[Ending] = Future()

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ask nothing more, keep what was heard, and end."""
        self._wishes.make(Tracker.stop)

    def pause(self) -> None:
        """Ask nothing until `resume`."""
        self._wishes.make(Tracker.pause)

    def resume(self) -> None:
        """Go on after `pause`."""
        self._wishes.make(Tracker.resume)

    def _main(self) -> None:
        try:
            ending = asyncio.run(self._track())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self.done.set_exception(error)
        else:
            self.done.set_result(ending)

    async def _track(self) -> Ending:
        async with Gateway(_reading(self._account)) as gateway:
            tracker = Tracker(self._errand, gateway, self._ledger, self._pace(), self._observe)
            self._wishes.grant(tracker)
            return await tracker.run()

    def _pace(self) -> Pace:
        async def reserve(seconds: float) -> float:
            return await asyncio.to_thread(
                self._ledger.reserve_reads, self._account.identity, seconds
            )

        return Pace(self._account.reads_per_second, reserve)


def _reading(account: Account) -> Account:
    """The account with the connections and the deadline that status requests have."""
    deadline = min(account.deadline, READ_SECONDS)
    return account.model_copy(update={"max_in_flight": IN_FLIGHT, "deadline": deadline})
