"""The plain client: one request, one answer, and an error for each kind of trouble."""

import asyncio
import threading

import pytest

import cascade_frames as cf
from tests.support.raw import RawServer, accept, error, free_port, http, receipts
from tests.support.segments import account


def message(tracking_id="order-1"):
    """Return a message in the API's terms."""
    return {
        "id": tracking_id,
        "fromName": "Brand",
        "toPhone": "+380501112233",
        "messageType": "promo",
        "text": "Привіт",
    }


@pytest.mark.parametrize("route", ["standard", "telegram_viber"])
def test_one_and_many(sandbox, route):
    """Receipts come in the order of the messages, whichever route they take."""
    with cf.connect(sandbox.account) as client:
        one = client.send_message(message("a"), route=route)
        many = client.send_bulk([message("b"), message("c")], route=route)
    assert [one.tracking_id, *(found.tracking_id for found in many)] == ["a", "b", "c"]
    accepted = sandbox.accepted()
    assert accepted["messageId"].tolist() == [one.message_id, *(got.message_id for got in many)]
    assert set(accepted["route"]) == {"standard" if route == "standard" else "tg-viber"}


def test_inside_a_running_loop(sandbox):
    """Both kinds of client work in a notebook, where a loop is running."""

    async def cell():
        with cf.connect(sandbox.account) as client:
            client.send_message(message("a"))
        async with cf.connect(sandbox.account, asynchronous=True) as client:
            await client.send_message(message("b"))
            many = [client.send_message(message(f"c{n}"), route="standard") for n in range(5)]
            await asyncio.gather(*many)

    asyncio.run(cell())
    assert sandbox.accepted()["id"].is_unique
    assert len(sandbox.accepted()) == 7


def test_closing_twice_is_harmless(sandbox):
    """A cell may be run again; no thread of the client is left."""
    client = cf.connect(sandbox.account)
    client.send_message(message())
    threads = threading.active_count()
    client.close()
    client.close()
    assert threading.active_count() < threads


def ask(answer, *messages):
    """Send to a server that answers so, and return the error."""
    with (
        RawServer(answer) as server,
        cf.connect(account(server.url)) as client,
        pytest.raises(cf.GatewayError) as caught,
    ):
        client.send_bulk(messages or [message()])
    for held in ("38050", "Привіт", "test-key"):
        assert held not in str(caught.value)
    assert len(server.seen) == 1
    return caught.value


@pytest.mark.parametrize(
    ("answer", "kind", "status", "code", "field"),
    [
        (lambda *_: error(400), cf.Refused, 400, "INVALID_PHONE", "toPhone"),
        (lambda *_: error(422), cf.Refused, 422, "INVALID_PHONE", "toPhone"),
        (lambda *_: error(401, "NO", "no", None), cf.Unauthorized, 401, "NO", None),
        (lambda *_: http(403), cf.Unauthorized, 403, None, None),
        (lambda *_: http(404), cf.NotSent, 404, None, None),
        (lambda *_: http(302), cf.NotSent, 302, None, None),
        (lambda *_: http(413), cf.Refused, 413, "413", None),
        (lambda *_: http(429), cf.RateLimited, 429, None, None),
        (lambda *_: http(400), cf.OutcomeUnknown, 400, None, None),
        (lambda *_: http(500), cf.OutcomeUnknown, 500, None, None),
        (lambda *_: None, cf.OutcomeUnknown, None, None, None),
        (lambda *_: http(200, b"<html>"), cf.OutcomeUnknown, 200, None, None),
        (lambda *_: http(200, b"[]"), cf.OutcomeUnknown, 200, None, None),
        (lambda *_: http(200, receipts(["z"])), cf.OutcomeUnknown, 200, None, None),
    ],
)
def test_each_kind_of_trouble(answer, kind, status, code, field):
    """The class says whether it may be repeated; status, code and field are the API's."""
    for messages in ([], [message("a"), message("b")]):
        found = ask(answer, *messages)
        assert type(found) is kind
        assert (found.status, found.code, found.field) == (status, code, field)


def test_how_long_to_wait():
    """A 429 tells how long, where the API did."""
    assert ask(lambda *_: http(429, retry_after="7")).retry_after == 7.0
    assert ask(lambda *_: http(429, retry_after="nonsense")).retry_after is None


def test_a_short_reply_says_how_many_were_accepted():
    """Some accepted and some not is unknown, with the count."""
    found = ask(lambda *_: http(200, receipts(["a"])), message("a"), message("b"))
    assert type(found) is cf.OutcomeUnknown
    assert "1 of 2" in str(found)


def test_a_refused_port():
    """Nothing left, so it may be repeated."""
    with (
        cf.connect(account(f"http://127.0.0.1:{free_port()}")) as client,
        pytest.raises(cf.NotSent),
    ):
        client.send_message(message())


@pytest.mark.parametrize(
    "given",
    [
        [],
        {},
        "text",
        message(),
        ["text"],
        [message()] * 2,
        [{**message(), "id": None}],
        [{**message(), "id": ""}],
        [{**message(), "text": object()}],
        [{**message(), "text": "\ud83d"}],
        [message(str(number)) for number in range(1001)],
    ],
)
def test_a_wrong_call_sends_nothing(given):
    """The call is refused in words of ours before anything leaves."""
    with RawServer(accept) as server:
        with cf.connect(account(server.url)) as client, pytest.raises(cf.MappingError):
            client.send_bulk(given)
        with cf.connect(account(server.url)) as client, pytest.raises(cf.MappingError):
            client.send_message(message(), route="pigeon")
    assert server.seen == []


def test_a_message_goes_as_it_is():
    """The plain client adds nothing and leaves nothing out."""
    given = message() | {"ttl": 300, "viberMessage": {"b": 1, "a": None}}
    with RawServer(accept) as server, cf.connect(account(server.url)) as client:
        client.send_message(given)
    assert server.seen[0].messages == [given]


def test_a_refusal_quotes_neither_text_nor_key():
    """An answer that echoes them raises an error without them."""

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        return error(
            400, "BAD", f"{seen.messages[0]['text']} {seen.headers['x-authorization-key']}"
        )

    with (
        RawServer(answer) as server,
        cf.connect(account(server.url, api_key="canary-key")) as client,
        pytest.raises(cf.Refused) as caught,
    ):
        client.send_message({**message(), "text": "Dear Olena"})
    assert "BAD" in str(caught.value)
    assert "canary" not in str(caught.value)
    assert "Olena" not in str(caught.value)
