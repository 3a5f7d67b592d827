"""A run's writer: in order, together where it can be, and nothing lost with what fails."""

import asyncio
import threading
from contextlib import closing
from datetime import UTC, datetime

import apsw
import numpy as np
import pytest

import cascade_frames as cf
from cascade_frames.ledger import commits as written
from cascade_frames.ledger import desks
from cascade_frames.ledger.sqlite import SqliteStore
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.fates import as_texts
from cascade_frames.planning.memory import MessageKeys
from cascade_frames.sending.records import Batch, RunLabel, RunState
from cascade_frames.sending.verdicts import Settlement

NOW = datetime.now(UTC)
UNSENT = Settlement(Outcome.UNSENT, Reason.NOT_CONNECTED, None)


@pytest.fixture(params=["loop", "thread"])
def desk(request, monkeypatch):
    """Have records wait at one desk, then at the other, whatever the store is."""
    monkeypatch.setattr(SqliteStore, "near", request.param == "loop")


@pytest.fixture
def writer(ledger, desk):  # noqa: ARG001 - decides how it writes
    """Yield the writer of a run of a hundred messages, closed at the end."""
    opened = cf.Ledger(ledger)
    ids = as_texts([f"i{n}" for n in range(100)])
    hashes = np.arange(100, dtype=np.uint64)
    registration = opened.register(RunLabel("a", None, "r", "d"), MessageKeys(ids, hashes, hashes))
    made = opened.open_run(registration.run_id)
    yield made
    made.close(RunState.FINISHED)
    opened.close()


@pytest.fixture
def commits(monkeypatch):
    """Return a list that gains how many records a commit holds, for each commit there is."""
    sizes = []
    write = written.Commits.write

    def counted(self, group):
        sizes.append(len(group))
        write(self, group)

    monkeypatch.setattr(written.Commits, "write", counted)
    return sizes


def count(ledger, table):
    """Count the committed rows."""
    with closing(apsw.Connection(str(ledger))) as other:
        return other.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608


def batch(number):
    """Return the batch of one message."""
    return Batch(number, number - 1, number)


def test_many_records_share_a_commit(writer, ledger, commits):
    """Records that come together are synced together, and all are there when they are awaited."""

    async def go():
        await asyncio.gather(*(writer.intend(batch(n), 1, NOW) for n in range(1, 101)))
        return count(ledger, "intent")

    assert asyncio.run(go()) == 100
    assert sum(commits) == 100
    assert len(commits) < 50


def test_an_outcome_shares_the_commit_of_the_next_intent(writer, ledger, commits):
    """A batch costs one sync, not two; and an intent is never durable before what came first."""

    async def go():
        for number in range(1, 21):
            await writer.intend(batch(number), 1, NOW)
            assert count(ledger, "outcome") == number - 1
            last = writer.settle(batch(number), 1, NOW, UNSENT)
        await last

    asyncio.run(go())
    assert count(ledger, "outcome") == 20
    assert len(commits) == 21


def test_an_outcome_without_company_is_written_all_the_same(writer, ledger):
    """Whoever waits for an outcome alone waits for a moment, not for the next request."""

    async def go():
        await writer.intend(batch(1), 1, NOW)
        await asyncio.wait_for(writer.settle(batch(1), 1, NOW, UNSENT), 5)

    asyncio.run(go())
    assert count(ledger, "outcome") == 1


def test_the_last_outcomes_are_not_kept_waiting_for_company(writer, ledger, monkeypatch):
    """Once no intent can follow, what was settled is written at once: a send ends sooner."""
    monkeypatch.setattr(desks, "_COMPANY_SECONDS", 600.0)

    async def go():
        await writer.intend(batch(1), 1, NOW)
        written = writer.settle(batch(1), 1, NOW, UNSENT)
        writer.flush()
        await asyncio.wait_for(written, 60)

    asyncio.run(go())
    assert count(ledger, "outcome") == 1


def test_one_bad_record_fails_alone(writer, ledger):
    """A record that cannot be written takes none of its neighbours with it."""

    async def go():
        await writer.intend(batch(1), 1, NOW)
        twice = [writer.intend(batch(n), 1, NOW) for n in (2, 1, 3)]
        return await asyncio.gather(*twice, return_exceptions=True)

    first, second, third = asyncio.run(go())
    assert first is None
    assert third is None
    assert isinstance(second, cf.LedgerError)
    assert count(ledger, "intent") == 3


def test_a_waiter_that_goes_away_leaves_its_record(writer, ledger):
    """An outcome is recorded even when nobody waits for it any more, and the writer goes on."""

    async def go():
        await writer.intend(batch(1), 1, NOW)
        waiting = writer.settle(batch(1), 1, NOW, UNSENT)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await writer.intend(batch(2), 1, NOW)

    asyncio.run(go())
    assert count(ledger, "outcome") == 1
    assert count(ledger, "intent") == 2


@pytest.mark.usefixtures("desk")
def test_closing_writes_what_is_queued(ledger):
    """The end of a run is recorded after everything else, and no thread of it goes on."""
    opened = cf.Ledger(ledger)
    one = as_texts(["i"])
    zero = np.zeros(1, np.uint64)
    registration = opened.register(RunLabel("a", None, "r", "d"), MessageKeys(one, zero, zero))
    made = opened.open_run(registration.run_id)
    assert written.is_open(registration.run_id)

    async def go():
        await made.intend(batch(1), 1, NOW)
        made.settle(batch(1), 1, NOW, UNSENT)

    asyncio.run(go())
    made.close(RunState.HALTED)
    assert not written.is_open(registration.run_id)
    assert not [one for one in threading.enumerate() if one.name == "cascade-ledger"]
    assert count(ledger, "outcome") == 1
    with closing(apsw.Connection(str(ledger))) as other:
        assert other.execute("SELECT state FROM run").fetchone() == ("halted",)
    opened.close()


@pytest.mark.parametrize("desk", ["loop"], indirect=True)
def test_answers_that_come_together_lead_to_one_commit(writer, ledger, commits):
    """Whoever needs some turns of the loop to its next intent shares the commit of the first."""

    async def go():
        async def after(turns):
            for _ in range(turns):
                await asyncio.sleep(0)
            await writer.intend(batch(turns + 1), 1, NOW)

        await asyncio.gather(*map(after, range(desks._TURNS)))

    asyncio.run(go())
    assert count(ledger, "intent") == desks._TURNS
    assert len(commits) <= 2


def test_a_writer_serves_one_loop_after_another(writer, ledger):
    """What waited in a loop that has ended is written with what comes in the next one."""

    async def leave():
        await writer.intend(batch(1), 1, NOW)
        writer.settle(batch(1), 1, NOW, UNSENT)

    asyncio.run(leave())
    asyncio.run(writer.intend(batch(2), 1, NOW))
    assert count(ledger, "outcome") == 1
    assert count(ledger, "intent") == 2
