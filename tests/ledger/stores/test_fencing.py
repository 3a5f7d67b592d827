"""One owner at a time: who is gone is taken over, and who was taken over writes no intent."""

import asyncio
import threading
from datetime import timedelta

import psycopg
import pytest

from cascade_frames.errors import RunBusy
from cascade_frames.ledger import Ledger, statements
from cascade_frames.ledger.owner import HEARTBEAT, SILENCE
from cascade_frames.ledger.writer import RunWriter
from cascade_frames.sending.records import RunState

from .samples import LABEL, Batch, accepted, intend, keys_of, outcomes, settle

IDS = [f"id-{number}" for number in range(10)]
BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def _move_elsewhere(ledger, silent_for):
    """Make every run one of another machine, with its last sign of life some time ago."""
    with ledger._store.transaction():
        ledger._store.rows("UPDATE run SET host = 'elsewhere'")
        if "postgresql" in repr(ledger):
            back = "UPDATE run SET active_at = clock_timestamp() - make_interval(secs => ?)"
            ledger._store.rows(back, (silent_for.total_seconds(),))
        else:
            at = (ledger._store.now() - silent_for).isoformat()
            ledger._store.rows("UPDATE run SET active_at = ?", (at,))


def _last_sign(ledger, run=1):
    return ledger._store.rows(statements.READ_RUN, (run,))[0][7]


def test_a_paused_owner_that_wakes_up_is_fenced_off(open_it):
    """Its messages went to another run, so its next intent is refused; its outcomes still count."""
    paused, other = open_it(), open_it()
    keys = keys_of(paused, IDS)
    writer = paused.open_run(paused.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 4))
    _move_elsewhere(other, SILENCE * 2)
    taken = other.register(LABEL, keys)
    assert taken.pending.tolist() == [4, 5, 6, 7, 8, 9]
    with pytest.raises(RunBusy, match="took"):
        intend(writer, Batch(2, 4, 8))
    settle(writer, Batch(1, 0, 4), accepted(IDS[:4]))
    writer.close(RunState.HALTED)
    assert outcomes(other, keys) == ["accepted"] * 4 + ["unsent"] * 6
    assert paused._store.rows(statements.READ_RUN, (1,))[0][3] == RunState.SUPERSEDED


def test_an_owner_elsewhere_keeps_its_messages_until_it_has_been_silent(open_it):
    """A sign of life within `SILENCE` is enough; the ledger's own clock tells."""
    first, second = open_it(), open_it()
    keys = keys_of(first, IDS)
    first.register(LABEL, keys)
    _move_elsewhere(second, SILENCE - timedelta(minutes=1))
    with pytest.raises(RunBusy, match="elsewhere"):
        second.register(LABEL, keys)
    _move_elsewhere(second, SILENCE + timedelta(minutes=1))
    assert len(second.register(LABEL, keys).pending) == 10


def test_a_run_that_waits_gives_signs_of_life(open_it):
    """Without a word from the engine, the writer renews the run's last sign of life."""
    ledger = open_it()
    run_id = ledger.register(LABEL, keys_of(ledger, IDS)).run_id
    _move_elsewhere(ledger, SILENCE * 2)
    before = _last_sign(ledger)

    def until_signed():
        while _last_sign(ledger) == before:
            threading.Event().wait(0.005)

    async def wait():
        made = RunWriter(ledger._store.again(), 1, run_id, heartbeat=timedelta(milliseconds=5))
        await asyncio.to_thread(until_signed)
        return made

    writer = asyncio.run(wait())
    with pytest.raises(RunBusy):
        open_it().register(LABEL, keys_of(ledger, IDS))
    writer.close(RunState.FINISHED)
    assert timedelta(0) < HEARTBEAT < SILENCE / 10


def test_a_run_whose_end_could_not_be_written_locks_nobody_out(ledger):
    """A run of this process without a writer is not alive, whatever the ledger says of it."""
    keys = keys_of(ledger, IDS)
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    writer.close(RunState.PAUSED)
    with ledger._store.transaction():
        ledger._store.rows("UPDATE run SET state = 'active'")
    assert len(ledger.register(LABEL, keys).pending) == 10


@pytest.mark.parametrize("jump", [timedelta(hours=24), timedelta(hours=-24)])
def test_the_clock_of_a_client_does_no_harm_on_postgresql(database, monkeypatch, jump):
    """A clock that is a day off takes no living run over, and waits for no dead one."""
    ledger = Ledger(database)
    keys = keys_of(ledger, IDS)
    real = ledger._store.now()
    monkeypatch.setattr("cascade_frames.ledger.owner.now", lambda: real + jump)
    ledger.register(LABEL, keys)
    _move_elsewhere(ledger, timedelta(0))
    with pytest.raises(RunBusy):
        ledger.register(LABEL, keys)
    _move_elsewhere(ledger, SILENCE * 2)
    assert len(ledger.register(LABEL, keys).pending) == 10
    ledger.close()


def _until_blocked(database):
    with psycopg.connect(database, autocommit=True) as connection:
        while connection.execute(BLOCKED).fetchone() == (0,):
            threading.Event().wait(0.005)


def _in_thread(work):
    """Start work; the function that is returned waits for it and gives its result or error."""
    kept = []

    def run():
        try:
            kept.append((work(), None))
        except Exception as error:  # noqa: BLE001 - given to who asks
            kept.append((None, error))

    thread = threading.Thread(target=run)
    thread.start()

    def result():
        thread.join(30)
        return kept[0]

    return result


def test_a_taking_over_waits_for_an_intent_that_is_being_written(database):
    """Checked first and committed last, an intent is seen by whoever takes its run over."""
    owner, other = Ledger(database), Ledger(database)
    keys = keys_of(owner, IDS)
    owner.register(LABEL, keys)
    _move_elsewhere(owner, SILENCE * 2)
    store = owner._store
    with store.transaction():
        assert store.rows(statements.RUN_STATE, (1,)) == [(RunState.ACTIVE,)]
        taking_over = _in_thread(lambda: other.register(LABEL, keys).pending.tolist())
        _until_blocked(database)
        store.rows(statements.ADD_INTENT, (1, 1, 1, 0, 4, "2026-11-02T10:00:00+00:00"))
    assert taking_over() == ([4, 5, 6, 7, 8, 9], None)
    owner.close()
    other.close()


def test_an_intent_waits_for_a_taking_over_that_is_being_written(database):
    """An owner that wakes up in the middle of being taken over is refused once that is done."""
    owner, other = Ledger(database), Ledger(database)
    keys = keys_of(owner, IDS)
    writer = owner.open_run(owner.register(LABEL, keys).run_id)
    _move_elsewhere(other, SILENCE * 2)
    with other._store.transaction():
        other._store.rows(statements.SET_STATE, {"state": RunState.SUPERSEDED, "run": 1})
        waking = _in_thread(lambda: intend(writer, Batch(1, 0, 10)))
        _until_blocked(database)
    result, error = waking()
    assert (result, type(error)) == (None, RunBusy)
    writer.close(RunState.HALTED)
    assert outcomes(other, keys) == ["unsent"] * 10
    owner.close()
    other.close()


def test_registrations_of_one_account_wait_for_each_other(database):
    """While one run is being let in, another of the account waits; one of another does not."""
    first, second = Ledger(database), Ledger(database)
    with first._store.transaction(f"account:{LABEL.account}"):
        waiting = _in_thread(lambda: second.register(LABEL, keys_of(second, IDS)))
        _until_blocked(database)
        third = Ledger(database)
        third._store.rows("SELECT 1")
        with third._store.transaction("account:other@api.example"):
            pass
        third.close()
    assert len(waiting()[0].pending) == 10
    first.close()
    second.close()
