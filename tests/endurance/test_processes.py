"""Several processes on one ledger, stopped and woken at random."""

import random
import signal
import time

import apsw
import pytest

from tests.endurance.model_gateway import SLOW, always, seeded

SETTLED_WITHIN = 40


def play_round(episode, seed, processes, *, apart):
    """Let so many processes send the same segment; gives what is broken.

    `apart` makes each take itself for another machine, so that one that is stopped is taken
    for dead, loses its messages, and wakes up to find them gone.
    """
    rng = random.Random(seed)
    episode.gateway.choose = always(SLOW) if rng.random() < 0.5 else seeded(seed, calm=0.9)
    children = []
    for number in range(processes):
        fault = {"kind": "host", "name": f"host-{number}", "silence": 0.4} if apart else None
        given = episode.given(fault=fault, in_flight=2, give_up_after=SETTLED_WITHIN)
        children.append(episode.forks.start("send_until_settled", **given))
    _stop_and_wake(children, rng, seconds=1.5)
    told = [child.result() for child in children]
    found = episode.breaches() + _owners(episode.ledger)
    found += [f"one never came to its end: {one}" for one in told if not one or "gave_up" in one]
    return [f"{seed}: {one}" for one in found + episode.finish()]


def _stop_and_wake(children, rng, seconds):
    """Stop some, wake them, stop others; in the end all are awake."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        chosen = rng.sample(children, rng.randint(1, len(children) - 1))
        for child in chosen:
            child.kill(signal.SIGSTOP)
        time.sleep(rng.uniform(0.05, 0.6))
        for child in chosen:
            child.kill(signal.SIGCONT)


def _owners(path):
    """Every batch's intents lie with a run, and no message is active in two runs at once."""
    connection = apsw.Connection(path)
    try:
        active = connection.execute("SELECT count(*) FROM run WHERE state = 'active'").fetchone()
        strays = connection.execute(
            "SELECT count(*) FROM intent LEFT JOIN run USING (run) WHERE run.run IS NULL"
        ).fetchone()
    finally:
        connection.close()
    return [f"{n} {words}" for (n,), words in ((active, "active"), (strays, "stray")) if n]


@pytest.mark.parametrize("apart", [False, True], ids=["one machine", "several machines"])
def test_a_few_processes_share_a_ledger(episodes, apart):
    """Each message has one owner at a time, and is sent once."""
    assert play_round(episodes(64, 4), f"short {apart}", 3, apart=apart) == []


@pytest.mark.endurance
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("apart", [False, True], ids=["one machine", "several machines"])
def test_eight_processes_share_a_ledger(episodes, figures, apart):
    """Twenty-five rounds of eight processes each: each message is sent once."""
    found = []
    for number in range(25):
        found += play_round(episodes(64, 4), f"full {apart} {number}", 8, apart=apart)
    figures(f"25 rounds of 8 processes, apart {apart}, {len(found)} breaches")
    assert found == []
