"""The reference server: right in what it answers and in what it counts."""

import socket
import uuid

import httpx
import pytest

from benchmarks.contract import FIELDS, HEADERS, PATH
from benchmarks.frame import fingerprint, make_frame
from benchmarks.server import ReferenceServer, reset


@pytest.fixture(scope="module")
def server():
    """Yield a running server."""
    with ReferenceServer() as running:
        yield running


@pytest.fixture
def client(server):
    """Yield a client of the server, which counts from nothing and keeps what comes."""
    reset(server.url, keep=True)
    with httpx.Client(base_url=server.url, headers=HEADERS) as one:
        yield one


def test_each_message_gets_a_receipt_of_its_own(client):
    """Receipts are in the API's shape: a UUID each, and the id that was sent."""
    messages = [{"id": f"a-{number}", "text": "x"} for number in range(2500)]
    found = [
        receipt
        for start in (0, 1000)
        for receipt in client.post(PATH, json=messages[start : start + 1500]).json()
    ]
    assert {receipt["trackinId"] for receipt in found} == {one["id"] for one in messages}
    assert len({uuid.UUID(receipt["messageId"]) for receipt in found}) == len(found) == 3000
    assert set(found[0]) == {"messageId", "trackinId"}


def test_counts_tell_what_came(server, client):
    """Requests, messages, bytes and the fingerprint of the ids are those of what was posted."""
    frame = make_frame(1200)
    sizes = 0
    for part in (frame.iloc[:700], frame.iloc[700:]):
        request = client.build_request("POST", PATH, json=part.to_dict("records"))
        sizes += len(request.content)
        client.send(request)
    counts = server.counts()
    assert (counts.requests, counts.messages, counts.bytes) == (2, 1200, sizes)
    assert counts.ids == fingerprint(frame)
    assert 0 < counts.first_at < counts.last_at
    assert server.kept() == frame[list(FIELDS)].to_dict("records")


def test_an_id_with_escapes_comes_back_as_it_was(client):
    """The receipt's id reads as the one sent, whatever is in it."""
    odd = 'a"\\\n Олена'
    assert client.post(PATH, json=[{"id": odd}]).json()[0]["trackinId"] == odd
    assert client.post(PATH, json=[]).json() == []


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'[{"text": "x"}]', b'[{"id": "a"', b"\xff"])
def test_what_is_no_array_of_messages_is_refused_and_not_counted(server, client, body):
    """A contestant that sends nonsense is noticed."""
    reply = client.post(PATH, content=body)
    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "INVALID_BODY"
    assert server.counts().messages == 0


def test_no_key_and_no_such_path_are_refused(server, client):
    """Contestants send what the API asks for, where it asks for it."""
    assert httpx.post(server.url + PATH, json=[{"id": "a"}]).status_code == 401
    assert client.post("/elsewhere", json=[{"id": "a"}]).status_code == 404
    assert server.counts().messages == 0


def test_requests_may_come_in_pieces_and_together(server):
    """Where TCP cuts the stream changes nothing."""
    reset(server.url)
    body = b'[{"id": "a"}]'
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nx-authorization-KEY: k\r\ncontent-length: 13\r\n\r\n"
    )
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for byte in head.encode() + body:
            connection.sendall(bytes([byte]))
        connection.sendall((head.encode() + body) * 2)
        replies = b""
        while replies.count(b"trackinId") < 3:
            replies += connection.recv(65536)
    assert server.counts().messages == 3
