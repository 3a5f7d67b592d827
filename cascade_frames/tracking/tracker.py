"""Asks about messages until they are final, each in its turn and all within the rate.

Many requests are under way at once. What they bring is kept in the ledger about once a second,
and what the ledger heard from elsewhere in the meantime (a webhook, another process) is asked
about no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from cascade_frames.errors import LedgerError
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.outcomes import is_final
from cascade_frames.sending.evidence import Evidence
from cascade_frames.sending.gate import Gate
from cascade_frames.sending.pacing import Pace
from cascade_frames.sending.verdicts import Cause
from cascade_frames.sending.waiting import retry_after_seconds
from cascade_frames.tracking.bookkeeping import COMMIT_SECONDS, Bookkeeper
from cascade_frames.tracking.errand import Book, Ending, EndingKind, Errand, Gateway
from cascade_frames.tracking.halts import explain
from cascade_frames.tracking.patience import Patience
from cascade_frames.tracking.progress import TrackingProgress
from cascade_frames.tracking.schedule import (
    Schedule,
    seconds_after_failure,
    seconds_between,
    seconds_until_known,
)
from cascade_frames.tracking.statuses import Answer, Step, read_status, status_path

IN_FLIGHT: Final = 32
NOT_KNOWN_TIMES: Final = 4  # then a message counts as not found
TRIES_ONCE: Final = 3  # of one message, where it is to be asked about once
_GRACE_SECONDS: Final = 1.0  # for what is under way when the tracking ends
_SHOW_SECONDS: Final = 0.1


def wall_clock() -> Callable[[], float]:
    """Seconds since 1970 that only move on, whatever is done to the machine's clock."""
    offset = time.time() - time.monotonic()
    return lambda: time.monotonic() + offset


@dataclass(repr=False)
class Tracker:
    """Carries out one errand; lives within one event loop.

    Args:
        errand: what to find out.
        gateway, book, pace: asked where, kept where, how fast.
        observe: told of progress, some times a second.
        rng: for jitter.
        clock: seconds since 1970.
    """

    errand: Errand
    gateway: Gateway
    book: Book
    pace: Pace
    observe: Callable[[TrackingProgress], None] = lambda progress: None  # noqa: ARG005
    rng: random.Random = field(default_factory=random.Random)
    clock: Callable[[], float] = field(default_factory=wall_clock)

    def __post_init__(self) -> None:
        self._gate = Gate(self.pace)
        self._schedule = Schedule(self.errand.due, self.errand.closed)
        self._states = list(self.errand.states)
        self._counts = Counter(state for state in self._states if state)
        self._failures: dict[int, int] = {}
        self._not_known: dict[int, int] = {}
        self._not_found: set[int] = set()
        self._unanswered = 0
        self._asking: set[asyncio.Task[None]] = set()
        self._bookkeeper = Bookkeeper(self.book, self.errand.message_ids, self.clock)
        self._changed = asyncio.Event()
        self._ending: Ending | None = None
        self._requests = 0
        self._held_until = 0.0
        self._broken: BaseException | None = None

    def stop(self) -> None:
        """Ask nothing more, keep what was heard, and end."""
        self._end(EndingKind.STOPPED)

    def pause(self) -> None:
        """Ask nothing until `resume`."""
        self._gate.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._gate.resume()

    async def run(self) -> Ending:
        """Ask until it is done, and say how it ended."""
        loop = asyncio.get_running_loop()
        self._patience = Patience(self.clock())
        if self.errand.timeout is not None:
            loop.call_later(self.errand.timeout, self._end, EndingKind.TIMED_OUT)
        beside = [
            asyncio.create_task(self._every(COMMIT_SECONDS, self._commit)),
            asyncio.create_task(self._every(_SHOW_SECONDS, self._show)),
            asyncio.create_task(self._hear_news()),
        ]
        for task in beside:
            task.add_done_callback(self._look_for_a_break)
        await self._ask_all()
        if self._asking:
            await asyncio.wait(self._asking, timeout=_GRACE_SECONDS)
        async with self._bookkeeper.between_commits():  # none is left half-way
            for task in beside:
                task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await self._commit()
        await self._show()
        if self._broken:
            raise self._broken
        return self._told()

    def _end(self, kind: EndingKind, cause: Cause | None = None, detail: str | None = None) -> None:
        if self._ending is None or cause is Cause.LEDGER_FAILED:
            words = None if cause is None else explain(cause, detail)
            self._ending = Ending(kind, None if cause is None else str(cause), words)
        self._gate.stop()
        self._changed.set()

    def _told(self) -> Ending:
        ending = self._ending or Ending(EndingKind.DONE)
        return replace(
            ending, not_found=tuple(sorted(self._not_found)), unanswered=self._unanswered
        )

    async def _ask_all(self) -> None:
        while not self._gate.stopped:
            wait = self._seconds_until_next()
            if wait is None and not self._asking:
                return
            if wait != 0:
                await self._wait(wait)
            elif await self._gate.turn():
                number = self._schedule.next(self.clock())
                if number is not None:
                    task = asyncio.create_task(self._ask(number))
                    self._asking.add(task)
                    task.add_done_callback(self._asked)

    def _seconds_until_next(self) -> float | None:
        """How long until one more request should leave; None until one of those under way ends."""
        limit = 1 if self._patience.troubled else IN_FLIGHT
        if len(self._asking) >= limit:
            return None
        now = self.clock()
        wait = self._schedule.seconds_until_next(now)
        if wait is None:
            return None
        held = self._held_until - now if self._patience.troubled else 0.0
        return max(wait, held, 0.0)

    async def _wait(self, seconds: float | None) -> None:
        """Wait so long, or until something changes."""
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)

    def _asked(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        self._look_for_a_break(task)
        self._changed.set()

    def _look_for_a_break(self, task: asyncio.Task[None]) -> None:
        """Where a part fails that should not, the whole ends, and what was heard is kept."""
        error = None if task.cancelled() else task.exception()
        if error:
            self._broken = self._broken or error
            self._end(EndingKind.STOPPED)

    async def _ask(self, number: int) -> None:
        message_id = self.errand.message_ids[number].as_py()
        evidence = await self.gateway.get(status_path(message_id))
        self._requests += 1
        now = datetime.now(UTC)
        answer = read_status(evidence, message_id, now)
        if answer.step is Step.HALT and answer.cause:
            self._end(EndingKind.HALTED, answer.cause, answer.detail)
        elif answer.reading is not None:
            self._take(number, answer.reading)
        elif answer.step is Step.NOT_KNOWN:
            self._take_not_known(number)
        else:
            self._take_failure(number, answer, evidence, now)

    def _take(self, number: int, reading: Reading) -> None:
        now = self.clock()
        self._patience.heard(now)
        self._failures.pop(number, None)
        self._not_found.discard(number)
        self._bookkeeper.hear(reading)
        if not self._is_final(number):
            self._become(number, reading.state)
        if self.errand.once or self._is_final(number):
            self._schedule.close(number)
        else:
            age = now - self.errand.sent_at[number]
            self._schedule.ask_again(number, now + seconds_between(age, self.rng))

    def _take_not_known(self, number: int) -> None:
        now = self.clock()
        self._patience.heard(now)
        times = self._not_known[number] = self._not_known.get(number, 0) + 1
        if self._states[number] is None:
            self._not_found.add(number)
        if self.errand.once or times >= NOT_KNOWN_TIMES:
            self._schedule.close(number)
        else:
            self._schedule.ask_again(number, now + seconds_until_known(times, self.rng))

    def _take_failure(
        self, number: int, answer: Answer, evidence: Evidence, heard_at: datetime
    ) -> None:
        now = self.clock()
        self._patience.failed()
        self._held_until = now + self._patience.pause(now)
        times = self._failures[number] = self._failures.get(number, 0) + 1
        seconds = seconds_after_failure(times, self.rng)
        if answer.step is Step.WAIT:
            asked = retry_after_seconds(evidence.retry_after, heard_at)
            self._gate.hold_back(seconds if asked is None else asked)
            seconds = max(seconds, asked or 0.0)
        elif self.errand.once and times >= TRIES_ONCE:
            self._unanswered += 1
            self._schedule.close(number)
        self._schedule.ask_again(number, now + seconds)
        if self._patience.is_over(now) and answer.cause:
            self._end(EndingKind.HALTED, answer.cause, answer.detail)

    def _is_final(self, number: int) -> bool:
        state = self._states[number]
        return state is not None and is_final(state)

    def _become(self, number: int, state: str) -> None:
        before = self._states[number]
        if before is not None:
            self._counts[before] -= 1
        self._counts[state] += 1
        self._states[number] = state

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while True:
            await act()
            await asyncio.sleep(seconds)

    async def _show(self) -> None:
        """Tell of progress; where telling fails (a closed terminal), it goes on unseen."""
        counts = {state: count for state, count in self._counts.most_common() if count > 0}
        if self._not_found:
            counts["not_found"] = len(self._not_found)
        settled = len(self._states) - self._schedule.open
        progress = TrackingProgress(len(self._states), settled, counts, self._requests)
        try:
            self.observe(progress)
        except Exception:  # noqa: BLE001 - whatever it is, it is not worth a tracking
            self.observe = _look_away

    async def _commit(self) -> None:
        """Keep what was heard since the last time; where that fails, the tracking halts."""
        try:
            await self._bookkeeper.commit()
        except LedgerError as error:
            self._end(EndingKind.HALTED, Cause.LEDGER_FAILED, str(error))

    async def _hear_news(self) -> None:
        """Ask no more about what the ledger heard the end of from elsewhere."""
        async for news in self._bookkeeper.news(self._schedule.open_numbers):
            for number, state in news:
                if is_final(state) and not self._is_final(number):
                    self._become(number, state)
                    self._not_found.discard(number)
                    self._schedule.close(number)
            self._changed.set()


def _look_away(progress: TrackingProgress) -> None:
    """Show nothing."""
