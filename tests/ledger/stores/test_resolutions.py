"""Unknown rows are listed, and settled on purpose only."""

import os
import platform

import pytest

from cascade_frames.errors import MappingError, RunBusy
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.sending.records import RunState
from cascade_frames.sending.verdicts import Settlement

from .samples import ACCOUNT, AT, LABEL, Batch, accepted, intend, keys_of, outcomes, settle

IDS = [f"id-{number}" for number in range(10)]
LOST = Settlement(Outcome.UNKNOWN, Reason.ANSWER_LOST)


@pytest.fixture
def keys(ledger):
    """The keys of ten messages."""
    return keys_of(ledger, IDS)


@pytest.fixture
def run_id(ledger, keys):
    """A run that ended with four messages accepted, two lost, two in flight and two unsent."""
    registered = ledger.register(LABEL, keys).run_id
    writer = ledger.open_run(registered)
    for number, start, stop in ((1, 0, 4), (2, 4, 6), (3, 6, 8)):
        intend(writer, Batch(number, start, stop))
    settle(writer, Batch(1, 0, 4), accepted(IDS[:4]))
    settle(writer, Batch(2, 4, 6), LOST)
    writer.close(RunState.HALTED)
    return registered


def test_unknown_rows_are_listed_with_what_is_known(ledger, run_id):
    """Each has its id, run, batch, time and reason."""
    table = ledger.unknown("autumn")
    assert table["trackinId"].tolist() == IDS[4:8]
    assert table["run"].unique().tolist() == [run_id]
    assert table["batch"].tolist() == [2, 2, 3, 3]
    assert table["reason"].tolist() == ["answer_lost"] * 2 + ["in_flight"] * 2
    assert set(table["sent_at"]) == {AT}
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == {
        "trackinId": "str",
        "run": "str",
        "batch": "Int64",
        "sent_at": "datetime64[us, UTC]",
        "reason": "str",
    }


@pytest.mark.usefixtures("run_id")
def test_other_campaigns_and_accounts_are_not_listed(ledger):
    """Only what was asked for; without a question, all; and an empty table is of the same kind."""
    assert len(ledger.unknown()) == 4
    assert len(ledger.unknown("spring")) == 0
    assert len(ledger.unknown("autumn", "other@api.example")) == 0
    assert ledger.unknown("spring").dtypes.equals(ledger.unknown().dtypes)


@pytest.mark.usefixtures("run_id")
def test_accepted_is_final(ledger, keys):
    """Rows settled as accepted have no messageId, say so, and are never sent."""
    settled = ledger.resolve(ACCOUNT, "accepted", campaign="autumn")
    assert settled["trackinId"].tolist() == IDS[4:8]
    table = ledger.stand(ACCOUNT, keys).table
    assert table["outcome"].tolist() == ["accepted"] * 8 + ["unsent"] * 2
    assert table["messageId"].isna().tolist() == [False] * 4 + [True] * 6
    assert table["detail"][4].startswith("resolved as accepted, ")
    assert len(ledger.unknown()) == 0
    assert ledger.register(LABEL, keys).pending.tolist() == [8, 9]


@pytest.mark.usefixtures("run_id")
def test_resend_lets_the_next_run_send_them(ledger, keys):
    """Rows settled as resend are unsent, and held by the next run; then it decides."""
    ledger.resolve(ACCOUNT, "resend", ids=IDS[4:7])
    assert outcomes(ledger, keys)[4:8] == ["unsent"] * 3 + ["unknown"]
    again = ledger.register(LABEL, keys)
    assert again.pending.tolist() == [4, 5, 6, 8, 9]
    writer = ledger.open_run(again.run_id)
    intend(writer, Batch(1, 0, 2))
    intend(writer, Batch(2, 2, 5))
    settle(writer, Batch(1, 0, 2), accepted(IDS[4:6]))
    writer.close(RunState.FINISHED)
    assert outcomes(ledger, keys) == ["accepted"] * 6 + ["unknown"] * 4
    assert ledger.unknown()["trackinId"].tolist() == [IDS[7], IDS[6], IDS[8], IDS[9]]


@pytest.mark.usefixtures("run_id")
def test_every_decision_is_noted(ledger):
    """The ledger keeps who decided what, and when, in order."""
    ledger.resolve(ACCOUNT, "accepted", campaign="autumn", ids=IDS[4:5])
    ledger.resolve(ACCOUNT, "resend", campaign="autumn")
    table = ledger.resolved("autumn", ACCOUNT)
    assert table["decision"].tolist() == ["accepted", "resend"]
    assert table["rows"].tolist() == [1, 3]
    assert table["host"].tolist() == [platform.node()] * 2
    assert table["process"].tolist() == [os.getpid()] * 2
    assert table["at"].is_monotonic_increasing
    assert len(ledger.resolved("spring")) == 0


@pytest.mark.usefixtures("run_id")
@pytest.mark.parametrize(
    ("decision", "which", "told"),
    [
        ("resend", {"ids": ["id-0", "id-4"]}, r"1 of 2 are not unknown"),
        ("resend", {"campaign": "spring", "ids": ["id-4"]}, r"1 of 1 are not unknown"),
        ("resend", {}, "campaign: name one"),
        ("again", {"campaign": "autumn"}, "decision: choose"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(ledger, keys, decision, which, told):
    """A decision about rows that are not unknown is refused as a whole."""
    before = outcomes(ledger, keys)
    with pytest.raises(MappingError, match=told):
        ledger.resolve(ACCOUNT, decision, **which)
    assert outcomes(ledger, keys) == before
    assert len(ledger.resolved()) == 0


def test_a_living_run_decides_for_itself(open_it):
    """While their run may be alive, rows cannot be settled by anyone else."""
    first, second = open_it(), open_it()
    keys = keys_of(first, IDS)
    writer = first.open_run(first.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 4))
    with pytest.raises(RunBusy):
        second.resolve(ACCOUNT, "resend", campaign="autumn")
    settle(writer, Batch(1, 0, 4), accepted(IDS[:4]))
    writer.close(RunState.PAUSED)
    assert outcomes(second, keys) == ["accepted"] * 4 + ["unsent"] * 6


def test_a_late_answer_outweighs_a_decision(open_it):
    """An owner thought gone that still records its receipt is believed."""
    ledger = open_it()
    keys = keys_of(ledger, IDS)
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 4))
    with ledger._store.transaction():
        ledger._store.rows("UPDATE run SET process_started = 0, process = 4194304")
    ledger.resolve(ACCOUNT, "resend", campaign="autumn")
    with pytest.raises(RunBusy):
        intend(writer, Batch(2, 4, 8))
    settle(writer, Batch(1, 0, 4), accepted(IDS[:4]))
    writer.close(RunState.HALTED)
    assert outcomes(ledger, keys) == ["accepted"] * 4 + ["unsent"] * 6
