"""The result table: every row of the caller's, as it was, with what became of it."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cascade_frames as cf
from tests.support.raw import RawServer, accept, error
from tests.support.segments import account, call, counts, segment

ADDED = ["trackinId", "messageId", "outcome", "reason", "detail", "batch", "attempts", "sent_at"]

phones = st.sampled_from(
    ["+380501112233", "+380501112234", "0501112235", "050 111 22 36", "nonsense", None, ""]
)
indexes = st.sampled_from(["range", "repeated", "dates", "multi", "text"])


def index_of(kind, size):
    """Return an index of this kind."""
    if kind == "repeated":
        return pd.Index([7] * size, name="seven")
    if kind == "dates":
        return pd.date_range("2026-01-01", periods=size, tz="Europe/Kyiv")
    if kind == "multi":
        pairs = [(number % 2, f"x{number % 3}") for number in range(size)]
        return pd.MultiIndex.from_tuples(pairs, names=["a", None])
    return pd.RangeIndex(size) if kind == "range" else pd.Index([f"r{n}" for n in range(size)])


def bad(seen, line):  # noqa: ARG001 - an answer takes both
    """Refuse what ends in 34, lose what ends in 35, accept the rest."""
    found = [message["toPhone"][-2:] for message in seen.messages]
    if "34" in found:
        return error(400)
    return None if "35" in found else accept(seen)


@pytest.fixture(scope="module")
def server():
    """Yield one server for all examples."""
    with RawServer(bad) as running:
        yield running


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(phones, min_size=1, max_size=9), kind=indexes, serial=st.uuids())
def test_the_join(server, tmp_path, rows, kind, serial):
    """N rows in, N out: same order, index, columns and dtypes; outcomes add up to N."""
    table = pd.DataFrame(
        {
            "phone": pd.Series(rows, dtype="object"),
            "note": "x",
            "money": pd.Series(range(len(rows)), dtype="float32"),
            "kind": pd.Categorical(["k"] * len(rows)),
            "count": pd.array([None] + [1] * (len(rows) - 1), dtype="Int8"),
        }
    )
    table.index = index_of(kind, len(rows))
    before = table.copy(deep=True)
    options = {"on_invalid": "drop", "campaign": str(serial), "opt_out": ["+380501112236"]}
    if set(rows) <= {"nonsense", None, ""}:
        with pytest.raises(cf.InvalidRecipients):
            call(table, account(server.url), tmp_path / "l.db", **options)
        return
    results = call(table, account(server.url), tmp_path / "l.db", **options)
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(results[before.columns], before)
    assert results.columns.tolist() == [*before.columns, *ADDED]
    assert table.attrs == {}
    assert sum(counts(results).values()) == len(rows)
    for position, phone in enumerate(rows):
        row = results.iloc[position]
        if phone in ("nonsense", None, ""):
            assert row["outcome"] == "rejected"
        else:
            assert pd.notna(row["trackinId"])
        assert pd.notna(row["messageId"]) == (row["outcome"] == "accepted")
        assert pd.isna(row["reason"]) == (row["outcome"] == "accepted")


DTYPES = {
    "trackinId": "str",
    "messageId": "str",
    "outcome": "str",
    "reason": "str",
    "detail": "str",
    "batch": "Int64",
    "attempts": "int64",
    "sent_at": "datetime64[us, UTC]",
}


def test_dtypes(sandbox, ledger):
    """The added columns have the documented dtypes, whatever they hold."""
    table = pd.concat([segment(2), pd.DataFrame({"phone": ["x"], "note": ["y"]})])
    results = call(table, sandbox.account, ledger, on_invalid="drop")
    assert results[ADDED].dtypes.astype(str).to_dict() == DTYPES
    rejected = results.iloc[2]
    assert rejected["attempts"] == 0
    assert rejected[["batch", "sent_at", "messageId"]].isna().all()
    sent = results.iloc[:2]
    assert sent["attempts"].tolist() == [1, 1]
    assert sent["batch"].tolist() == [1, 1]
    assert sent["sent_at"].notna().all()


def test_nothing_accepted_has_the_same_dtypes(ledger):
    """A table in which a column is empty throughout keeps the column's dtype."""
    with RawServer(lambda *_: error(401)) as server, pytest.raises(cf.RunHalted) as caught:
        call(segment(3), account(server.url), ledger)
    assert caught.value.results[ADDED].dtypes.astype(str).to_dict() == DTYPES


def test_a_clash_is_named_and_a_suffix_mends_it(sandbox, ledger):
    """Columns of the caller's are never overwritten; nothing is sent before that is settled."""
    table = segment(3).assign(outcome="mine", batch=9)
    with pytest.raises(cf.MappingError, match="'outcome', 'batch'") as caught:
        call(table, sandbox.account, ledger)
    assert 'suffix="_sms"' in str(caught.value)
    with pytest.raises(cf.MappingError, match="choose another suffix"):
        call(table.assign(reason_x=1), sandbox.account, ledger, suffix="_x")
    assert len(sandbox.requests()) == 0
    results = call(table, sandbox.account, ledger, suffix="_sms")
    assert results["outcome"].tolist() == ["mine"] * 3
    assert results["outcome_sms"].tolist() == ["accepted"] * 3
    assert results.columns.tolist() == [*table.columns, *(f"{name}_sms" for name in ADDED)]


def test_attributes(sandbox, ledger):
    """A result table says where it went, and the caller's attributes stay."""
    table = segment(2)
    table.attrs["source"] = "crm"
    results = call(table, sandbox.account, ledger)
    assert table.attrs == {"source": "crm"}
    assert results.attrs["source"] == "crm"
    assert results.attrs["gateway"] == "sandbox"
    assert results.attrs["campaign"] == "c"
    assert sandbox.api_key not in str(results.attrs)


def test_changing_the_results_leaves_the_segment(sandbox, ledger):
    """The result table is the caller's own."""
    table = segment(2)
    results = call(table, sandbox.account, ledger)
    results.loc[:, "note"] = "changed"
    assert table["note"].tolist() == ["hello 0", "hello 1"]


def test_an_id_reused_since_the_plan_was_made(sandbox, ledger):
    """What another call sent under this id meanwhile is not claimed as this row's receipt."""
    given = {
        "to_phone": "{phone}",
        "from_name": "B",
        "message_type": "promo",
        "id": "{own}",
        "account": sandbox.account,
        "ledger": ledger,
    }
    table = segment(1).assign(own="order-1")
    plan = cf.plan(table, text="one", **given)
    cf.send(table, text="other", ui="none", **given)
    results = plan.send(ui="none")
    assert results["outcome"].tolist() == ["rejected"]
    assert results["reason"].tolist() == ["id_reused"]
    assert results["messageId"].isna().all()
    assert len(sandbox.accepted()) == 1
