"""Finding the rows that the API dislikes: a refused batch is halved until they are alone.

A batch of n messages with k bad ones takes at most 2k(log2(n/k) + 2) + 1 requests. Two bounds
keep that in check: refusals that are all alike are taken for a fault that all messages share,
and a run's parts are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cascade_frames.outcomes import Outcome
from cascade_frames.sending.records import Batch
from cascade_frames.sending.verdicts import Cause, Step, Verdict

REFUSALS_ALIKE: Final = 24  # in a row, with nothing accepted yet
PARTS_OF_A_RUN: Final = 2_000
PARTS_FOR_EACH_BATCH: Final = 40  # two bad rows in every batch of 1000


class Streak:
    """Refusals in a row for the same reason, until something is accepted.

    Attributes:
        last: the last refusal.
    """

    def __init__(self) -> None:
        self.last: Verdict | None = None
        self._alike = 0
        self._kind: tuple[str | None, str | None] | None = None
        self._accepted = False

    def add(self, verdict: Verdict) -> None:
        """Take note of what became of one request."""
        if verdict.error is None or verdict.settlement.outcome is Outcome.UNKNOWN:
            self._alike = 0
            self._accepted |= verdict.settlement.message_ids is not None
            return
        kind = (verdict.error.code, verdict.error.field)
        self._alike = self._alike + 1 if kind == self._kind else 1
        self._kind = kind
        self.last = verdict

    @property
    def systemic(self) -> bool:
        """The fault seems to lie in what all the messages share."""
        return self._alike >= REFUSALS_ALIKE and not self._accepted


class RunRefusals:
    """What all batches of a run have in common: their numbers, refusals and spare requests.

    Args:
        numbers: for the parts, from the same count as the batches'.
        batches: how many the run has.
    """

    def __init__(self, numbers: Iterator[int], batches: int) -> None:
        self.numbers = numbers
        self.parts_left = PARTS_OF_A_RUN + PARTS_FOR_EACH_BATCH * batches
        self.streak = Streak()


class Isolation:
    """Takes one batch apart until its bad rows are found.

    After each bad row the largest part left is next: if that is accepted, the fault lies in
    some rows, and not in what all of them share.
    """

    def __init__(self, batch: Batch, run: RunRefusals) -> None:
        self._batch = batch
        self._run = run
        self._parts = [batch]
        self._streak = Streak()
        self._row_found = False

    @property
    def open(self) -> bool:
        """Some of the batch is still to be sent."""
        return bool(self._parts)

    @property
    def given_up_for(self) -> Cause | None:
        """Why no more of the run should be sent."""
        if self._streak.systemic or self._run.streak.systemic:
            return Cause.SYSTEMIC_REFUSAL
        if self._parts != [self._batch] and self._run.parts_left <= 0:
            return Cause.TOO_MANY_REFUSALS
        return None

    @property
    def last_refusal(self) -> Verdict | None:
        """The last one of the run."""
        return self._run.streak.last

    def take(self) -> Batch:
        """The part that is next."""
        part = max(self._parts, key=len) if self._row_found else self._parts[-1]
        self._parts.remove(part)
        self._run.parts_left -= part != self._batch
        return part

    def add(self, part: Batch, verdict: Verdict) -> None:
        """Take note of what became of a part."""
        self._row_found = verdict.settlement.outcome is Outcome.REFUSED
        self._streak.add(verdict)
        self._run.streak.add(verdict)
        if verdict.step is Step.SPLIT:
            self._parts += reversed(self._halves(part))

    def _halves(self, part: Batch) -> tuple[Batch, Batch]:
        middle = (part.start + part.stop) // 2
        return (
            Batch(next(self._run.numbers), part.start, middle),
            Batch(next(self._run.numbers), middle, part.stop),
        )
