"""The ground truth that tests compare with."""

import pandas as pd

from .samples import STANDARD, TG_VIBER, ahead, client_of, promo, promos, survey

ACCEPTED = {
    "messageId": "str",
    "id": "str",
    "fromName": "str",
    "toPhone": "str",
    "messageType": "str",
    "text": "str",
    "ttl": "Int64",
    "scheduledSent": "str",
    "surveyOptions": "object",
    "extra": "object",
    "route": "str",
    "request": "int64",
    "accepted_at": "datetime64[us, UTC]",
}


def test_the_columns_are_the_same_with_and_without_rows(client, sandbox):
    """A test may compare before anything was sent."""
    for _ in range(2):
        table = sandbox.accepted()
        found = table.dtypes.astype(str).to_dict()
        assert {name: found[name] for name in ACCEPTED} == ACCEPTED
        assert sandbox.requests().dtypes.astype(str).to_dict() == {
            "number": "int64",
            "method": "str",
            "path": "str",
            "status": "Int64",
            "messages": "int64",
            "received_at": "datetime64[us, UTC]",
        }
        client.post(STANDARD, json=promos(2))


def test_a_message_is_told_in_its_own_words(client, sandbox):
    """Every field is there as it was sent, and what was not sent is missing."""
    schedule = ahead(days=1)
    message = survey(id="s-1", ttl=600, scheduledSent=schedule, customerData={"a": [1]})
    receipts = client.post(TG_VIBER, json=[message, promo(id="p-1")]).json()
    first, second = (row for _, row in sandbox.accepted().iterrows())
    assert first["messageId"] == receipts[0]["messageId"]
    assert first["surveyOptions"] == ["Так", "Ні"]
    assert first["extra"] == {"customerData": {"a": [1]}}
    assert (first["ttl"], first["scheduledSent"]) == (600, schedule)
    assert (first["route"], first["request"]) == ("tg-viber", 1)
    assert (second["id"], second["text"]) == ("p-1", "Привіт!")
    for field in ("ttl", "scheduledSent", "surveyOptions", "extra", "template"):
        assert pd.isna(second[field])
    age = pd.Timestamp.now("UTC") - first["accepted_at"]
    assert pd.Timedelta(-1, "s") < age < pd.Timedelta(60, "s")


def test_messages_stand_in_order_of_acceptance(client, sandbox):
    """The order of requests is the order of rows."""
    for start in (20, 0, 10):
        client.post(STANDARD, json=promos(10, start))
    ids = sandbox.accepted()["id"].tolist()
    assert ids == [f"order-{n}" for start in (20, 0, 10) for n in range(start, start + 10)]
    assert sandbox.accepted()["messageId"].is_unique


def test_every_request_answered_is_listed(client, sandbox):
    """A test can count requests, refused ones too."""
    client.post(STANDARD, json=promos(3))
    client.post(STANDARD, json=[promo(ttl=0)])
    with client_of(sandbox, accept="*/*") as stranger:
        stranger.post(TG_VIBER, json=promos(5))
    client.get("/nowhere")
    table = sandbox.requests()
    assert table["number"].tolist() == [1, 2, 3, 4]
    assert table["status"].tolist() == [200, 400, 401, 404]
    assert table["messages"].tolist() == [3, 1, 0, 0]
    assert table["method"].tolist() == ["POST", "POST", "POST", "GET"]
    assert table["path"].tolist() == [STANDARD, STANDARD, TG_VIBER, "/nowhere"]
    assert table["received_at"].is_monotonic_increasing
