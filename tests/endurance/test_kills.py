"""kill -9 in the middle of a send, again and again, then re-runs until it is settled."""

import random
import signal
import threading

import pytest

from tests.endurance import truth
from tests.endurance.model_gateway import seeded

BATCHES = 16
BATCH_SIZE = 10
IN_FLIGHT = 4
KILLS_AN_EPISODE = 10
STAGES = ("arrived", "taken", "answered")


class Killer:
    """Kills a child when its moment comes: a time, or a stage of one of its requests."""

    def __init__(self, gateway, rng):
        self._gateway = gateway
        self._child = None
        self._ready = threading.Event()
        self._timer = None
        self._by_request = rng.random() < 0.6
        self._countdown = rng.randint(1, 6)
        self._stage = rng.choice(STAGES)
        self._seconds = rng.uniform(0.05, 0.5)
        self._first = gateway.number

    def arm(self):
        """Watch the server, before the child begins."""
        self._gateway.on_stage = self._watch if self._by_request else None

    def aim(self, child):
        """The child to kill."""
        self._child = child
        self._ready.set()
        if not self._by_request:
            self._timer = threading.Timer(self._seconds, child.kill)
            self._timer.start()

    def rest(self):
        """The child is over; its number must not be used again."""
        self._gateway.on_stage = None
        if self._timer:
            self._timer.cancel()
            self._timer.join()

    def _watch(self, number, stage):
        if stage == self._stage and number == self._first + self._countdown:
            self._ready.wait(10)
            self._child.kill()


def kill_often(episode, seed, kills, calm=0.85):
    """Kill so many sends of one episode, then settle it; gives kills made and breaches.

    `calm` is the share of requests that are answered as they should be.
    """
    rng = random.Random(seed)
    episode.gateway.choose = seeded(seed, calm)
    made, unseen, found = 0, 0, []
    unknown_before = set()
    for _ in range(kills):
        killer = Killer(episode.gateway, rng)
        killer.arm()
        child = episode.start(in_flight=IN_FLIGHT)
        killer.aim(child)
        code = child.wait()
        killer.rest()
        made += code == -signal.SIGKILL
        unseen += 1
        if rng.random() < 0.3:
            continue  # nobody looks before the next run does
        view = episode.look()
        found += truth.breaches(episode.gateway, view)
        lost = view.in_flight - unknown_before
        if len(lost) > BATCH_SIZE * IN_FLIGHT * unseen:
            found.append(f"I7 {unseen} crashes left {len(lost)} rows in flight")
        unknown_before, unseen = view.in_flight, 0
        if not view.ids("unsent"):
            break
    return made, found + episode.finish()


def kill_until(episodes, seed, kills):
    """Episodes until so many kills have been made; gives the number made and all breaches."""
    made, found, number = 0, [], 0
    while made < kills:
        number += 1
        name = f"{seed}/{number}"
        more, broken = kill_often(
            episodes(BATCHES * BATCH_SIZE, BATCH_SIZE), name, KILLS_AN_EPISODE
        )
        made += more
        found += [f"{name}: {words}" for words in broken]
    return made, found


def test_some_kills_break_nothing(episodes):
    """Killed at random times and requests, and run again: every invariant holds."""
    _, found = kill_until(episodes, "short", 10)
    assert found == []


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(10))
def test_a_thousand_kills_break_nothing(episodes, part, figures, seed_offset):
    """A hundred kills in each of ten parts: every invariant holds after each."""
    made, found = kill_until(episodes, f"full-{part}{seed_offset}", 100)
    figures(f"{made} kills, {len(found)} breaches")
    assert found == []
