"""A real rate limit in front: everything is accepted once, as fast as the limit allows."""

import time

import pytest

from tests.endurance.nginx import Nginx, find_nginx

pytestmark = pytest.mark.skipif(find_nginx() is None, reason="nginx is not installed")

RATE = 100


def send_through(episode, folder, rows):
    """Send one row a request at the limit's own rate; gives the share of it that was reached."""
    with Nginx(folder, episode.gateway.url, RATE) as limit:
        moments = []
        episode.gateway.on_stage = lambda number, stage: moments.append(time.monotonic())  # noqa: ARG005
        told = episode.forks.run(
            "send", **{**episode.given(in_flight=8), "url": limit.url, "rate": RATE}
        )
        episode.gateway.on_stage = None
        assert told["outcomes"] == {"accepted": rows}
    assert sorted(episode.gateway.accepted.values()) == [1] * rows
    return rows / (max(moments) - min(moments)) / RATE


def test_a_limit_is_kept_and_used(episodes, tmp_path):
    """Three hundred rows, one a request, at nearly the allowed rate."""
    assert send_through(episodes(300, 1), tmp_path, 300) > 0.5


@pytest.mark.endurance
@pytest.mark.timeout(7200)
def test_five_thousand_rows_one_a_request(episodes, tmp_path, figures):
    """All accepted once, at 95 % of the allowed rate or more."""
    share = send_through(episodes(5000, 1), tmp_path, 5000)
    figures(f"5000 rows through nginx limit_req, {share:.1%} of the allowed rate")
    assert share >= 0.95
