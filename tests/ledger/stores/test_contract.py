"""What every ledger keeps, whichever database holds it."""

import numpy as np
import pytest

from cascade_frames.errors import LedgerError, RunBusy
from cascade_frames.ledger import open_ledger
from cascade_frames.ledger.claims import BLOCK
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.sending.records import RunState
from cascade_frames.sending.verdicts import Settlement

from .samples import ACCOUNT, AT, LABEL, Batch, accepted, intend, keys_of, outcomes, settle

IDS = [f"id-{number}" for number in range(10)]


def test_the_secret_outlives_the_connection(open_it):
    """All who open a ledger hash with the same 32 bytes."""
    first, second = open_it(), open_it()
    assert first.secret == second.secret
    assert len(first.secret) == 32


def test_a_new_ledger_knows_nobody(ledger):
    """Messages that no run holds are unsent and not started."""
    table = ledger.stand(ACCOUNT, keys_of(ledger, IDS)).table
    assert set(table["outcome"]) == {"unsent"}
    assert set(table["reason"]) == {"not_started"}


def test_a_run_is_kept_as_it_went(ledger):
    """Intents without outcome are unknown; receipts, reasons and times come back."""
    keys = keys_of(ledger, IDS)
    registration = ledger.register(LABEL, keys)
    assert registration.pending.tolist() == list(range(10))
    writer = ledger.open_run(registration.run_id)
    intend(writer, Batch(1, 0, 4))
    settle(writer, Batch(1, 0, 4), accepted(IDS[:4]))
    intend(writer, Batch(2, 4, 6))
    settle(writer, Batch(2, 4, 6), Settlement(Outcome.REFUSED, Reason.API_REFUSED, "bad sender"))
    intend(writer, Batch(3, 6, 8))
    writer.close(RunState.PAUSED)
    table = ledger.stand(ACCOUNT, keys).table
    assert table["outcome"].tolist() == (
        ["accepted"] * 4 + ["refused"] * 2 + ["unknown"] * 2 + ["unsent"] * 2
    )
    assert table["messageId"].tolist()[:4] == [f"m-id-{number}" for number in range(4)]
    assert table["reason"].tolist()[4:7] == ["api_refused", "api_refused", "in_flight"]
    assert table["detail"].tolist()[4] == "bad sender"
    assert table["sent_at"].tolist()[0] == AT
    assert table["batch"].tolist()[7] == 3


def test_only_what_is_unsent_is_let_in_again(ledger):
    """A second run holds the rows the first provably did not send, and no others."""
    keys = keys_of(ledger, IDS)
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 4))
    writer.close(RunState.HALTED)
    again = ledger.register(LABEL, keys)
    assert again.pending.tolist() == [4, 5, 6, 7, 8, 9]


def test_a_part_of_a_batch_may_have_receipts(ledger):
    """A row without a receipt in a reply that has others keeps its own reason."""
    keys = keys_of(ledger, IDS[:3])
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 3))
    partly = Settlement(Outcome.UNKNOWN, Reason.NOT_IN_REPLY, None, ("m-0", None, "m-2"))
    settle(writer, Batch(1, 0, 3), partly)
    writer.close(RunState.FINISHED)
    table = ledger.stand(ACCOUNT, keys).table
    assert table["outcome"].tolist() == ["accepted", "unknown", "accepted"]
    assert table["reason"].tolist()[1] == "not_in_reply"


def test_the_same_id_with_other_content_is_told(ledger):
    """An id that was accepted and comes again with other content is marked reused."""
    keys = keys_of(ledger, IDS[:2])
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 2))
    settle(writer, Batch(1, 0, 2), accepted(IDS[:2]))
    writer.close(RunState.FINISHED)
    other = keys_of(ledger, IDS[:2], np.array([0, 99], dtype=np.uint64))
    assert ledger.stand(ACCOUNT, other).reused.tolist() == [False, True]


def test_a_living_run_keeps_its_messages(open_it):
    """While a run is active, another that wants its messages is told so, and holds nothing."""
    first, second = open_it(), open_it()
    writer = first.open_run(first.register(LABEL, keys_of(first, IDS)).run_id)
    with pytest.raises(RunBusy, match="is alive"):
        second.register(LABEL, keys_of(second, IDS[:1]))
    other = second.register(LABEL, keys_of(second, ["id-other"]))
    assert other.pending.tolist() == [0]
    writer.close(RunState.FINISHED)


def test_accounts_do_not_share_ids(ledger):
    """The same id under another account is another message."""
    keys = keys_of(ledger, IDS[:1])
    ledger.register(LABEL, keys)
    assert ledger.stand("other@api.example", keys).table["outcome"].tolist() == ["unsent"]


def test_a_batch_may_cross_blocks(ledger):
    """Messages beyond one block are found at their own places."""
    keys = keys_of(ledger, [f"n{number}" for number in range(BLOCK + 3)])
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, BLOCK - 1, BLOCK + 1))
    writer.close(RunState.PAUSED)
    standing = outcomes(ledger, keys)
    assert [at for at, one in enumerate(standing) if one == "unknown"] == [BLOCK - 1, BLOCK]


def test_a_failed_transaction_leaves_nothing(ledger, monkeypatch):
    """A registration that breaks off in the middle is undone in whole."""
    keys = keys_of(ledger, IDS)

    def broken(*_args):
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patched:
        patched.setattr("cascade_frames.ledger.claims._add_run", broken)
        with pytest.raises(RuntimeError, match="in the middle"):
            ledger.register(LABEL, keys)
    assert ledger.register(LABEL, keys).pending.tolist() == list(range(10))


def test_a_batch_is_intended_once(ledger):
    """The same attempt at the same batch cannot be written twice."""
    writer = ledger.open_run(ledger.register(LABEL, keys_of(ledger, IDS)).run_id)
    intend(writer, Batch(1, 0, 4))
    with pytest.raises(LedgerError):
        intend(writer, Batch(1, 0, 4))
    writer.close(RunState.HALTED)


def test_the_environment_names_the_ledger(location, monkeypatch):
    """`CASCADE_LEDGER` takes whatever `ledger=` takes."""
    monkeypatch.setenv("CASCADE_LEDGER", location)
    ledger = open_ledger(None, "live")
    assert location.split("?")[0].rsplit("/", 1)[-1] in repr(ledger)
    ledger.close()
