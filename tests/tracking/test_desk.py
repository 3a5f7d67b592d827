"""Many posts, few commits."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from cascade_frames.errors import LedgerError
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.tracking import desk
from cascade_frames.tracking.desk import Desk, DeskFull

AT = datetime(2026, 11, 2, 10, tzinfo=UTC)


class SlowLedger:
    """Notes when it is let, and can be made to fail."""

    def __init__(self):
        self.groups = []
        self.entered = threading.Event()
        self.let = threading.Event()
        self.error = None

    def note(self, readings):
        """Keep what came together."""
        self.groups.append(len(readings))
        self.entered.set()
        assert self.let.wait(30)
        if self.error:
            raise self.error


def readings(count):
    """So many readings."""
    return [Reading(f"m-{number}", "delivered", AT) for number in range(count)]


async def behind_another(ledger, sizes):
    """Let one reading be noted, and bring these meanwhile; what became of each."""
    taking = Desk(ledger)
    first = asyncio.create_task(taking.take(readings(1)))
    await asyncio.to_thread(ledger.entered.wait, 30)
    others = [asyncio.create_task(taking.take(readings(size))) for size in sizes]
    await asyncio.sleep(0)
    assert not any(one.done() and one.exception() is None for one in (first, *others))
    ledger.let.set()
    return await asyncio.gather(first, *others, return_exceptions=True)


def test_what_comes_during_a_commit_goes_into_the_next_together():
    """A burst costs two commits, and nobody is answered before their own."""
    ledger = SlowLedger()
    assert asyncio.run(behind_another(ledger, [1, 2, 3])) == [None] * 4
    assert ledger.groups == [1, 6]


@pytest.mark.parametrize("error", [LedgerError("disk full"), RuntimeError("a fault of ours")])
def test_whoever_waits_hears_of_a_failure(error):
    """No reading counts as noted that is not, whatever went wrong; and the next ones are tried."""
    ledger = SlowLedger()
    ledger.error = error
    told = asyncio.run(behind_another(ledger, [1, 1]))
    assert [type(one) for one in told] == [LedgerError] * 3
    assert ledger.groups == [1, 2]


def test_one_who_goes_away_takes_nothing_along():
    """A sender that hangs up fails no other."""
    ledger = SlowLedger()

    async def hang_up():
        taking = Desk(ledger)
        gone = asyncio.create_task(taking.take(readings(1)))
        await asyncio.to_thread(ledger.entered.wait, 30)
        gone.cancel()
        stays = asyncio.create_task(taking.take(readings(1)))
        ledger.let.set()
        await stays
        return await asyncio.gather(gone, return_exceptions=True)

    assert isinstance(asyncio.run(hang_up())[0], asyncio.CancelledError)
    assert ledger.groups == [1, 1]


def test_a_full_desk_takes_no_more(monkeypatch):
    """Memory has a bound: whoever comes beyond it is to come again."""
    monkeypatch.setattr(desk, "MOST_WAITING", 5)
    ledger = SlowLedger()
    told = asyncio.run(behind_another(ledger, [4, 2, 1]))
    assert [type(one) for one in told] == [type(None), type(None), DeskFull, type(None)]
    assert ledger.groups == [1, 5]
