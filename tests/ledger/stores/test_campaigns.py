"""What either store knows of campaigns."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from cascade_frames.ledger.deliveries import Reading
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.sending.records import RunLabel, RunState
from cascade_frames.sending.verdicts import Settlement

from .samples import ACCOUNT, AT, Batch, accepted, intend, keys_of, settle

REFUSED = Settlement(Outcome.REFUSED, Reason.API_REFUSED, "no")
DTYPES = {
    "campaign": "str",
    "account": "str",
    "first_sent_at": "datetime64[us, UTC]",
    "last_sent_at": "datetime64[us, UTC]",
    **dict.fromkeys(("runs", "messages", "accepted", "refused", "unsent", "unknown"), "int64"),
    **dict.fromkeys(("delivered", "undelivered", "pending"), "int64"),
}


def run(ledger, campaign, keys, settlements, account=ACCOUNT):
    """A run whose batches had these sizes and outcomes; None is no answer at all."""
    registration = ledger.register(RunLabel(account, campaign, "standard", "digest"), keys)
    writer = ledger.open_run(registration.run_id)
    start = 0
    for number, (size, settlement) in enumerate(settlements, 1):
        batch = Batch(number, start, start + size)
        intend(writer, batch)
        if settlement is not None:
            settle(writer, batch, settlement)
        start += size
    writer.close(RunState.FINISHED)
    return registration.run_id


@pytest.fixture
def sent(ledger):
    """Two campaigns, one of them with two runs and two accounts."""
    ids = [f"id-{number}" for number in range(8)]
    keys = keys_of(ledger, ids, phones=[f"+38050111223{number}" for number in range(8)])
    run(ledger, "autumn", keys, [(3, accepted(ids[:3])), (1, REFUSED), (1, None)])
    run(ledger, "winter", keys_of(ledger, ["w"]), [(1, accepted(["w"]))])
    run(ledger, "autumn", keys_of(ledger, ["o"]), [], account="other@api.example")
    run(ledger, "autumn", keys, [(1, accepted(ids[5:6]))])
    run(ledger, None, keys_of(ledger, ["x"]), [(1, accepted(["x"]))])
    later = AT + timedelta(hours=1)
    ledger.note(
        [
            Reading("m-id-0", "delivered", later),
            Reading("m-id-1", "permanenterror", later),
            Reading("m-id-2", "processing", later),
            Reading("m-foreign", "delivered", later),
        ]
    )
    return ids


@pytest.mark.usefixtures("sent")
def test_a_row_for_each_campaign_and_account(ledger):
    """Newest first, each message counted once, and the counts add up."""
    table = ledger.campaigns()
    assert {name: str(kind) for name, kind in table.dtypes.items()} == DTYPES
    assert table["campaign"].fillna("-").tolist() == ["-", "autumn", "autumn", "winter"]
    assert table["account"].tolist() == [ACCOUNT, ACCOUNT, "other@api.example", ACCOUNT]
    autumn = table.loc[1]
    counts = autumn[["runs", "messages", "accepted", "refused", "unsent", "unknown"]]
    assert counts.tolist() == [2, 8, 4, 1, 2, 1]
    assert autumn[["delivered", "undelivered", "pending"]].tolist() == [1, 1, 2]
    assert autumn["first_sent_at"] == autumn["last_sent_at"] == AT
    assert pd.isna(table.loc[2, "first_sent_at"])
    outcomes = table[["accepted", "refused", "unsent", "unknown"]].sum(axis=1)
    assert (outcomes == table["messages"]).all()
    states = table[["delivered", "undelivered", "pending"]].sum(axis=1)
    assert (states == table["accepted"]).all()


@pytest.mark.usefixtures("sent")
def test_an_accounts_campaigns_are_its_own(ledger):
    """Another account's are left out."""
    assert ledger.campaigns("other@api.example")["messages"].tolist() == [1]
    assert len(ledger.campaigns("nobody")) == 0


def test_a_ledger_without_campaigns_gives_the_columns(ledger):
    """An empty table has the dtypes of a full one."""
    table = ledger.campaigns()
    assert {name: str(kind) for name, kind in table.dtypes.items()} == DTYPES
    assert len(table) == 0


def test_a_message_of_several_runs_stands_as_in_the_last(ledger, sent):
    """What was unsent in the first run and accepted in the second is accepted, once."""
    runs = [one for one in ledger.campaign_runs("autumn") if one.account == ACCOUNT]
    messages = ledger.campaign_messages(runs)
    assert sorted(messages.ids.to_pylist()) == sent
    assert messages.count("accepted") == 4
    receipts = dict(zip(messages.ids.to_pylist(), messages.message_ids.to_pylist(), strict=True))
    assert [one for one in sent if receipts[one]] == ["id-0", "id-1", "id-2", "id-5"]


def test_people_who_were_erased_are_not_counted(ledger, sent):
    """Neither among messages nor among deliveries."""
    assert ledger.forget("+380501112230") == 1
    autumn = ledger.campaigns(ACCOUNT).set_index("campaign").loc["autumn"]
    assert autumn[["messages", "accepted", "delivered"]].tolist() == [7, 3, 0]
    keys = keys_of(ledger, sent[:2], np.zeros(2, np.uint64))
    assert ledger.forgotten(keys).tolist() == [True, False]
