"""A process that is killed while it sends, and the one that goes on from there."""

import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from support.raw import RawServer, accept
from support.segments import KEY, account, call, counts, segment

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from support.segments import account, call, segment
to = account(sys.argv[2], max_in_flight=2, deadline=30)
results = call(segment(100), to, sys.argv[3])
"""
TESTS = Path(__file__).parent.parent


def start(url, ledger):
    """Start a process that sends 100 messages in batches of 10."""
    return subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT, str(TESTS), url, str(ledger)],
        env=os.environ | {"PYTHONWARNINGS": "error::ResourceWarning"},
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize(("stall", "accepts"), [(1, True), (2, False), (6, True)])
def test_killed_while_batches_are_under_way(ledger, stall, accepts):
    """Whenever the process dies, nobody is messaged twice and only what was in flight is lost."""
    stalled, killed = threading.Event(), threading.Event()
    taken = Counter()

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        lost = seen.number >= stall and not killed.is_set()
        if accepts or not lost:
            taken.update(seen.ids)
        if lost:
            stalled.set()
            killed.wait(20)
            return None
        return accept(seen)

    with RawServer(answer) as server:
        process = start(server.url, ledger)
        assert stalled.wait(30)
        process.kill()
        process.communicate()
        before = len(server.seen)
        killed.set()
        # The account is the same: name, place and key.
        to = account(server.url)
        assert to.api_key.get_secret_value() == KEY
        results = call(segment(100), to, ledger)
        rest = len(server.seen) - before
        again = call(segment(100), to, ledger)
        assert len(server.seen) == before + rest
    assert max(taken.values()) == 1
    found = counts(results)
    assert sum(found.values()) == 100
    unknown = results[results["outcome"] == "unknown"]
    assert set(unknown["reason"]) == {"in_flight"}
    assert 10 <= len(unknown) <= 20  # a batch for each request that can be in flight
    assert "unsent" not in found
    accepted = set(results.loc[results["outcome"] == "accepted", "trackinId"])
    assert accepted <= set(taken)
    assert set(taken) <= accepted | set(unknown["trackinId"])
    assert again.equals(results)


def test_killed_again_and_again(ledger, sandbox):
    """Over any schedule of deaths, accepted rows were accepted, and each id at most once."""
    tick = threading.Event()  # never set: a plain, short wait
    for _ in range(3):
        made = len(sandbox.requests())
        process = start_at_sandbox(sandbox, ledger)
        while len(sandbox.requests()) < made + 12 and process.poll() is None:
            tick.wait(0.01)
        process.kill()
        process.communicate()
    to = account(sandbox.url, api_key=sandbox.api_key)
    results = call(segment(400), to, ledger, batch_size=5)
    accepted = sandbox.accepted()
    assert accepted["id"].is_unique
    sure = set(results.loc[results["outcome"] == "accepted", "trackinId"])
    open_ = set(results.loc[results["outcome"] == "unknown", "trackinId"])
    assert len(sure) + len(open_) == 400
    assert sure <= set(accepted["id"]) <= sure | open_
    assert len(open_) <= 3 * 8 * 5
    made = len(sandbox.requests())
    call(segment(400), to, ledger, batch_size=5)
    assert len(sandbox.requests()) == made


SLOW = """
import sys
sys.path.insert(0, sys.argv[1])
from support.segments import account, call, segment
to = account(sys.argv[2], api_key=sys.argv[4], requests_per_second=150)
call(segment(400), to, sys.argv[3], batch_size=5)
"""


def start_at_sandbox(sandbox, ledger):
    """Start a process that sends 400 messages to the sandbox, not too fast."""
    return subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", SLOW, str(TESTS), sandbox.url, str(ledger), sandbox.api_key],
        stderr=subprocess.PIPE,
    )


def test_interrupted_from_outside(ledger):
    """SIGINT to the process: it ends by itself, and the next one sends exactly the rest."""
    first = threading.Event()

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        if seen.number == 3 and not first.is_set():
            process.send_signal(2)
            first.set()
            first_done.wait(0.5)
        return accept(seen)

    first_done = threading.Event()
    ready = threading.Event()
    with RawServer(lambda *given: ready.wait(10) and answer(*given)) as server:
        process = start(server.url, ledger)
        ready.set()
        _, complaints = process.communicate(timeout=60)
        assert process.returncode != 0
        assert b"KeyboardInterrupt" in complaints
        made = len(server.seen)
        results = call(segment(100), account(server.url), ledger)
    assert made < 10
    assert counts(results) == {"accepted": 100}
    assert len(server.seen) == 10
    assert set(Counter(one for seen in server.seen for one in seen.ids).values()) == {1}
