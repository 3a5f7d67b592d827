"""A standing that is passed on is never out of date."""

import threading
from dataclasses import replace

import numpy as np
import pytest

import cascade_frames as cf
from cascade_frames.ledger import standing as standings
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.sending.records import RunState
from cascade_frames.sending.verdicts import Settlement
from tests.support.segments import call, segment

from .samples import ACCOUNT, LABEL, Batch, accepted, intend, keys_of, outcomes, settle

IDS = [f"id-{number}" for number in range(6)]
PHONES = [f"+38050111223{number}" for number in range(6)]
LOST = Settlement(Outcome.UNKNOWN, Reason.ANSWER_LOST)


@pytest.fixture
def keys(ledger):
    """The keys of six messages to six people."""
    return keys_of(ledger, IDS, phones=PHONES)


def test_nothing_is_read_twice(ledger, keys, monkeypatch):
    """Where nothing was written since, the standing that was passed on is the answer."""
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 6))
    settle(writer, Batch(1, 0, 6), accepted(IDS))
    writer.close(RunState.FINISHED)
    before = ledger.stand(ACCOUNT, keys)
    monkeypatch.setattr(standings, "read_run", None)
    assert ledger.stand(ACCOUNT, keys, before) is before
    registration = ledger.register(LABEL, keys, before)
    assert registration.run_id is None
    assert ledger.stand(ACCOUNT, keys, registration.standing) is before


def _register_others(ledger, keys):
    ledger.open_run(ledger.register(LABEL, keys).run_id).close(RunState.PAUSED)


def _send(ledger, keys):
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 3))
    settle(writer, Batch(1, 0, 3), accepted(IDS[:3]))
    intend(writer, Batch(2, 3, 5))
    writer.close(RunState.PAUSED)


def _lose_and_resolve(ledger, keys):
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 6))
    settle(writer, Batch(1, 0, 6), LOST)
    writer.close(RunState.PAUSED)
    ledger.resolve(ACCOUNT, "accepted", campaign="autumn", ids=IDS[:1])


def _resolve_more(ledger, keys):  # noqa: ARG001 - every step takes both
    ledger.resolve(ACCOUNT, "resend", campaign="autumn", ids=IDS[1:2])


def _forget(ledger, keys):  # noqa: ARG001 - every step takes both
    ledger.forget(PHONES[2])


STEPS = {
    "registered": [_register_others],
    "sent": [_register_others, _send],
    "resolved": [_lose_and_resolve, _resolve_more, _register_others],
    "forgotten": [_send, _forget],
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_whatever_was_written_since_is_seen(open_it, keys, steps):
    """After each thing that another may do, a passed-on standing is as good as a new one."""
    mine, other = open_it(), open_it()
    before = mine.stand(ACCOUNT, keys)
    for step in steps:
        step(other, keys)
        fresh, before = mine.stand(ACCOUNT, keys), mine.stand(ACCOUNT, keys, before)
        assert fresh.table.equals(before.table)
        held = ~fresh.having("skipped")  # who was erased is found no more, and was before
        assert np.array_equal(fresh.places.runs[held], before.places.runs[held])
        assert np.array_equal(fresh.places.positions[held], before.places.positions[held])
    pending = mine.register(LABEL, keys, before).pending.tolist()
    assert pending == np.flatnonzero(fresh.having("unsent")).tolist()


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_held_keys_are_as_good_as_whole_ones(open_it, keys, steps):
    """What a run keeps of the keys of its messages finds whatever another does to them."""
    mine, other = open_it(), open_it()
    registration = mine.register(LABEL, keys)
    mine.open_run(registration.run_id).close(RunState.PAUSED)
    held, before = mine.held_keys(registration.run_id, keys.ids), registration.standing
    assert np.array_equal(held.id_hashes, keys.id_hashes)
    assert np.array_equal(held.contents, keys.contents)
    for step in steps:
        step(other, keys)
        before = mine.stand(ACCOUNT, held, before)
        assert mine.stand(ACCOUNT, keys).table.equals(before.table)


def test_what_changes_between_a_look_and_the_lock_counts(open_it, keys, monkeypatch):
    """Messages that another run gets while blocks are being packed are not claimed twice."""
    mine, other = open_it(), open_it()
    before = mine.stand(ACCOUNT, keys)
    pack, sent = standings.stand, []

    def late(store, account, asked, known=None):
        found = pack(store, account, asked, known)
        if not sent:
            sent.append(True)
            _send(other, keys)
        return found

    monkeypatch.setattr("cascade_frames.ledger.claims.stand", late)
    registration = mine.register(LABEL, keys, before)
    assert registration.pending.tolist() == [5]
    assert registration.standing.places.runs.tolist() == [1] * 5 + [2]
    assert outcomes(mine, keys) == ["accepted"] * 3 + ["unknown"] * 2 + ["unsent"]


def test_a_registration_knows_where_its_messages_are(ledger, keys):
    """Joining results after a run looks nothing up: what was registered is where it was put."""
    registration = ledger.register(LABEL, keys)
    looked = ledger.stand(ACCOUNT, keys)
    assert replace(registration.standing.places, records=None).upto == looked.places.upto
    assert np.array_equal(registration.standing.places.runs, looked.places.runs)
    assert np.array_equal(registration.standing.places.positions, looked.places.positions)


def test_one_ledger_for_two_threads_that_send_at_once(location):
    """Both go through one open ledger; each message leaves once, and both tables are right."""
    with cf.Sandbox() as sandbox:
        ledger = cf.Ledger(location)
        ready, results = threading.Barrier(2), {}

        def send(campaign):
            people = segment(300)
            ready.wait(30)
            results[campaign] = call(people, sandbox.account, ledger, campaign=campaign)

        threads = [threading.Thread(target=send, args=(name,)) for name in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        ledger.close()
        assert {name: set(table["outcome"]) for name, table in results.items()} == {
            "one": {"accepted"},
            "two": {"accepted"},
        }
        ids = sandbox.accepted()["id"]
        assert len(ids) == ids.nunique() == 600
        for table in results.values():
            assert table["messageId"].nunique() == 300
