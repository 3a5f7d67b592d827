"""A real rate limit in front: everything is accepted once, as fast as the limit allows."""

import time

import pytest

from tests.endurance import truth
from tests.endurance.nginx import Nginx, find_nginx

pytestmark = pytest.mark.skipif(find_nginx() is None, reason="nginx is not installed")

RATE = 100


def send_through(episode, folder, rows, processes=1):
    """Send one row a request at the limit's own rate, in as many processes, with one ledger.

    Gives the share of the allowed rate that was reached, and how often the limit said no.
    """
    share = rows // processes
    with Nginx(folder, episode.gateway.url, RATE) as limit:
        moments = []
        episode.gateway.on_stage = lambda number, stage: moments.append(time.monotonic())  # noqa: ARG005
        given = {**episode.given(in_flight=8), "url": limit.url, "rate": RATE}
        children = [
            episode.forks.start("send", **{**given, "piece": [share * one, share * (one + 1)]})
            for one in range(processes)
        ]
        told = [child.result() for child in children]
        episode.gateway.on_stage = None
    assert [one["outcomes"] for one in told] == [{"accepted": share}] * processes
    assert sorted(episode.gateway.accepted.values()) == [1] * rows
    intents = truth.read_file(episode.ledger, episode.keys.ids.to_pylist()).intents.total()
    return rows / (max(moments) - min(moments)) / RATE, intents - rows


def test_a_limit_is_kept_and_used(episodes, tmp_path):
    """Three hundred rows, one a request, at nearly the allowed rate."""
    assert send_through(episodes(300, 1), tmp_path, 300)[0] > 0.5


def test_processes_share_the_limit(episodes, tmp_path):
    """Two processes with one ledger, together at nearly the allowed rate."""
    assert send_through(episodes(300, 1), tmp_path, 300, processes=2)[0] > 0.5


@pytest.mark.endurance
@pytest.mark.timeout(7200)
def test_five_thousand_rows_one_a_request(episodes, tmp_path, figures):
    """All accepted once, at 95 % of the allowed rate or more."""
    share, refused = send_through(episodes(5000, 1), tmp_path, 5000)
    figures(f"5000 rows through nginx limit_req, {share:.1%} of the allowed rate, {refused} 429s")
    assert share >= 0.95


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("processes", [2, 8])
def test_many_processes_share_the_limit(episodes, tmp_path, figures, processes):
    """Several processes with one ledger: all accepted once, at 95 % of the rate or more."""
    share, refused = send_through(episodes(4000, 1), tmp_path, 4000, processes)
    figures(f"4000 rows by {processes} processes, {share:.1%} of the rate, {refused} 429s")
    assert share >= 0.95
