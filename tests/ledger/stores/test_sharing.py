"""Runs of one account that use one ledger share its rate."""

import asyncio
import itertools
import time

import pytest

from cascade_frames.errors import LedgerError
from cascade_frames.sending.pacing import Pace
from cascade_frames.sending.records import RunLabel, RunState

from .samples import LABEL, keys_of

OTHER = RunLabel("other@api.example", "autumn", "standard", "0")


@pytest.fixture
def writer_of(open_it):
    """Make the writer of a run of its own, with a ledger of its own; closed at the end."""
    made = []

    def make(number, label=LABEL):
        ledger = open_it()
        run_id = ledger.register(label, keys_of(ledger, [f"id-{number}"])).run_id
        made.append(ledger.open_run(run_id))
        return made[-1]

    yield make
    for writer in made:
        writer.close(RunState.FINISHED)


def test_no_time_is_given_twice(writer_of):
    """Spans that several runs speak for lie one after the other; another account's do not."""
    writers, other = [writer_of(1), writer_of(2)], writer_of(3, OTHER)

    async def ask():
        begun = time.monotonic()
        starts = []
        for number in range(8):
            wait = await writers[number % 2].reserve(5.0)
            starts.append(time.monotonic() - begun + wait)
        return starts, await other.reserve(5.0)

    starts, alone = asyncio.run(ask())
    gaps = [after - before for before, after in itertools.pairwise(starts)]
    assert min(gaps) > 4.9
    assert starts[-1] > 34.9
    assert alone == 0


def test_time_that_nobody_spoke_for_is_not_saved_up(writer_of):
    """A span begins now at the earliest: what was let pass is gone."""
    writer = writer_of(1)

    async def ask():
        first = await writer.reserve(0.01)
        await asyncio.sleep(0.05)
        return first, await writer.reserve(1.0), await writer.reserve(1.0)

    first, second, third = asyncio.run(ask())
    assert (first, second) == (0, 0)
    assert 0.5 < third <= 1.0


def test_a_clock_that_was_put_back_stops_nobody(open_it, writer_of):
    """What was spoken for a day ahead is taken for the mistake it is."""
    writer = writer_of(1)
    asyncio.run(writer.reserve(1.0))
    store = open_it()._store
    with store.transaction():
        store.rows("UPDATE slot SET free_at = free_at + 86400")
    assert asyncio.run(writer.reserve(1.0)) == 0


def test_two_runs_keep_to_one_rate(writer_of):
    """Together they send no more than the account may, and both get their turns."""
    rate, writers = 100.0, [writer_of(1), writer_of(2)]

    async def send(pace, times):
        for _ in range(40):
            await pace.turn()
            times.append(asyncio.get_running_loop().time())

    async def both():
        times = [[], []]
        paces = [Pace(rate, writer.reserve) for writer in writers]
        await asyncio.gather(*map(send, paces, times))
        return times

    times = sorted(itertools.chain(*asyncio.run(both())))
    # Over any stretch no more than the rate gives, but for half a second's worth made up for.
    for first in range(0, 80, 10):
        for last in range(first + 10, 80, 10):
            assert last - first <= (times[last] - times[first]) * rate + rate / 2
    assert times[-1] - times[0] >= (80 - rate / 2) / rate


def test_times_that_passed_unused_are_no_burst(writer_of):
    """After a pause a run speaks for new time instead of using up the old."""
    asked = []
    writer = writer_of(1)

    async def reserve(span):
        asked.append(span)
        return await writer.reserve(span)

    async def pause():
        pace = Pace(50.0, reserve)
        for _ in range(30):
            await pace.turn()
        before = len(asked)
        await asyncio.sleep(0.5 + 2 * 0.5)
        for _ in range(5):
            await pace.turn()
        return asked[before:]

    assert len(asyncio.run(pause())) >= 1
    assert max(asked) <= 0.5


def test_a_ledger_that_fails_leaves_the_word_to_the_intent():
    """A turn is given all the same; nothing leaves, since no intent can be written."""

    async def broken(_span):
        raise LedgerError("gone")

    async def turns():
        pace = Pace(1000.0, broken)
        for _ in range(3):
            await asyncio.wait_for(pace.turn(), 5)

    asyncio.run(turns())
