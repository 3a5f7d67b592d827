"""The sandbox as a thing that starts, answers, stops and keeps its secrets."""

import asyncio
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings

import httpx
import pytest

from cascade_frames.sandbox import Sandbox

from .samples import STANDARD, client_of, promo, promos


def test_it_starts_fast_answers_at_once_and_frees_its_port():
    """A test can afford one sandbox each, and nothing of it is left behind."""
    began = time.perf_counter()
    sandbox = Sandbox().start()
    with client_of(sandbox) as client:
        assert client.post(STANDARD, json=[promo()]).status_code == 200
    assert time.perf_counter() - began < 2
    port = int(sandbox.url.rpartition(":")[2])
    sandbox.stop()
    sandbox.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "cascade-sandbox"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
    assert sandbox.accepted()["id"].tolist() == ["order-1"]


def test_stop_does_not_wait_for_idle_connections():
    """A pooled client that still holds a connection does not delay the end."""
    sandbox = Sandbox().start()
    with client_of(sandbox) as client:
        client.post(STANDARD, json=[promo()])
        began = time.perf_counter()
        sandbox.stop()
        assert time.perf_counter() - began < 2
        with pytest.raises(httpx.TransportError):
            client.post(STANDARD, json=[promo()])


def test_started_again_it_is_the_same_sandbox():
    """An outage can be played: same address, same keys, same memory."""
    sandbox = Sandbox()
    for number in (1, 2):
        with sandbox, client_of(sandbox) as client:
            assert client.post(STANDARD, json=promos(1, number)).status_code == 200
    assert sandbox.accepted()["id"].tolist() == ["order-1", "order-2"]


def test_two_sandboxes_share_nothing():
    """Keys are random for each, and messages stay apart."""
    with Sandbox() as one, Sandbox() as other:
        secrets = {one.api_key, one.viber_token, one.telegram_key}
        secrets |= {other.api_key, other.viber_token, other.telegram_key}
        assert len(secrets) == 6
        with client_of(one) as client:
            client.post(STANDARD, json=[promo()])
        assert (len(one.accepted()), len(other.accepted())) == (1, 0)


def test_given_keys_are_the_right_ones():
    """A demonstration can name its keys."""
    with Sandbox(api_key="mine") as sandbox, client_of(sandbox) as client:
        assert sandbox.api_key == "mine"
        assert client.post(STANDARD, json=[promo()]).status_code == 200


def test_no_key_is_in_a_repr(sandbox):
    """Notebooks print objects; a key must not be among what they print."""
    shown = f"{sandbox!r} {sandbox._backend!r} {sandbox._keys!r}"
    assert sandbox.url in repr(sandbox)
    for key in (sandbox.api_key, sandbox.viber_token, sandbox.telegram_key):
        assert key not in shown


def test_a_port_taken_is_an_error():
    """A second sandbox on one port does not pretend to run."""
    with Sandbox() as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            Sandbox(port=port).start()


def test_leaving_loopback_is_said_aloud():
    """Other machines can reach the sandbox only when its user was told."""
    sandbox = Sandbox(host="0.0.0.0")  # noqa: S104 - what is warned of
    with pytest.warns(UserWarning, match="other machines"):
        sandbox.start()
    sandbox.stop()


def test_the_host_process_keeps_its_signals_and_logging(caplog):
    """A library that runs in a notebook leaves the kernel as it found it."""
    names = ("", "uvicorn", "uvicorn.error", "uvicorn.access", "asyncio")
    before = [(logging.getLogger(name).level, logging.getLogger(name).handlers) for name in names]
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Sandbox() as sandbox, client_of(sandbox) as client:
        client.post(STANDARD, json=[promo()])
        assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == handlers
        now = [(logging.getLogger(name).level, logging.getLogger(name).handlers) for name in names]
        assert now == before
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_it_runs_beside_a_running_loop():
    """Jupyter's kernel runs a loop of its own; the sandbox must not care."""

    async def cell():
        with Sandbox() as sandbox:
            headers = {"X-Authorization-Key": sandbox.api_key}
            async with httpx.AsyncClient(base_url=sandbox.url, headers=headers) as client:
                return (await client.post(STANDARD, json=[promo()])).status_code

    assert asyncio.run(cell()) == 200


def test_nothing_is_left_open():
    """No socket, file or loop is left for the garbage collector to complain of."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Sandbox() as sandbox, client_of(sandbox) as client:
            client.post(STANDARD, json=[promo()])
        del sandbox, client
        gc.collect()


def test_many_clients_at_once_lose_nothing(sandbox):
    """Messages sent in parallel are all there, once each."""

    def send(start):
        with client_of(sandbox) as client:
            for step in range(5):
                client.post(STANDARD, json=promos(20, start + step * 20)).raise_for_status()

    threads = [threading.Thread(target=send, args=(k * 1000,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = sandbox.accepted()
    assert len(accepted) == 800
    assert accepted["id"].is_unique
    assert accepted["messageId"].is_unique


def test_serve_runs_until_interrupted():
    """Alone, it announces itself once it answers and ends quietly on Ctrl-C."""
    script = (
        "from cascade_frames.sandbox import serve\n"
        "serve(port=0, announce=lambda box: print(box.url, box.api_key, flush=True))\n"
    )
    with subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    ) as process:
        url, key = process.stdout.readline().split()
        answer = httpx.post(
            url + STANDARD, json=[promo()], headers={"X-Authorization-Key": key}, timeout=30
        )
        assert answer.status_code == 200
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
        assert process.returncode == 0
        assert complaints == ""


def test_it_runs_under_uvicorn(tmp_path):
    """Under an ASGI server of the user's own it is the same API, with any key."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "cascade_frames.sandbox:app", "--port", str(port)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CASCADE_")}
    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)  # noqa: S603
        try:
            url = f"http://127.0.0.1:{port}"
            retries = httpx.HTTPTransport(retries=10)
            with httpx.Client(base_url=url, transport=retries, timeout=30) as client:
                headers = {"X-Authorization-Key": "any"}
                answer = client.post(STANDARD, json=[promo()], headers=headers)
                assert answer.status_code == 200
                path = f"/bat/message/{answer.json()[0]['messageId']}"
                assert client.get(path, headers=headers).status_code == 200
                assert "Sandbox inbox" in client.get("/").text
        finally:
            process.terminate()
            process.wait(30)
        log.seek(0)
        assert "Traceback" not in log.read()
