"""The engine: the only place that loops. Batches go out, verdicts come back, the ledger knows.

For every request: the intent is durable before the first byte leaves. The outcome is handed to the
ledger with the answer, and is durable before the next intent is, so that the two can share a
commit. Batches go alone until one is answered, so that a fault that would hit them all
hits few.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from cascade_frames.errors import LedgerError, RunBusy
from cascade_frames.outcomes import Outcome
from cascade_frames.planning.plan import Guarantee
from cascade_frames.planning.variables import Variable
from cascade_frames.sending.bodies import Bodies
from cascade_frames.sending.encoding import MessageEncoder
from cascade_frames.sending.evidence import Evidence
from cascade_frames.sending.gate import Gate
from cascade_frames.sending.gateway import Gateway
from cascade_frames.sending.halts import explain
from cascade_frames.sending.isolation import Isolation, RunRefusals
from cascade_frames.sending.pacing import Pace
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import Batch, RunState, RunWriter
from cascade_frames.sending.settling import Settling
from cascade_frames.sending.uploading import Uploader
from cascade_frames.sending.verdicts import Cause, Step, Verdict, judge
from cascade_frames.sending.waiting import MAX_TRIES, backoff, retry_after_seconds

MAX_WAITS: Final = 8  # of one batch that the API asks to wait
AT_LEAST_ONCE_TRIES: Final = 3  # the API document's own
RETRY_BUDGET: Final = 100  # of one run; an outage ends in a halt, not in hours of tries
UNKNOWN_BATCHES_IN_A_ROW: Final = 3


@dataclass(frozen=True)
class Ending:
    """How a run ended.

    Attributes:
        state: the state the ledger keeps.
        cause, message: why and what to do, for a halt.
    """

    state: RunState
    cause: str | None = None
    message: str | None = None


@dataclass(frozen=True, repr=False)
class Work:
    """What a run is to send.

    Attributes:
        encoder: writes bodies from the plan's messages.
        pending: positions of the messages that the run holds.
        path: of the route.
        batch_size: messages a request.
        variables: uploaded before the first batch.
        guarantee: what to do about lost answers.
    """

    encoder: MessageEncoder
    pending: npt.NDArray[np.int64]
    path: str
    batch_size: int
    variables: tuple[Variable, ...] = ()
    guarantee: Guarantee = "at_most_once"

    @property
    def batches(self) -> int:
        """How many there are, as long as none is split."""
        return -(-len(self.pending) // self.batch_size)

    @property
    def requests(self) -> int:
        """How many there are, as long as none is repeated or split."""
        return len(self.variables) + self.batches


@dataclass(repr=False)
class Engine:
    """Sends one run's work; lives within one event loop.

    Args:
        work: what to send.
        gateway, ledger, pace: where to, recorded how, how fast.
        in_flight: requests under way at once.
        observe: told of progress after every settled batch.
        rng: for jitter.
        clock: the time of day, tz-aware.
    """

    work: Work
    gateway: Gateway
    ledger: RunWriter
    pace: Pace
    in_flight: int
    observe: Callable[[Progress], None] = lambda progress: None  # noqa: ARG005
    rng: random.Random = field(default_factory=random.Random)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        self._gate = Gate(self.pace)
        self._bodies = Bodies(self.work.encoder, self.work.pending, self.work.batch_size)
        self._ending: Ending | None = None
        self._numbers = itertools.count(1)
        self._refusals = RunRefusals(self._numbers, self.work.batches)
        self._retries_left = RETRY_BUDGET
        self._unknown_in_a_row = 0
        nothing = Progress(total=len(self.work.pending))
        self._settling = Settling(self.ledger, nothing, self.observe, self._halt_for_ledger)

    def stop(self) -> None:
        """Start no new batch; those in flight finish and are recorded; then end."""
        self._gate.stop()

    def pause(self) -> None:
        """Start no new batch until `resume`; those in flight finish and are recorded."""
        self._gate.pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._gate.resume()

    async def run(self) -> Ending:
        """Send everything, and say how it ended."""
        with self._bodies:
            try:
                await self._send_all()
            finally:
                await self._settling.all_written()
        if self._ending:
            return self._ending
        return Ending(RunState.PAUSED if self._gate.stopped else RunState.FINISHED)

    async def _send_all(self) -> None:
        self._settling.begin()
        batches = self._batches()
        await self._upload_variables()
        await self._work(itertools.islice(batches, 1))
        while self._unknown_in_a_row and (following := list(itertools.islice(batches, 1))):
            await self._work(iter(following))
        await self._work_together(batches)

    async def _work_together(self, batches: Iterator[Batch]) -> None:
        """Send batches side by side; where one breaks down, the others finish theirs first."""
        workers = [
            asyncio.create_task(self._work(batches))
            for _ in range(min(self.in_flight, self.work.batches))
        ]
        ends = await asyncio.gather(*workers, return_exceptions=True)
        for end in ends:
            if end is not None:
                raise end

    def _batches(self) -> Iterator[Batch]:
        for start in range(0, len(self.work.pending), self.work.batch_size):
            stop = min(start + self.work.batch_size, len(self.work.pending))
            yield Batch(next(self._numbers), start, stop)

    async def _work(self, batches: Iterator[Batch]) -> None:
        while not self._gate.stopped:
            batch = next(batches, None)
            if batch is None:
                return
            try:
                await self._deliver(batch)
            except RunBusy:
                self._halt(Cause.TAKEN_OVER, explain(Cause.TAKEN_OVER))
            except LedgerError as error:
                self._halt_for_ledger(error)
            except BaseException:
                self.stop()
                raise

    async def _deliver(self, batch: Batch) -> None:
        """Send a batch; where the API refuses it, its parts until the bad rows are found."""
        isolation = Isolation(batch, self._refusals)
        while isolation.open and not self._gate.stopped:
            if cause := isolation.given_up_for:
                self._halt(cause, explain(cause, isolation.last_refusal))
                return
            part = isolation.take()
            verdict = await self._send(part)
            if verdict is None:
                return
            isolation.add(part, verdict)

    async def _send(self, batch: Batch) -> Verdict | None:
        """Send one batch until it is settled; None where the run ends before that."""
        body = self._bodies.of(batch)
        tries = waits = 0
        for attempt in itertools.count(1):
            if not await self._gate.turn():
                return None
            await self.ledger.intend(batch, attempt, self.clock())
            evidence = await self.gateway.post(self.work.path, body.json)
            verdict = judge(evidence, body.ids)
            waits += verdict.step is Step.WAIT
            tries += verdict.step is not Step.WAIT
            repeats = self._may_repeat(verdict, tries, waits)
            self._settling.settle(
                batch, attempt, self.clock(), verdict.settlement, for_good=not repeats
            )
            if not repeats:
                self._consider_halting(verdict)
                return verdict
            await self._gate.sleep(self._seconds_until_next(evidence, verdict, tries, waits))
        raise AssertionError("unreachable: the loop has no end")

    def _may_repeat(self, verdict: Verdict, tries: int, waits: int) -> bool:
        if verdict.step is Step.WAIT:
            return waits < MAX_WAITS
        if verdict.step is Step.RETRY:
            self._retries_left -= 1
            return tries < MAX_TRIES and self._retries_left >= 0
        return (
            _is_lost(verdict)
            and verdict.step is Step.GO_ON
            and self.work.guarantee == "at_least_once"
            and tries < AT_LEAST_ONCE_TRIES
        )

    def _seconds_until_next(
        self, evidence: Evidence, verdict: Verdict, tries: int, waits: int
    ) -> float:
        """How long until the same request may go again; a 429 holds every other one back too."""
        if verdict.step is not Step.WAIT:
            return backoff(tries, self.rng)
        asked = retry_after_seconds(evidence.retry_after, self.clock())
        seconds = asked if asked is not None else backoff(waits, self.rng)
        self._gate.hold_back(seconds)
        return seconds

    def _consider_halting(self, verdict: Verdict) -> None:
        if verdict.step in (Step.RETRY, Step.WAIT, Step.HALT) and verdict.cause:
            self._halt(verdict.cause, explain(verdict.cause, verdict))
        self._unknown_in_a_row = self._unknown_in_a_row + 1 if _is_lost(verdict) else 0
        if self._unknown_in_a_row >= UNKNOWN_BATCHES_IN_A_ROW:
            self._halt(Cause.OUTAGE, explain(Cause.OUTAGE, verdict))

    def _halt(self, cause: Cause, message: str) -> None:
        if self._ending is None:
            self._ending = Ending(RunState.HALTED, str(cause), message)
        self.stop()

    def _halt_for_ledger(self, error: BaseException) -> None:
        self._halt(Cause.LEDGER_FAILED, f"{explain(Cause.LEDGER_FAILED)} ({error})")

    async def _upload_variables(self) -> None:
        async def pause(evidence: Evidence, verdict: Verdict, tries: int) -> None:
            await self._gate.sleep(self._seconds_until_next(evidence, verdict, tries, tries))

        failed = await Uploader(self.gateway, self._gate, pause).upload(self.work.variables)
        if failed:
            self._halt(failed.cause, explain(failed.cause, failed.verdict))


def _is_lost(verdict: Verdict) -> bool:
    """Nothing is known of any of the batch's rows."""
    return verdict.settlement.outcome is Outcome.UNKNOWN and verdict.settlement.message_ids is None
