"""The receiver's answers: noted, refused, not here, or to be sent again."""

import asyncio
import logging

import httpx
import pyarrow as pa
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount

import cascade_frames as cf
from cascade_frames.errors import LedgerError, UsageError
from cascade_frames.tracking import receiver
from cascade_frames.tracking.receiver import FromEnvironment, make_app, make_secret, read_secret

SECRET = "a-secret-of-the-tests"
PATH = f"/webhook/{SECRET}"
POST = {"messageId": "m", "deliverystatus": "delivered", "timestamp": None, "cost": 0.05}


class Client:
    """Asks an app without a server between."""

    def __init__(self, app):
        self._app = app

    def request(self, method, path, **given):
        """Ask and wait for the answer."""

        async def ask():
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
                return await client.request(method, path, **given)

        return asyncio.run(ask())

    def get(self, path):
        """GET."""
        return self.request("GET", path)

    def post(self, path, **given):
        """POST."""
        return self.request("POST", path, **given)


@pytest.fixture
def opened(ledger):
    """Yield an open ledger."""
    found = cf.Ledger(ledger)
    yield found
    found.close()


@pytest.fixture
def client(opened):
    """Give a client of the receiver."""
    return Client(make_app(opened, SECRET))


def known(ledger, *ids):
    """The states of these messages."""
    return ledger.deliveries(pa.array(ids, pa.large_string()))["delivery"].fillna("-").tolist()


@pytest.mark.parametrize("path", [PATH, f"{PATH}/"])
def test_a_post_is_noted(client, opened, path):
    """Once it is answered, the ledger has it."""
    assert client.post(path, json=POST).status_code == 200
    assert known(opened, "m") == ["delivered"]


def test_the_secret_may_come_in_a_header(client, opened):
    """For senders that can set one, so that no proxy on the way logs it."""
    headers = {"X-Webhook-Secret": SECRET}
    assert client.post(
        "/webhook", json=[POST, {**POST, "messageId": "n"}], headers=headers
    ).is_success
    assert known(opened, "m", "n") == ["delivered"] * 2


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/webhook", {}),
        ("/webhook/", {}),
        ("/webhook/wrong-secret-of-tests", {}),
        (f"{PATH}x", {}),
        (f"/webhook/{SECRET[:-1]}", {}),
        ("/webhook/wrong-secret-of-tests", {"X-Webhook-Secret": SECRET}),
        ("/webhook", {"X-Webhook-Secret": "wrong-secret-of-tests"}),
        ("/webhook/%D1%97", {}),
        ("/webhook/%00", {}),
        ("/", {}),
        ("/webhooks", {}),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_without_the_secret_there_is_nothing_here(client, opened, path, headers, method):
    """A wrong guess is answered as any other path, whatever the method."""
    answer = client.request(method, path, json=POST, headers=headers)
    assert (answer.status_code, answer.text) == (404, "Not Found")
    assert known(opened, "m") == ["-"]


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'{"messageId": 1}', b"<html>"])
def test_what_is_no_post_is_a_bad_request(client, body):
    """The sender learns that repeating it is of no use."""
    assert client.post(PATH, content=body).status_code == 400


def test_only_posts_are_taken(client):
    """Whoever knows the secret and asks otherwise is told how."""
    answer = client.get(PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_large_body_is_not_read(client, monkeypatch):
    """One that says its size is refused by it; one that does not, at the limit."""
    monkeypatch.setattr(receiver, "LARGEST_BODY", 300)
    body = b" " * 301

    async def in_pieces():
        for _ in range(20):
            yield b" " * 100

    for content in (body, in_pieces()):
        answer = client.post(PATH, content=content)
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert client.post(PATH, content=b" " * 100 + b"[]").status_code == 200


def test_where_the_ledger_fails_the_sender_comes_again(client, opened, monkeypatch):
    """Nothing is said to be noted that is not; afterwards all is as before."""

    def fail(*_):
        raise LedgerError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(opened, "note", fail)
        broken.setattr(opened, "deliveries", fail)
        answer = client.post(PATH, json=POST)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert client.get("/health").status_code == 503
    assert client.post(PATH, json=POST).status_code == 200


def test_health_needs_no_secret_and_tells_nothing(client):
    """For whatever watches the service."""
    answer = client.get("/health")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_the_path_that_a_server_logs_has_no_secret(opened):
    """A server in front of the app logs the path of the scope, also of wrong guesses."""
    app, scopes = make_app(opened, SECRET), []

    async def logging_server(scope, receive, send):
        scopes.append(scope)
        await app(scope, receive, send)

    client = Client(logging_server)
    assert client.post(PATH, json=POST).status_code == 200
    assert client.post(f"{PATH}x", json=POST).status_code == 404
    assert [scope["path"] for scope in scopes] == ["/webhook"] * 2
    assert [scope["raw_path"] for scope in scopes] == [b"/webhook"] * 2


def test_nothing_is_logged(client, caplog):
    """Neither a post nor a refusal leaves a line of ours, or the secret in anybody's."""
    caplog.set_level(logging.DEBUG)
    for body in (b"{", b'{"messageId": "m-5f1c", "deliverystatus": "delivered"}'):
        client.post(PATH, content=body)
    ours = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    assert [one for one in ours if SECRET in one.getMessage() or "5f1c" in one.getMessage()] == []


def test_the_app_can_be_mounted_in_another(opened):
    """Where a service has an application already, this one becomes a part of it."""
    client = Client(Starlette(routes=[Mount("/cascade", make_app(opened, SECRET))]))
    assert client.post(f"/cascade{PATH}", json=POST).status_code == 200
    assert client.post("/cascade/webhook/wrong", json=POST).status_code == 404


@pytest.mark.parametrize("secret", ["", "short", "with/slash-and-more", "ї" * 20, "a" * 201])
def test_a_secret_that_can_be_guessed_or_misread_is_refused(opened, secret):
    """And is not repeated in the error."""
    for given in (secret, SecretStr(secret)):
        with pytest.raises(UsageError, match="16 to 200") as caught:
            make_app(opened, given)
        assert not secret or secret not in str(caught.value)


def test_secrets_that_are_made_are_fit_and_not_shown():
    """Each is another, and a repr shows stars."""
    one, other = make_secret(), make_secret()
    assert one != other
    assert read_secret(one) == one
    assert one.get_secret_value() not in repr(one)


def test_the_app_of_the_environment(ledger, monkeypatch):
    """`uvicorn cascade_frames.tracking.receiver:app` needs two variables, and says so at once."""
    monkeypatch.setenv("CASCADE_LEDGER", str(ledger))
    told = []

    async def receive():
        return {"type": "lifespan.startup"}

    async def send(message):
        told.append(message)

    asyncio.run(FromEnvironment()({"type": "lifespan"}, receive, send))
    assert told[0]["type"] == "lifespan.startup.failed"
    assert "16 to 200" in told[0]["message"]
    monkeypatch.setenv("CASCADE_WEBHOOK_SECRET", SECRET)
    assert Client(FromEnvironment()).post(PATH, json=POST).status_code == 200
    opened = cf.Ledger(ledger)
    assert known(opened, "m") == ["delivered"]
    opened.close()
