"""Webhooks: bursts of posts, and a receiver that is killed over and over."""

import random
import threading
import uuid

import psutil
import pytest

import cascade_frames as cf
from tests.support.burst import post_all
from tests.support.receivers import Receiver, wait_for


def burst(ledger, posts, connections):
    """Send a burst; what came of it, and the processor time of the receiver for each post."""
    rng = random.Random(posts)
    ids = [str(uuid.UUID(int=rng.getrandbits(128))) for _ in range(posts)]
    with Receiver(ledger) as receiver:
        process = psutil.Process(receiver.process.pid)
        before = process.cpu_times()
        found = post_all(receiver.port, receiver.secret, ids, connections)
        after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    opened = cf.Ledger(ledger)
    assert set(wait_for(opened, ids, posts)["delivery"]) == {"delivered"}
    opened.close()
    return found, used / posts


def test_a_burst_over_several_connections_is_taken_whole(ledger):
    """Every post has its 200, and is in the ledger."""
    burst(ledger, 300, 20)


@pytest.mark.endurance
@pytest.mark.timeout(600)
@pytest.mark.parametrize("connections", [20, 100, 400])
def test_two_thousand_posts_a_second(ledger, figures, connections):
    """Thirty thousand posts, one a request, as fast as they are taken."""
    found, used = burst(ledger, 30_000, connections)
    figures(
        f"{connections} connections: {found.rate:,.0f} posts/s, {used * 1e6:.0f} µs of the "
        f"receiver's processor time each, waits {found.wait(0.5):.3f} s (half), "
        f"{found.wait(0.99):.3f} s (99 %)"
    )
    assert found.rate >= 2000


@pytest.mark.endurance
@pytest.mark.timeout(3600)
def test_a_receiver_killed_over_and_over_loses_nothing(ledger, figures):
    """Fifty kills at random moments of a burst: whatever had its 200 is there."""
    rng, answered = random.Random(11), []
    for turn in range(50):
        with Receiver(ledger) as receiver:
            after = threading.Timer(rng.uniform(0.02, 0.5), receiver.process.kill)
            after.start()
            answered += _post_until_it_ends(receiver, turn)
            after.join()
    opened = cf.Ledger(ledger)
    wait_for(opened, answered, len(answered))
    opened.close()
    figures(f"50 kills, {len(answered):,} posts answered with 200, all of them in the ledger")


def _post_until_it_ends(receiver, turn):
    """Post one after another over eight connections; the ids that were answered with 200."""
    answered = []

    def work(number):
        for count in range(10_000):
            message_id = f"{turn}-{number}-{count}"
            try:
                post_all(receiver.port, receiver.secret, [message_id], 1)
            except (OSError, EOFError):
                return
            answered.append(message_id)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answered
