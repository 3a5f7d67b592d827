"""Webhooks, taken by a plain server of the standard library."""

import json
import queue
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from cascade_frames.sandbox import Sandbox

from .samples import STANDARD, ahead, client_of, promo, promos


@pytest.fixture
def receiver():
    """Yield a server that keeps what it is posted; its `refusals` come before its 200s."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["content-length"])
            server.posts.put((self.path, json.loads(self.rfile.read(length))))
            self.send_response(server.refusals.pop(0) if server.refusals else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.posts, server.refusals = queue.Queue(), []
    server.url = f"http://127.0.0.1:{server.server_port}/hook?token=1"
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_final_status_is_posted_once(receiver):
    """A caller who listens needs no polling, and scheduled messages come in their time."""
    with Sandbox(webhook=receiver.url) as sandbox, client_of(sandbox) as client:
        client.post(STANDARD, json=promos(3))
        client.post(STANDARD, json=[promo(id="later", scheduledSent=ahead(hours=1))])
        assert receiver.posts.empty()
        sandbox.step(600)
        posts = [receiver.posts.get(timeout=20) for _ in range(3)]
        sandbox.step(3600)
        posts.append(receiver.posts.get(timeout=20))
        table = sandbox.deliveries().set_index("messageId")
    assert receiver.posts.empty()
    assert {path for path, _ in posts} == {"/hook?token=1"}
    for _, body in posts:
        assert body.keys() == {"messageId", "deliverystatus", "timestamp", "cost"}
        truth = table.loc[body["messageId"]]
        assert (body["deliverystatus"], body["cost"]) == (truth["deliverystatus"], truth["cost"])
        assert body["timestamp"].endswith("Z")
    assert len({body["messageId"] for _, body in posts}) == 4


def test_a_failed_post_is_repeated(receiver):
    """A receiver that is down for a moment loses nothing."""
    receiver.refusals.extend([500, 404])
    with Sandbox(webhook=receiver.url, speed=1000) as sandbox, client_of(sandbox) as client:
        client.post(STANDARD, json=promos(1))
        bodies = []
        for _ in range(3):
            bodies.append(receiver.posts.get(timeout=20))
            sandbox.step(100_000)
    assert bodies[0] == bodies[1] == bodies[2]
    assert receiver.posts.empty()


def test_a_receiver_that_is_not_there_does_no_harm():
    """The sandbox goes on answering, and stops at once."""
    with Sandbox(webhook="http://127.0.0.1:1/") as sandbox, client_of(sandbox) as client:
        client.post(STANDARD, json=promos(5))
        sandbox.step(600)
        assert client.post(STANDARD, json=promos(5)).status_code == 200


@pytest.mark.parametrize("address", ["", "ftp://127.0.0.1/", "http://", "nonsense"])
def test_an_address_that_cannot_be_posted_to_is_refused(address):
    """A slip in the address is told at once."""
    with pytest.raises(ValueError, match="webhook"):
        Sandbox(webhook=address)
