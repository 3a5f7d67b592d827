"""The endpoints over a real socket: what is answered, and in which shape."""

import re
import uuid

import httpx
import pytest

from cascade_frames.sandbox.bodies import LARGEST_BODY

from .samples import STANDARD, TG_VIBER, client_of, promo, promos


@pytest.mark.parametrize("path", [STANDARD, TG_VIBER])
def test_both_routes_answer_with_an_id_for_each_message(client, path):
    """A caller can join every receipt back by `trackinId`."""
    answer = client.post(path, json=promos(3))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    receipts = answer.json()
    assert [receipt["trackinId"] for receipt in receipts] == ["order-0", "order-1", "order-2"]
    assert all(receipt.keys() == {"messageId", "trackinId"} for receipt in receipts)
    assert len({uuid.UUID(receipt["messageId"]) for receipt in receipts}) == 3


def test_a_thousand_and_no_more(client, sandbox):
    """The documented batch size is the limit, at both its ends."""
    assert client.post(STANDARD, json=promos(1000)).status_code == 200
    for batch in ([], promos(1001)):
        answer = client.post(STANDARD, json=batch)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "INVALID_BATCH_SIZE"
    assert len(sandbox.accepted()) == 1000


def test_a_bad_message_keeps_the_whole_batch_out(client, sandbox):
    """An error answer means that nothing of the batch was accepted."""
    batch = [*promos(2), promo(id="bad", toPhone="0501112233"), promo(id="worse", ttl=-1)]
    answer = client.post(STANDARD, json=batch)
    assert answer.status_code == 400
    assert answer.json() == {
        "error": {
            "code": "INVALID_PHONE",
            "message": "toPhone must be E.164 with the plus sign",
            "field": "toPhone",
        }
    }
    assert sandbox.accepted().empty


def test_an_id_is_unique_within_a_request_but_not_between_them(client, sandbox):
    """There is no idempotency key, so a repeated request messages a person twice."""
    twice = client.post(STANDARD, json=[promo(), promo()])
    assert twice.json()["error"]["code"] == "DUPLICATE_ID"
    first = client.post(STANDARD, json=[promo()]).json()
    second = client.post(STANDARD, json=[promo()]).json()
    assert first[0]["messageId"] != second[0]["messageId"]
    assert sandbox.accepted()["id"].tolist() == ["order-1", "order-1"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"[]", "text/plain", 415),
        (b"[]", None, 415),
        (b"[{]", "application/json", 400),
        (b"", "application/json", 400),
        (b'["\xff"]', "application/json", 400),
        (b'["\\ud800"]', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"[NaN]", "application/json", 400),
        (b"{}", "application/json", 400),
        (b"[1]", "application/json; charset=utf-8", 400),
        (b" " * (LARGEST_BODY + 1), "application/json", 413),
    ],
)
def test_a_body_that_is_no_batch(client, sandbox, body, content_type, status):
    """Bytes that are not a JSON array of objects get a clear answer, never a fault."""
    headers = {} if content_type is None else {"content-type": content_type}
    answer = client.post(STANDARD, content=body, headers=headers)
    assert answer.status_code == status
    shape = answer.json()
    if status == 400:
        assert shape["error"].keys() <= {"code", "message", "field"}
    else:
        assert shape["status"] == status
        assert shape.keys() == {"error", "message", "status"}
    assert sandbox.accepted().empty


def test_what_is_not_there_is_answered_in_a_documented_shape(client):
    """A wrong address or method is told apart from a wrong message."""
    nowhere = client.post("/api/nothing", json=[])
    assert (nowhere.status_code, nowhere.json()["status"]) == (404, 404)
    wrong = client.get(STANDARD)
    assert (wrong.status_code, wrong.json()["status"]) == (405, 405)
    assert wrong.headers["allow"] == "POST"
    assert client.post(STANDARD + "/", json=[]).status_code == 404


@pytest.mark.parametrize("path", [STANDARD, TG_VIBER, "/api/items"])
def test_without_a_right_key_nothing_is_accepted(sandbox, path):
    """A 401 comes before anything else is looked at, and never quotes the key."""
    wrong_ones = [
        {"accept": "*/*"},
        {"X-Authorization-Key": ""},
        {"X-Authorization-Key": "not-the-key"},
        {"X-Authorization-Key": sandbox.viber_token},
        {"X-Authorization-Key": sandbox.api_key, "X-Tg-Bot-Key": "not-the-key"},
        {"Authorization": sandbox.api_key},
    ]
    for headers in wrong_ones:
        with client_of(sandbox, **headers) as client:
            answer = client.post(path, content=b"nonsense")
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "INVALID_API_KEY"
        assert "not-the-key" not in answer.text
    assert sandbox.accepted().empty


def test_each_key_alone_and_all_together_are_enough(sandbox):
    """Any one of the three documented headers lets a request in."""
    keys = {
        "X-Authorization-Key": sandbox.api_key,
        "X-Viber-Auth-Token": sandbox.viber_token,
        "X-Tg-Bot-Key": sandbox.telegram_key,
    }
    for headers in [*({name: key} for name, key in keys.items()), keys]:
        with client_of(sandbox, **headers) as client:
            assert client.post(STANDARD, json=[promo()]).status_code == 200


def test_no_answer_repeats_what_came(client):
    """Phones and texts stay out of error bodies, which end up in logs."""
    faults = [
        {"toPhone": "0501112233"},
        {"text": "secret \0"},
        {"messageType": "secret"},
        {"id": "secret id!"},
        {"scheduledSent": "secret"},
        {"ttl": "secret"},
    ]
    for fault in faults:
        answer = client.post(STANDARD, json=[promo(**fault)])
        assert answer.status_code == 400
        assert not re.search("secret|0501112233|1112233", answer.text)


def test_a_connection_serves_many_requests_and_errors_alike(sandbox):
    """Refused requests leave the connection usable, as a pooled client needs."""
    with client_of(sandbox) as client:
        for _ in range(3):
            assert client.post(STANDARD, json=[]).status_code == 400
            assert client.post(STANDARD, content=b"x").status_code == 415
            assert client.post(STANDARD, json=promos(2)).status_code == 200


async def _ask(app, path, headers):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        return await client.post(path, json=[promo()], headers=headers)


@pytest.mark.parametrize(
    ("environment", "key", "status"),
    [
        ({}, "anything", 200),
        ({}, "", 401),
        ({"CASCADE_SANDBOX_API_KEY": "the-key"}, "the-key", 200),
        ({"CASCADE_SANDBOX_API_KEY": "the-key"}, "anything", 401),
        ({"CASCADE_SANDBOX_VIBER_TOKEN": "the-token"}, "anything", 401),
    ],
)
def test_the_application_takes_its_keys_from_the_environment(monkeypatch, environment, key, status):
    """Under any ASGI server the keys are settings, and without settings any key will do."""
    import asyncio

    from cascade_frames.sandbox.application import FromEnvironment

    for name in ("API_KEY", "VIBER_TOKEN", "TELEGRAM_KEY"):
        monkeypatch.delenv(f"CASCADE_SANDBOX_{name}", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    answer = asyncio.run(_ask(FromEnvironment(), STANDARD, {"X-Authorization-Key": key}))
    assert answer.status_code == status
