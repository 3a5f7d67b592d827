"""Outcomes on their way to the ledger, and what is shown of them."""

import asyncio
from datetime import UTC, datetime

import pytest

from cascade_frames.errors import LedgerError
from cascade_frames.outcomes import Outcome
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import Batch
from cascade_frames.sending.settling import Settling
from cascade_frames.sending.verdicts import Settlement

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REFUSED = Settlement(Outcome.REFUSED)


class SlowLedger:
    """Writes when it is told to."""

    def __init__(self):
        self.waiting = []
        self.flushed = 0

    def settle(self, *outcome):
        assert len(outcome) == 4
        self.waiting.append(asyncio.get_running_loop().create_future())
        return self.waiting[-1]

    def flush(self):
        self.flushed = len(self.waiting)


def settling(observe, fail=pytest.fail):
    """A ledger, and a settling of a run of five messages."""
    ledger = SlowLedger()
    return ledger, Settling(ledger, Progress(total=5), observe, fail)


def test_nothing_is_shown_as_settled_before_it_is_written():
    """Whoever sees a count must find it in the ledger, whatever happens next."""

    async def run():
        shown = []
        ledger, made = settling(shown.append)
        made.begin()
        made.settle(Batch(1, 0, 2), 1, NOW, REFUSED, for_good=True)
        await asyncio.sleep(0)
        assert [one.settled for one in shown] == [0]
        ledger.waiting[0].set_result(None)
        await made.all_written()
        assert [one.settled for one in shown] == [0, 2]

    asyncio.run(run())


def test_a_batch_that_goes_again_counts_as_a_request_alone():
    """Its rows are not decided, so they are not counted twice in the end."""

    async def run():
        shown = []
        ledger, made = settling(shown.append)
        for attempt, for_good in ((1, False), (2, True)):
            made.settle(Batch(1, 0, 5), attempt, NOW, REFUSED, for_good=for_good)
            ledger.waiting[-1].set_result(None)
            await made.all_written()
        assert [(one.requests, one.refused) for one in shown] == [(1, 0), (2, 5)]

    asyncio.run(run())


def test_the_ledger_is_told_that_no_more_will_come():
    """It would wait for company for the last outcomes, and everybody for it."""

    async def run():
        shown = []
        ledger, made = settling(shown.append)
        for start in (0, 2):
            made.settle(Batch(1, start, start + 2), 1, NOW, REFUSED, for_good=True)
        ending = asyncio.create_task(made.all_written())
        await asyncio.sleep(0)
        assert ledger.flushed == 2
        for one in ledger.waiting:
            one.set_result(None)
        await ending

    asyncio.run(run())


def test_an_outcome_that_cannot_be_written_is_told_and_not_shown():
    """The run must halt on it, and nobody may take the batch for settled."""

    async def run():
        shown, failed = [], []
        ledger, made = settling(shown.append, failed.append)
        made.settle(Batch(1, 0, 5), 1, NOW, REFUSED, for_good=True)
        ledger.waiting[0].set_exception(LedgerError("The disk is full."))
        await made.all_written()
        assert [str(error) for error in failed] == ["The disk is full."]
        assert shown == []

    asyncio.run(run())


def test_a_run_goes_on_where_its_progress_cannot_be_shown():
    """A terminal that was closed must not end a send, and is not tried again."""

    async def run():
        tries = []

        def closed(progress):
            tries.append(progress)
            raise BrokenPipeError

        ledger, made = settling(closed)
        made.begin()
        made.settle(Batch(1, 0, 5), 1, NOW, REFUSED, for_good=True)
        ledger.waiting[0].set_result(None)
        await made.all_written()
        assert len(tries) == 1

    asyncio.run(run())
