"""Every named fail point, under everything the server can do."""

import itertools

import pytest

from tests.endurance.faults import ACTIONS, POINTS
from tests.endurance.model_gateway import BEHAVIOURS, first

ROWS = 24
BATCH_SIZE = 4


def strike(episode, point, action, behaviours, hit):
    """One send with a fault and a server that misbehaves, then re-runs; gives breaches."""
    episode.gateway.choose = first(*behaviours)
    fault = {"kind": "fail_at", "point": point, "action": action, "hit": hit}
    told = episode.send(fault=fault, in_flight=2)
    found = episode.breaches()
    if told and not told["extra"]:
        found.append(f"the fail point was never reached: {told}")
    return [f"{point}, {action}, {behaviours}, {hit}: {one}" for one in found + episode.finish()]


def test_each_behaviour_with_some_fail_points(episodes):
    """Every behaviour and every way of failing comes at least once, and nothing is broken."""
    actions = itertools.cycle(ACTIONS)
    found = []
    for number in range(0, len(BEHAVIOURS), 3):
        point = list(POINTS)[(number * 5 + 4) % len(POINTS)]
        episode = episodes(ROWS, BATCH_SIZE, drafted=True)
        behaviours = BEHAVIOURS[number : number + 3]
        found += strike(episode, point, next(actions), behaviours, 1 + number % 2)
    assert found == []


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("point", POINTS)
def test_all_pairs_of_fail_point_and_behaviour(episodes, point, action, figures):
    """One point under every behaviour, for each way of failing, and nothing is broken."""
    found = []
    for number, behaviour in enumerate(BEHAVIOURS):
        episode = episodes(ROWS, BATCH_SIZE, drafted=True)
        found += strike(episode, point, action, [behaviour] * 3, 1 + number % 3)
    figures(f"{len(BEHAVIOURS)} behaviours at {point}, {action}, {len(found)} breaches")
    assert found == []
