"""A real kernel: interrupted, restarted, killed in the middle of a send, and run again."""

import random
import threading

import pytest

from tests.endurance.model_gateway import SLOW, always
from tests.endurance.notebook import SEND, Notebook

BLOWS = ("interrupt", "restart", "kill")


@pytest.fixture(scope="module")
def notebook():
    """Yield one kernel for all of these."""
    with Notebook() as running:
        yield running


def strike(notebook, episode, blow, rng):
    """Strike once in the middle of a send, then run the cell again, twice; gives breaches."""
    gateway = episode.gateway
    gateway.choose = always(SLOW)
    reached = threading.Event()
    at = rng.randint(1, 6)

    def watch(number, stage):
        if number >= at and stage == rng.choice(["arrived", "taken", "answered"]):
            reached.set()

    gateway.on_stage = watch
    cell = notebook.begin(_cell(episode))
    assert reached.wait(60)
    getattr(notebook, blow)()
    ended = notebook.wait(cell) if blow == "interrupt" else None
    gateway.on_stage = None
    found = episode.breaches()
    if blow == "interrupt" and ended != "KeyboardInterrupt":
        found.append(f"an interrupted cell ended with {ended}")
    return found + run_all_twice(notebook, episode)


def run_all_twice(notebook, episode):
    """Run the cell to the end, and once more, which sends nothing; gives breaches."""
    found = []
    for _ in range(2):
        before = episode.gateway.number
        ended = notebook.wait(notebook.begin(_cell(episode)))
        found += episode.breaches()
        if ended != "ok":
            found.append(f"a cell ended with {ended}")
    if episode.gateway.number != before:
        found.append("the second run made requests")
    left = episode.look().ids("unsent")
    return [*found, f"unsent: {len(left)}"] if left else found


def _cell(episode):
    return SEND.format(
        rows=episode.rows,
        batch_size=episode.batch_size,
        url=episode.gateway.url,
        ledger=episode.ledger,
    )


def strike_often(notebook, episodes, counts):
    """So many blows of each kind, each on a segment of its own; gives breaches."""
    rng = random.Random(str(counts))
    found = []
    for blow, times in counts.items():
        for number in range(times):
            broken = strike(notebook, episodes(48, 4), blow, rng)
            found += [f"{blow} {number}: {one}" for one in broken]
    return found


def test_run_all_twice_sends_once(notebook, episodes):
    """A notebook that is run again from the top messages nobody again."""
    episode = episodes(48, 4)
    assert run_all_twice(notebook, episode) == []
    assert set(episode.gateway.accepted.values()) == {1}


def test_a_kernel_is_struck_a_few_times(notebook, episodes):
    """Two interrupts, a restart and a kill: nobody is messaged twice."""
    assert strike_often(notebook, episodes, {"interrupt": 2, "restart": 1, "kill": 1}) == []


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("blow", "times"), [("interrupt", 100), ("restart", 50), ("kill", 50)])
def test_a_kernel_is_struck_often(notebook, episodes, figures, blow, times):
    """The same blow many times over: nobody is messaged twice."""
    found = strike_often(notebook, episodes, {blow: times})
    figures(f"{times} of {blow} on a real kernel, {len(found)} breaches")
    assert found == []
