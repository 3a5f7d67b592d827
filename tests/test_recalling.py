"""Campaigns found again: the same table in a new kernel, whoever sent it."""

import os
import pickle
import subprocess
import sys

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.errors import MappingError, UsageError
from tests.support.segments import call, segment

SEGMENT = pd.DataFrame(
    {
        "phone": ["050 111 22 33", "0501112234", "bad", "0501112233", None, "0501112235"],
        "city": ["Львів", "Київ", "Київ", "Одеса", "Одеса", "Львів"],
        "note": [f"hello {number}" for number in range(6)],
    },
    index=[7, 7, 3, 1, 0, 9],
)


def send(table, sandbox, ledger, **options):
    """Send what can be sent."""
    return call(table, sandbox.account, ledger, on_invalid="drop", **options)


def again(table, ledger, **options):
    """The results of the campaign, joined by phone."""
    return cf.results("c", table, **{"to_phone": "{phone}", "ledger": ledger} | options)


def test_the_name_is_the_verbs():
    """`cf.results` stays the verb, though there is a stage of that name, whatever is loaded."""
    import cascade_frames.assembly
    import cascade_frames.joining.join  # noqa: F401 - imported for what it might do to the name

    assert callable(cf.results)
    assert cf.results.__module__ == "cascade_frames.result_verbs"


def test_the_result_table_comes_back_as_it_was(sandbox, ledger):
    """Rows, order, index, columns, dtypes and attributes; rejected rows with their reason."""
    sent = send(SEGMENT, sandbox, ledger)
    found = again(SEGMENT, ledger)
    pd.testing.assert_frame_equal(found, sent)
    assert found.attrs == sent.attrs


def test_tracking_goes_on_from_there(sandbox, ledger):
    """What tracking found is there again, as columns of the table and counts of the campaign."""
    sent = send(SEGMENT, sandbox, ledger)
    sandbox.step(7 * 86_400)
    tracked = again(SEGMENT, ledger).cascade.track(
        account=sandbox.account, ledger=ledger, ui="none"
    )
    assert tracked["delivery"].notna().sum() == 3
    pd.testing.assert_frame_equal(again(SEGMENT, ledger), tracked)
    pd.testing.assert_frame_equal(cf.results("c", sent, ledger=ledger), tracked)
    row = cf.campaigns(ledger=ledger).iloc[0]
    assert row["delivered"] == (tracked["delivery"] == "delivered").sum()
    assert row["delivered"] + row["undelivered"] == row["accepted"] == 3


def test_without_a_segment_there_is_a_row_for_each_message(sandbox, ledger):
    """Whoever has no segment any more still has the campaign."""
    sent = send(SEGMENT, sandbox, ledger).dropna(subset="messageId").reset_index(drop=True)
    found = cf.results("c", ledger=ledger)
    pd.testing.assert_frame_equal(found, sent[found.columns])


def test_a_result_table_is_brought_up_to_date(sandbox, ledger):
    """Joined by its own trackinId; what was rejected or skipped then stays so."""
    sent = send(SEGMENT, sandbox, ledger, opt_out=["0501112235"])
    assert set(sent["outcome"]) == {"accepted", "rejected", "skipped"}
    pd.testing.assert_frame_equal(cf.results("c", sent, ledger=ledger), sent)
    read = pd.read_csv(_written(sent, ledger))
    found = cf.results("c", read, ledger=ledger)
    assert found["outcome"].tolist() == sent["outcome"].tolist()
    assert found["detail"].fillna("-").tolist() == sent["detail"].fillna("-").tolist()


def _written(table, beside):
    path = beside.with_suffix(".csv")
    table.to_csv(path, index=False)
    return path


def test_a_row_that_the_campaign_never_had_is_told(sandbox, ledger):
    """It is neither lost nor taken for one that was tried."""
    send(SEGMENT, sandbox, ledger)
    more = pd.DataFrame({"phone": ["0501112234", "0509999999"]})
    found = again(more, ledger)
    assert found["outcome"].tolist() == ["accepted", "unsent"]
    assert found["reason"].fillna("-").tolist() == ["-", "not_registered"]
    assert found["trackinId"].notna().all()


def test_ids_of_ones_own_join_by_their_template(sandbox, ledger):
    """And by a column of the API's name, where nothing is said."""
    table = segment(5).assign(order=range(5))
    sent = send(table, sandbox, ledger, id="order-{order}")
    pd.testing.assert_frame_equal(cf.results("c", table, id="order-{order}", ledger=ledger), sent)
    named = pd.DataFrame({"id": ["order-4", "order-9", None, "order-4"]})
    found = cf.results("c", named, ledger=ledger)
    assert found["outcome"].tolist() == ["accepted", "unsent", "unsent", "rejected"]
    assert found["messageId"][0] == sent["messageId"].iloc[4]


def test_a_forgotten_person_is_skipped(sandbox, ledger):
    """As a plan would have it; nothing of the message comes back."""
    send(SEGMENT, sandbox, ledger)
    cf.forget("0501112234", ledger=ledger)
    found = again(SEGMENT, ledger).iloc[1]
    assert (found["outcome"], found["reason"]) == ("skipped", "forgotten")
    assert pd.isna(found["messageId"])


def test_columns_of_the_callers_are_not_lost(sandbox, ledger):
    """A clash is told, with the way out, and a suffix is it."""
    send(SEGMENT, sandbox, ledger)
    own = SEGMENT.assign(reason="loyal")
    with pytest.raises(MappingError, match=r"'reason'.*suffix"):
        again(own, ledger)
    found = again(own, ledger, suffix="_sms")
    assert set(found["reason"]) == {"loyal"}
    assert found["outcome_sms"].tolist().count("accepted") == 3


def test_the_segment_is_left_as_it_was(sandbox, ledger):
    """A verb that reads changes nothing."""
    send(SEGMENT, sandbox, ledger)
    before = SEGMENT.copy(deep=True)
    again(SEGMENT, ledger)
    pd.testing.assert_frame_equal(SEGMENT, before)


def test_a_name_that_is_not_there_brings_the_near_ones(sandbox, ledger):
    """A slip of the keyboard costs one more try."""
    with pytest.raises(UsageError, match=r"knows no campaign\. Name the ledger"):
        cf.results("autumn-promo", ledger=ledger)
    send(SEGMENT, sandbox, ledger, campaign="autumn-promo")
    with pytest.raises(UsageError, match="Did you mean 'autumn-promo'"):
        cf.results("Autum-promo", ledger=ledger)
    with pytest.raises(UsageError, match="It knows 'autumn-promo'"):
        cf.results("zzz", ledger=ledger)


@pytest.mark.parametrize(
    "wrong",
    [{"to_phone": "{phone}"}, {"suffix": "_x"}, {"region": "PL"}, {"id": pd.Series(["a", "b"])}],
)
def test_arguments_of_a_join_need_a_segment(ledger, wrong):
    """Left over arguments are not swallowed."""
    with pytest.raises(MappingError, match="pass the segment"):
        cf.results("c", ledger=ledger, **wrong)


def test_nothing_to_join_by_is_told(sandbox, ledger):
    """With the three ways that there are."""
    send(SEGMENT, sandbox, ledger)
    with pytest.raises(MappingError, match=r"to_phone=.*id=.*trackinId"):
        cf.results("c", SEGMENT, ledger=ledger)


@pytest.fixture
def two_accounts(ledger):
    """Yield two sandboxes that have the same campaign in one ledger, the newer one last."""
    with cf.Sandbox() as first, cf.Sandbox() as second:
        send(segment(2), first, ledger)
        send(segment(3), second, ledger)
        yield first, second


def test_several_accounts_are_told_apart(two_accounts, ledger, monkeypatch):
    """By an account, its name in the table, or the configuration; else it is asked."""
    first, second = two_accounts
    identities = [second.account.identity, first.account.identity]
    assert cf.campaigns(ledger=ledger)["account"].tolist() == identities
    with pytest.raises(UsageError, match=r"2 accounts.*account="):
        cf.results("c", ledger=ledger)
    with pytest.raises(UsageError, match="2 accounts"):
        cf.results("c", ledger=ledger, account="sandbox")
    for one, rows in ((first, 2), (second, 3)):
        for account in (one.account, one.account.identity):
            assert len(cf.results("c", ledger=ledger, account=account)) == rows
            assert cf.campaigns(account, ledger)["messages"].tolist() == [rows]
    monkeypatch.setenv("CASCADE_BASE_URL", first.url)
    for field in ("api_key", "viber_token", "telegram_key"):
        monkeypatch.setenv(f"CASCADE_{field.upper()}", getattr(first, field))
    monkeypatch.setenv("CASCADE_NAME", "sandbox")
    assert len(cf.results("c", ledger=ledger)) == 2


@pytest.mark.usefixtures("two_accounts")
@pytest.mark.parametrize("account", ["nobody", 7])
def test_an_account_that_is_not_there_is_told(ledger, account):
    """Or something that is none at all."""
    with pytest.raises(UsageError, match="account"):
        cf.results("c", ledger=ledger, account=account)
    with pytest.raises(UsageError, match="account"):
        cf.campaigns(account, ledger)


def test_the_default_sandboxes_campaign_is_found_without_arguments():
    """In the kernel that sent, with nothing configured at all."""
    how = {"to_phone": "{phone}", "from_name": "B", "message_type": "promo", "text": "Hello"}
    sent = segment(3).cascade.send(campaign="first-try", ui="none", **how)
    pd.testing.assert_frame_equal(cf.results("first-try", segment(3), to_phone="{phone}"), sent)
    assert cf.campaigns()["campaign"].tolist() == ["first-try"]


def test_another_process_has_the_same_table(sandbox, ledger, tmp_path):
    """A real second process, which knows nothing but the ledger and the segment."""
    sent = send(SEGMENT, sandbox, ledger)
    table, told = tmp_path / "segment.pickle", tmp_path / "results.pickle"
    SEGMENT.to_pickle(table)
    code = (
        "import pandas as pd, pickle, sys, cascade_frames as cf;"
        "segment = pd.read_pickle(sys.argv[1]);"
        "found = cf.results('c', segment, to_phone='{phone}');"
        "pickle.dump((found, cf.campaigns()), open(sys.argv[2], 'wb'))"
    )
    subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-c", code, str(table), str(told)],
        env={**os.environ, "CASCADE_LEDGER": str(ledger)},
        check=True,
        timeout=110,
    )
    found, campaigns = pickle.loads(told.read_bytes())  # noqa: S301 - written just now
    pd.testing.assert_frame_equal(found, sent)
    assert found.attrs == sent.attrs
    pd.testing.assert_frame_equal(campaigns, cf.campaigns(ledger=ledger))
