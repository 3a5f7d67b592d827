"""A clock that jumps a day ahead and a day back while messages are being sent."""

from collections import Counter

import pytest

from tests.endurance.model_gateway import ACCEPT, LIMIT_429, first, seeded

# Backoffs are of 4 s at most, and these servers ask for less.
LONGEST_SECONDS = 5


def send_through_jumps(episode, seed, choose):
    """Two sends and the settling of them, with a clock that cannot be relied on."""
    episode.gateway.choose = choose
    fault = {"kind": "clock", "seed": str(seed)}
    found, jumps = [], Counter()
    for _ in range(2):
        told = episode.send(fault=fault)
        longest = told["extra"].pop("longest")
        jumps.update(told["extra"])
        if longest > LONGEST_SECONDS:
            found.append(f"a send wanted to sleep for {longest:.0f} s")
        found += episode.breaches()
    if jumps["jumps"] < 5 or jumps["writer"] < 5:
        found.append(f"the clock did not jump: {dict(jumps)}")
    return [f"{seed}: {one}" for one in found + episode.finish()]


def test_jumps_double_nothing_and_hang_nothing(episodes):
    """Waits go by the monotonic clock, and the ledger's order does not go by time at all."""
    behaviours = (ACCEPT, LIMIT_429, LIMIT_429, ACCEPT, LIMIT_429)
    assert send_through_jumps(episodes(48, 4), "short", first(*behaviours)) == []


@pytest.mark.endurance
@pytest.mark.timeout(7200)
def test_many_jumps_double_nothing_and_hang_nothing(episodes, figures, seed_offset):
    """Fifty segments sent through jumps, to servers that misbehave."""
    found = []
    for seed in range(50):
        found += send_through_jumps(
            episodes(), f"{seed}{seed_offset}", seeded(f"clock {seed}{seed_offset}")
        )
    figures(f"50 segments under clock jumps, {len(found)} breaches")
    assert found == []
