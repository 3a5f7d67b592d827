"""Several processes on one ledger, stopped and woken at random."""

import random
import signal
import time

import apsw
import pytest

from tests.endurance.model_gateway import SLOW, always, seeded

SETTLED_WITHIN = 200
# Seconds without a sign of life after which an owner elsewhere is taken for dead here; more than
# a busy machine lets a process that is awake wait.
SILENCE = 1.0


def play_round(episode, seed, processes, *, apart):
    """Let so many processes send the same segment; gives what is broken.

    `apart` makes each take itself for another machine, so that one that is stopped is taken
    for dead, loses its messages, and wakes up to find them gone.
    """
    rng = random.Random(seed)
    episode.gateway.choose = always(SLOW) if rng.random() < 0.5 else seeded(seed, calm=0.9)
    children = []
    for number in range(processes):
        fault = {"kind": "host", "name": f"host-{number}", "silence": SILENCE} if apart else None
        given = episode.given(fault=fault, in_flight=2, give_up_after=SETTLED_WITHIN)
        children.append(episode.forks.start("send_until_settled", **given))
    _stop_and_wake(children, rng, longest=1.5 * SILENCE if apart else 0.6)
    told = [child.result() for child in children]
    found = episode.breaches() + _owners(episode.ledger)
    found += [f"one never came to its end: {one}" for one in told if not one or "gave_up" in one]
    return [f"{seed}: {one}" for one in found + episode.finish()]


def _stop_and_wake(children, rng, longest):
    """Stop some, wake them, stop others; in the end all are awake."""
    until = time.monotonic() + 2.5 * longest
    while time.monotonic() < until:
        chosen = rng.sample(children, rng.randint(1, len(children) - 1))
        for child in chosen:
            child.kill(signal.SIGSTOP)
        time.sleep(rng.uniform(0.05, longest))
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


def _taken_over(path):
    """How many runs lost their messages to another."""
    connection = apsw.Connection(path)
    try:
        counted = "SELECT count(*) FROM run WHERE state = 'superseded'"
        return connection.execute(counted).fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize("apart", [False, True], ids=["one machine", "several machines"])
def test_a_few_processes_share_a_ledger(episodes, apart):
    """Each message has one owner at a time, and is sent once."""
    assert play_round(episodes(64, 4), f"short {apart}", 3, apart=apart) == []


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("apart", [False, True], ids=["one machine", "several machines"])
def test_eight_processes_share_a_ledger(episodes, figures, seed_offset, apart):
    """Twenty-five rounds of eight processes each: each message is sent once."""
    found, taken = [], 0
    for number in range(25):
        episode = episodes(64, 4)
        found += play_round(episode, f"full {apart} {number}{seed_offset}", 8, apart=apart)
        taken += _taken_over(episode.ledger)
    figures(
        f"25 rounds of 8 processes, apart {apart}, {taken} runs taken over, {len(found)} breaches"
    )
    assert found == []
