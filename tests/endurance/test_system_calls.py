"""kill -9, and errors of the disk, at every system call that writes, syncs, sends or receives."""

import itertools

import pytest

from tests.endurance import truth
from tests.endurance.system_calls import FILES, KILL, SOCKETS, Traced, why_not
from tests.endurance.tracing import THREADS

pytestmark = pytest.mark.skipif(why_not() is not None, reason=str(why_not()))

ROWS, BATCH_SIZE, IN_FLIGHT = 12, 4, 2
# Each error with the calls that may give it.
ERRORS = {
    "EIO": ("pwrite64", "fsync", "fdatasync", "ftruncate"),
    "ENOSPC": ("pwrite64", "ftruncate"),
}


def strike(episodes, folder, thread, call, what):
    """One send with a fault at one call; gives whether it struck, and what is broken."""
    episode = episodes(ROWS, BATCH_SIZE, drafted=True)
    traced = Traced(episode, thread, folder, f"{call}:{what}")
    view = episode.look()
    found = truth.breaches(episode.gateway, view)
    if len(view.in_flight) > BATCH_SIZE * IN_FLIGHT:
        found.append(f"I7 one crash left {len(view.in_flight)} rows in flight")
    told = traced.told
    if traced.code != -9 and told is None:
        found.append("the child did not come to its end")
    if told and told["extra"]["requests_after_a_failed_intent"]:
        found.append("a request left after its intent had failed")
    found += episode.finish()
    return traced.struck, [f"{thread}, {call}, {what}: {one}" for one in found]


def strike_at_each(episodes, folder, thread, call, what, lasting=""):
    """Faults at the first, second, … such call until the send is through; points, breaches."""
    found = []
    for number in itertools.count(1):
        struck, broken = strike(episodes, folder, thread, call, f"{what}:when={number}{lasting}")
        found += broken
        if not struck:
            return number - 1, found
    raise AssertionError("unreachable")


def calls_of(episodes, folder, thread):
    """How often a thread of a send without faults makes each call."""
    traced = Traced(episodes(ROWS, BATCH_SIZE, drafted=True), thread, folder)
    assert traced.told["outcomes"] == {"accepted": ROWS}
    return traced.calls


@pytest.mark.parametrize(
    ("thread", "call", "what"),
    [
        ("engine", "pwrite64", f"{KILL}:when=3"),
        ("engine", "fdatasync", f"{KILL}:when=7"),
        ("engine", "sendto", f"{KILL}:when=2"),
        ("engine", "recvfrom", f"{KILL}:when=2"),
        ("engine", "pwrite64", "error=ENOSPC:when=20+"),
        ("engine", "fdatasync", "error=EIO:when=7"),
    ],
)
def test_a_system_call_kills_or_fails(episodes, tmp_path, thread, call, what):
    """At some calls: nobody is messaged twice, and nothing leaves without its intent."""
    assert strike(episodes, tmp_path, thread, call, what) == (True, [])


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("thread", THREADS)
def test_every_system_call_kills(episodes, tmp_path, figures, thread):
    """The process is killed at every call of a thread that writes, syncs, sends or receives."""
    points, found = {}, []
    for call in calls_of(episodes, tmp_path, thread):
        assert call in (*FILES, *SOCKETS)
        points[call], broken = strike_at_each(episodes, tmp_path, thread, call, KILL)
        found += broken
    figures(f"killed at {sum(points.values())} calls of {thread}: {points}, {len(found)} breaches")
    assert found == []


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("lasting", ["", "+"], ids=["passing", "lasting"])
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("thread", THREADS)
def test_every_system_call_fails(episodes, tmp_path, figures, thread, error, lasting):
    """Every call that writes or syncs the ledger fails once, or fails from then on."""
    points, found = {}, []
    for call in set(calls_of(episodes, tmp_path, thread)) & set(ERRORS[error]):
        what = f"error={error}"
        points[call], broken = strike_at_each(episodes, tmp_path, thread, call, what, lasting)
        found += broken
    figures(f"{error}{lasting} at {sum(points.values())} calls of {thread}: {points}, {len(found)}")
    assert found == []
