"""The verbs end to end, over the sandbox on its socket."""

import inspect

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.options import SendOptions

MESSAGE = {
    "campaign": "spring",
    "to_phone": "{phone}",
    "from_name": "YourBrand",
    "message_type": "promo",
    "text": "{first_name}, hello",
    "ttl": "2d",
}


@pytest.fixture
def segment():
    return pd.DataFrame(
        {
            "phone": ["050 111 22 33", "380501112234", "немає", None, "0501112233"],
            "first_name": ["Анна", "Мар'яна", "Остап", "Іван", "Анна"],
            "points": [1.0, None, 3.0, 4.0, 5.0],
        },
        index=["a", "a", "b", "c", "c"],
    )


def test_send_returns_every_row_with_its_outcome(sandbox, segment):
    """The result is the caller's table, whole, with what became of each row."""
    results = segment.cascade.send(**MESSAGE, account=sandbox.account, on_invalid="drop", ui="none")
    pd.testing.assert_frame_equal(results[segment.columns], segment)
    assert results["outcome"].tolist() == ["accepted", "accepted"] + ["rejected"] * 3
    assert results["reason"].tolist()[2:] == [
        "phone_invalid",
        "missing_value",
        "duplicate_recipient",
    ]


def test_the_result_table_agrees_with_what_the_sandbox_accepted(sandbox, segment):
    """Receipts are joined to the rows they belong to, by tracking id."""
    results = segment.cascade.send(**MESSAGE, account=sandbox.account, on_invalid="drop", ui="none")
    accepted = sandbox.accepted().set_index("id")
    sent = results[results["outcome"] == "accepted"].set_index("trackinId")
    assert set(accepted.index) == set(sent.index)
    assert accepted["messageId"].to_dict() == sent["messageId"].to_dict()
    assert accepted["toPhone"].tolist() == ["+380501112233", "+380501112234"]
    assert accepted["text"].tolist() == ["Анна, hello", "Мар'яна, hello"]
    assert accepted["ttl"].tolist() == [172_800, 172_800]


def test_the_same_call_again_makes_no_request(sandbox, segment):
    """A campaign reaches a person once, however often the cell is run."""
    call = {**MESSAGE, "account": sandbox.account, "on_invalid": "drop", "ui": "none"}
    first = segment.cascade.send(**call)
    second = segment.cascade.send(**call)
    assert len(sandbox.requests()) == 1
    pd.testing.assert_frame_equal(first, second)


def test_a_plan_sent_twice_makes_requests_once(sandbox, segment):
    """A plan may be carried out again without harm."""
    plan = segment.cascade.plan(**MESSAGE, account=sandbox.account, on_invalid="drop")
    first, second = plan.send(ui="none"), plan.send(ui="none")
    assert len(sandbox.requests()) == 1
    pd.testing.assert_frame_equal(first, second)


def test_planning_sends_nothing(sandbox, segment):
    """To plan and to validate is free."""
    segment.cascade.plan(**MESSAGE, account=sandbox.account, on_invalid="drop")
    segment.cascade.validate(**MESSAGE, account=sandbox.account, on_invalid="drop")
    assert len(sandbox.requests()) == 0


def test_invalid_rows_stop_everything_by_default(sandbox, segment):
    """Nothing is sent while rows are wrong and nobody said to drop them."""
    with pytest.raises(cf.InvalidRecipients, match="3 of 5 rows") as caught:
        segment.cascade.send(**MESSAGE, account=sandbox.account, ui="none")
    assert len(sandbox.requests()) == 0
    assert caught.value.counts().to_dict() == {
        "phone_invalid": 1,
        "missing_value": 1,
        "duplicate_recipient": 1,
    }
    assert caught.value.invalid().index.tolist() == ["b", "c", "c"]


def test_validate_gives_the_message_table_with_the_segments_index(sandbox, segment):
    """The message table can be looked at and joined before anything is sent."""
    table = cf.validate(segment.iloc[:2], **MESSAGE, account=sandbox.account)
    assert table.index.tolist() == ["a", "a"]
    assert table["toPhone"].tolist() == ["+380501112233", "+380501112234"]
    assert str(table["ttl"].dtype) == "Int64"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"account": "region-b"}, "CASCADE_PROFILE"),
        ({"batch_size": 1001}, "1 to 1000"),
        ({"route": "fast"}, "telegram_viber"),
        ({"on_invalid": "ignore"}, "drop"),
        ({"ui": "fancy"}, "auto"),
        ({"guarantee": "exactly_once"}, "at_most_once"),
    ],
)
def test_a_choice_that_is_none_names_the_choices(call, words, segment):
    """A wrong choice is refused with the right ones, before anything leaves."""
    with pytest.raises(cf.UsageError, match=words):
        segment.cascade.send(**{**MESSAGE, "on_invalid": "drop", **call})


@pytest.mark.parametrize("segment", [pd.DataFrame({"phone": []}), [{"phone": "1"}], None])
def test_a_table_that_is_none_or_empty_is_refused(segment):
    """There is a clear error where there is nobody to send to."""
    with pytest.raises(cf.MappingError, match=r"no rows|not a pandas DataFrame"):
        cf.send(segment, **MESSAGE)


def test_functions_and_accessor_are_the_same(sandbox, segment):
    """`cf.send(df, …)` is there for checkers that cannot see accessors, and does the same."""
    call = {**MESSAGE, "account": sandbox.account, "on_invalid": "drop"}
    assert cf.plan(segment, **call).digest == segment.cascade.plan(**call).digest


@pytest.mark.parametrize("verb", ["plan", "validate", "send"])
def test_an_unknown_argument_is_named_with_the_nearest_one(verb, segment):
    """A mistyped argument is refused, not ignored."""
    with pytest.raises(cf.MappingError, match=r"'txt'\. Did you mean text"):
        getattr(segment.cascade, verb)(**MESSAGE, txt="x")


def test_signatures_show_every_argument():
    """A notebook's Shift-Tab shows what a verb takes."""
    shown = inspect.signature(cf.send).parameters
    assert list(shown) == ["segment", *SendOptions.__annotations__]
    assert shown["batch_size"].default == 1000


def test_without_an_account_the_sandbox_takes_it_and_says_so(segment, capsys):
    """Nothing goes to the real API by accident, and nobody mistakes the sandbox for it."""
    results = segment.cascade.send(**MESSAGE, on_invalid="drop")
    assert "SANDBOX" in capsys.readouterr().err
    assert results.attrs["gateway"] == "sandbox"
    assert (results["outcome"] == "accepted").sum() == 2


def test_attributes_name_where_it_went(sandbox, segment):
    """A result table says which gateway, campaign, run and plan it came from."""
    results = segment.cascade.send(**MESSAGE, account=sandbox.account, on_invalid="drop", ui="none")
    assert results.attrs["gateway"] == "sandbox"
    assert results.attrs["campaign"] == "spring"
    assert len(str(results.attrs["run"])) == 16


def test_a_live_send_above_the_threshold_needs_the_exact_number(segment):
    """A large send to real phones is confirmed with its number, before anything leaves."""
    live = cf.Account(
        base_url="https://api.invalid", api_key="not-a-key", confirm_above=1, deadline=1
    )
    plan = segment.cascade.plan(**MESSAGE, account=live, on_invalid="drop")
    for given in (None, 3):
        with pytest.raises(cf.ConfirmationRequired, match="confirm=2") as caught:
            plan.send(confirm=given, ui="none")
        assert caught.value.messages == 2


def test_a_column_of_the_results_name_is_refused_before_sending(sandbox, segment):
    """A clash of columns is told before anything leaves, with the way out."""
    clashing = segment.assign(outcome="mine")
    call = {**MESSAGE, "account": sandbox.account, "on_invalid": "drop", "ui": "none"}
    with pytest.raises(cf.MappingError, match=r"'outcome'.*suffix="):
        clashing.cascade.send(**call)
    assert len(sandbox.requests()) == 0
    results = clashing.cascade.send(**call, suffix="_sms")
    assert results["outcome"].tolist() == ["mine"] * 5
    assert results["outcome_sms"].tolist()[0] == "accepted"


def test_a_send_leaves_the_callers_table_alone(sandbox, segment):
    """The caller's frame is never changed."""
    before = segment.copy(deep=True)
    segment.cascade.send(**MESSAGE, account=sandbox.account, on_invalid="drop", ui="none")
    pd.testing.assert_frame_equal(segment, before)


def test_changed_content_under_a_sent_id_is_not_sent(sandbox):
    """The same id with another text is refused by us: the person has had that message."""
    people = pd.DataFrame({"phone": ["0501112233", "0501112234"]})
    call = {**MESSAGE, "account": sandbox.account, "on_invalid": "drop", "ui": "none"}
    people.head(1).cascade.send(**{**call, "text": "one"})
    results = people.cascade.send(**{**call, "text": "two"})
    assert results["outcome"].tolist() == ["rejected", "accepted"]
    assert results["reason"].tolist()[0] == "id_reused"
    assert len(sandbox.accepted()) == 2


@pytest.fixture
def crowd():
    """Forty people."""
    return pd.DataFrame({"phone": [f"+38020900{number:04d}" for number in range(40)]})


def test_a_control_group_is_not_messaged_however_the_segment_comes(sandbox, crowd):
    """Whoever is held back stays so when the call is run again, or the segment queried again."""
    call = {**MESSAGE, "text": "x", "control": 0.3, "account": sandbox.account, "ui": "none"}
    first = crowd.cascade.send(**call)
    again = crowd.cascade.send(**call)
    shuffled = crowd.sample(frac=1, random_state=1).cascade.send(**call)
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(first, shuffled.sort_index())
    held = first[first["outcome"] == "skipped"]
    assert set(held["reason"]) == {"control_group"}
    assert (first["outcome"] == "accepted").sum() == 40 - len(held) == len(sandbox.accepted())
    assert not set(held["phone"]) & set(sandbox.accepted()["toPhone"])
    assert len(sandbox.requests()) == 1


def test_who_was_messaged_before_is_not_of_the_control_group(sandbox, crowd):
    """A group that is asked for late holds back only people who had no message; advice says so."""
    call = {**MESSAGE, "text": "x", "account": sandbox.account}
    whole = crowd.cascade.plan(**call, control=0.3).skipped["position"]
    crowd.head(20).cascade.send(**call, ui="none")
    late = crowd.cascade.plan(**call, control=0.3)
    assert late.skipped["position"].tolist() == whole[whole >= 20].tolist()
    assert [one.messages for one in late.advice] == [(whole < 20).sum()]
    results = late.send(ui="none")
    assert (results["outcome"][:20] == "accepted").all()


def test_both_routes_reach_their_endpoint(sandbox, segment):
    """`route=` chooses the API's endpoint."""
    call = {**MESSAGE, "account": sandbox.account, "on_invalid": "drop", "ui": "none"}
    segment.cascade.send(**call)
    segment.cascade.send(**{**call, "campaign": "other"}, route="telegram_viber")
    assert sandbox.accepted()["route"].tolist() == ["standard"] * 2 + ["tg-viber"] * 2


def test_links_become_variables_that_the_gateway_resolves(sandbox):
    """`{link:url}` is uploaded first and comes out of the gateway as the link."""
    people = pd.DataFrame(
        {
            "phone": ["0501112233", "0501112234"],
            "link": ["https://e.example/1", "https://e.example/2"],
        }
    )
    people.cascade.send(
        **{**MESSAGE, "text": "Look: {link:url}"}, account=sandbox.account, ui="none"
    )
    assert sandbox.requests()["path"].tolist()[0] == "/api/items"
    assert sandbox.accepted()["text"].tolist() == [
        "Look: https://e.example/1",
        "Look: https://e.example/2",
    ]


def test_the_plain_client_sends_one_and_many(sandbox):
    """`cf.connect` is there for those who only want to post messages."""
    message = {
        "id": "order-1",
        "fromName": "YourBrand",
        "toPhone": "+380501112233",
        "messageType": "transaction",
        "text": "hello",
    }
    with cf.connect(sandbox.account) as client:
        receipt = client.send_message(message)
        more = client.send_bulk([message | {"id": "order-2"}, message | {"id": "order-3"}])
    assert receipt.tracking_id == "order-1"
    assert [one.tracking_id for one in more] == ["order-2", "order-3"]
    assert sandbox.accepted()["messageId"].tolist() == [
        receipt.message_id,
        *(one.message_id for one in more),
    ]
