"""Webhooks end to end: the sandbox posts to a receiver in a process of its own."""

import os
import random
import signal
import subprocess
import sys
import threading

import httpx
import pytest

import cascade_frames as cf
from tests.support.receivers import SECRET, Receiver, wait_for
from tests.support.segments import call, segment


@pytest.fixture
def opened(ledger):
    """Yield an open ledger."""
    found = cf.Ledger(ledger)
    yield found
    found.close()


def post(url, client, message_id, state="delivered", minute=0):
    """Post a status; the answer's status."""
    when = f"2026-11-02T10:{minute:02}:00Z"
    body = {"messageId": message_id, "deliverystatus": state, "timestamp": when, "cost": 0.5}
    return client.post(url, json=body).status_code


def test_the_sandboxes_posts_become_what_the_ledger_knows(ledger, opened):
    """Every status, time and cost is the sandbox's own, and needs no request."""
    with Receiver(ledger) as receiver, cf.Sandbox(webhook=receiver.url) as sandbox:
        results = call(segment(60), sandbox.account, ledger)
        sandbox.step(7 * 86_400)
        found = wait_for(opened, results["messageId"], 60)
        truth = sandbox.deliveries().set_index("messageId").loc[results["messageId"]]
        assert sandbox.requests()["path"].str.startswith("/bat").sum() == 0
    assert found["delivery"].tolist() == truth["deliverystatus"].tolist()
    assert found["cost"].tolist() == truth["cost"].tolist()
    delivered = (found["delivery"] == "delivered").to_numpy()
    assert delivered.any()
    late = found["delivered_at"].to_numpy() - truth["ended_at"].to_numpy()
    assert abs(late[delivered].astype("timedelta64[ms]").astype(int)).max() <= 1


def test_replays_and_posts_out_of_order_change_nothing(ledger, opened):
    """A sender that repeats itself and overtakes itself does no harm."""
    ids = [f"m-{number}" for number in range(20)]
    posts = [
        (one, state, at) for one in ids for at, state in enumerate(("processing", "delivered"))
    ]
    posts += posts
    random.Random(5).shuffle(posts)
    with Receiver(ledger) as receiver, httpx.Client() as client:
        assert {post(receiver.url, client, *one) for one in posts} == {200}
    found = wait_for(opened, ids, 20)
    assert set(found["delivery"]) == {"delivered"}
    assert set(found["delivered_at"].dt.minute) == {1}


def test_a_receiver_that_comes_late_misses_nothing(ledger, opened):
    """While nobody listens the sandbox repeats its posts, as the vendor is expected to."""
    with Receiver(ledger) as receiver:
        url = receiver.url
        port = str(receiver.port)
    with cf.Sandbox(webhook=url) as sandbox:
        results = call(segment(3), sandbox.account, ledger)
        sandbox.step(7 * 86_400)
        again = Receiver(ledger, "--port", port)
        with again:
            sandbox.step(60)  # to when it repeats them
            wait_for(opened, results["messageId"], 3)


def _posting(receiver, number, answered, stop):
    """Post one message after another until told to stop or the connection breaks."""
    with httpx.Client() as client:
        count = 0
        while not stop.is_set():
            message_id = f"m-{number}-{count}"
            try:
                status = post(receiver.url, client, message_id)
            except httpx.HTTPError:
                return
            if status == 200:
                answered.append(message_id)
            count += 1


def _end_while_posting(ledger, end, posts):
    """Post from four connections, and end the receiver in the middle; the ids answered with 200."""
    answered, stop = [], threading.Event()
    with Receiver(ledger) as receiver:
        threads = [
            threading.Thread(target=_posting, args=(receiver, number, answered, stop))
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        while len(answered) < posts and any(thread.is_alive() for thread in threads):
            stop.wait(0.005)
        end(receiver)
        for thread in threads:
            thread.join(60)
    assert len(answered) >= posts
    return answered


@pytest.mark.parametrize("posts", [1, 10, 50])
def test_a_crash_loses_nothing_that_was_answered(ledger, opened, posts):
    """Kill -9 between posts, and within commits: whatever had its 200 is there."""
    answered = _end_while_posting(ledger, Receiver.kill, posts)
    assert set(wait_for(opened, answered, len(answered))["delivery"]) == {"delivered"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_sigterm_ends_it_with_everything_committed(ledger, opened):
    """A service manager that stops it loses nothing, and hears no complaint."""
    codes = []
    answered = _end_while_posting(ledger, lambda one: codes.append(one.stop()), 30)
    assert codes == [-signal.SIGTERM]
    assert set(wait_for(opened, answered, len(answered))["delivery"]) == {"delivered"}


def test_the_secret_is_told_once_if_at_all(ledger):
    """One that was made up has to be shown; one that is known already is not."""
    with Receiver(ledger, secret=None) as receiver:
        assert receiver.secret in receiver.said
        assert len(receiver.secret) == 32
        with httpx.Client() as client:
            assert post(receiver.url, client, "m") == 200
            assert client.get(f"{receiver.base}/webhook/wrong").status_code == 404
        receiver.stop()
        assert receiver.said.count(receiver.secret) == 1
    with Receiver(ledger) as receiver:
        with httpx.Client() as client:
            assert post(receiver.url, client, "m") == 200
        receiver.stop()
        assert SECRET not in receiver.said
        assert "Traceback" not in receiver.said


def test_a_port_that_is_taken_is_said_so(ledger):
    """And what else to do."""
    with Receiver(ledger) as receiver:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "cascade_frames", "webhook", "--port", str(receiver.port)],
            env={**os.environ, "CASCADE_LEDGER": str(ledger)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert "Choose another --port" in done.stderr


def test_uvicorns_own_log_has_no_secret(ledger):
    """An operator who starts the app under uvicorn, access log and all, does not leak it."""
    code = (
        "import uvicorn, threading, httpx, os;"
        "config = uvicorn.Config('cascade_frames.tracking.receiver:app', port=0);"
        "server = uvicorn.Server(config);"
        "thread = threading.Thread(target=server.run); thread.start();"
        "[None for _ in iter(lambda: server.started, True)];"
        "port = server.servers[0].sockets[0].getsockname()[1];"
        "url = f'http://127.0.0.1:{port}/webhook/' + os.environ['CASCADE_WEBHOOK_SECRET'];"
        "print(httpx.post(url, json=[]).status_code, httpx.post(url + 'x').status_code);"
        "server.should_exit = True; thread.join()"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env={**os.environ, "CASCADE_LEDGER": str(ledger), "CASCADE_WEBHOOK_SECRET": SECRET},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "200 404" in done.stdout
    assert "POST /webhook HTTP" in done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
