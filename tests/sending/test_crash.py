"""A process that is killed while it sends, and the one that goes on from there."""

import os
import signal
import threading
from collections import Counter

import pytest
from support import children
from support.raw import RawServer, accept
from support.segments import KEY, account, call, counts, segment


def start(url, ledger):
    """Start a process that sends 100 messages in batches of 10, two requests at a time."""
    fields = {"max_in_flight": 2, "deadline": 30}
    return children.start(children.send, url, ledger, KEY, 100, {}, fields)


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
        process.join()
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
    for _ in range(2):
        made = len(sandbox.requests())
        process = start_at_sandbox(sandbox, ledger)
        while len(sandbox.requests()) < made + 12 and process.is_alive():
            tick.wait(0.05)
        process.kill()
        process.join()
    to = account(sandbox.url, api_key=sandbox.api_key)
    results = call(segment(300), to, ledger, batch_size=5)
    accepted = sandbox.accepted()
    assert accepted["id"].is_unique
    sure = set(results.loc[results["outcome"] == "accepted", "trackinId"])
    open_ = set(results.loc[results["outcome"] == "unknown", "trackinId"])
    assert len(sure) + len(open_) == 300
    assert sure <= set(accepted["id"]) <= sure | open_
    assert len(open_) <= 2 * 8 * 5
    made = len(sandbox.requests())
    call(segment(300), to, ledger, batch_size=5)
    assert len(sandbox.requests()) == made


def start_at_sandbox(sandbox, ledger):
    """Start a process that sends 300 messages to the sandbox, not too fast."""
    fields = {"requests_per_second": 60}
    options = {"batch_size": 5}
    key = sandbox.api_key
    return children.start(children.send, sandbox.url, ledger, key, 300, options, fields)


def test_interrupted_from_outside(ledger):
    """SIGINT to the process: it ends by itself, and the next one sends exactly the rest."""
    first = threading.Event()

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        if seen.number == 3 and not first.is_set():
            os.kill(process.pid, signal.SIGINT)
            first.set()
            first_done.wait(0.5)
        return accept(seen)

    first_done = threading.Event()
    ready = threading.Event()
    with RawServer(lambda *given: ready.wait(10) and answer(*given)) as server:
        process = start(server.url, ledger)
        ready.set()
        process.join(60)
        assert process.exitcode == 1  # as a KeyboardInterrupt that nobody caught
        made = len(server.seen)
        results = call(segment(100), account(server.url), ledger)
    assert made < 10
    assert counts(results) == {"accepted": 100}
    assert len(server.seen) == 10
    assert set(Counter(one for seen in server.seen for one in seen.ids).values()) == {1}
