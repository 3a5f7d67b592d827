"""The invariants are worth something only if they catch mistakes: here they must."""

import signal

import pytest

from tests.endurance.model_gateway import (
    ACCEPT_THEN_500,
    ACCEPT_THEN_CLOSE,
    SHORT_REPLY,
    SHORT_TAKE,
    always,
    first,
)
from tests.endurance.mutants import MUTANTS
from tests.endurance.test_kills import kill_often

SERVERS = {
    "retry_lost_answers": first(ACCEPT_THEN_CLOSE),
    "ignore_missing_ids": always(SHORT_REPLY),
    "trust_every_200": always(SHORT_TAKE),
    "retry_server_errors": first(ACCEPT_THEN_500),
}
KILLED = ("commit_after_send", "requeue_in_flight")


def test_every_mutant_has_its_test():
    """No mistake of the list is left untried."""
    assert set(SERVERS) | set(KILLED) == set(MUTANTS)


@pytest.mark.parametrize("mutant", SERVERS)
def test_a_server_exposes_the_mutant(episodes, mutant):
    """One faulty answer, and a re-run, break an invariant that holds without the mutant."""
    assert _send_twice(episodes(24, 4), SERVERS[mutant], None) == []
    assert _send_twice(episodes(24, 4), SERVERS[mutant], mutant) != []


@pytest.mark.parametrize("mutant", KILLED)
def test_a_kill_exposes_the_mutant(episodes, mutant):
    """Killed once the server has taken a batch, the mutant messages people twice."""
    assert _kill_once(episodes(24, 4), None) == []
    assert [one for one in _kill_once(episodes(24, 4), mutant) if one.startswith("I1")]


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("mutant", MUTANTS)
def test_random_kills_and_servers_expose_the_mutant(episodes, monkeypatch, mutant):
    """The test of the thousand kills finds each mutant by itself, within a few episodes."""
    broken = []
    for number in range(20):
        episode = episodes()
        given = episode.given
        monkeypatch.setattr(
            episode, "given", lambda given=given, **more: given(mutant=mutant, **more)
        )
        broken = kill_often(episode, f"{mutant}-{number}", 5, calm=0.5)[1]
        if broken:
            return
    assert broken


def _send_twice(episode, server, mutant):
    episode.gateway.choose = server
    episode.send(mutant=mutant)
    found = episode.breaches()
    episode.send(mutant=mutant)
    return found + episode.breaches()


def _kill_once(episode, mutant):
    assert episode.kill_at(2, "taken", mutant=mutant) == -signal.SIGKILL
    found = episode.breaches()
    episode.send(mutant=mutant)
    return found + episode.breaches()
