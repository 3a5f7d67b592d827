"""A run at one moment, as HTML and as a line."""

import re

import pytest

from cascade_frames.handles import RunPhase
from cascade_frames.notebook.run_view import RunView, run_html, run_text
from cascade_frames.sending.progress import Progress
from cascade_frames.tracking.progress import TrackingProgress
from cascade_frames.trackings import Tracking

HALF = Progress(10_000, accepted=4_990, refused=4, unknown=6)


def test_a_line_says_how_the_run_stands():
    """Where only text shows, it has the phase, the count and every outcome that occurs."""
    assert run_text(RunView("r", RunPhase.RUNNING, HALF)) == (
        "Sending: 5,000 of 10,000 (50%); 4,990 accepted · 4 refused · 6 unknown"
    )


def test_the_page_says_rate_time_left_and_run():
    """The panel answers how fast, how long, and which run."""
    html = run_html(RunView("r-1", RunPhase.RUNNING, HALF, rate=500))
    assert "500 a second" in html
    assert "0:10 left" in html
    assert "run r-1" in html


@pytest.mark.parametrize(
    ("rate", "words"), [(1.0, "1:23:20 left"), (50, "1:40 left"), (None, None), (0.0, None)]
)
def test_time_left_is_told_where_it_is_known(rate, words):
    """No time is invented where nothing moves."""
    html = run_html(RunView("r", RunPhase.RUNNING, HALF, rate=rate))
    assert words in html if words else "left" not in html


def test_a_run_that_stands_still_has_no_time_left():
    """A paused run will not be over in a minute."""
    assert RunView("r", RunPhase.PAUSED, HALF, rate=50).seconds_left is None


@pytest.mark.parametrize("phase", RunPhase)
def test_red_is_for_failure_and_amber_for_purpose(phase):
    """Colours tell a stop on purpose from a failure."""
    colour = re.findall(r"background:(#\w+)", run_html(RunView("r", phase, HALF)))
    red = colour == ["#d03b3b"]
    amber = colour == ["#d98e04"]
    assert red == (phase is RunPhase.HALTED)
    assert amber == (phase in (RunPhase.PAUSED, RunPhase.CANCELLING, RunPhase.CANCELLED))


def test_a_screen_reader_gets_the_bar():
    """The bar has a role and its values."""
    html = run_html(RunView("r", RunPhase.RUNNING, HALF))
    assert 'role="progressbar"' in html
    assert 'aria-valuemax="10000"' in html
    assert 'aria-valuenow="5000"' in html
    assert 'aria-valuetext="5,000 of 10,000 (50%)"' in html


def test_a_run_with_nothing_to_send():
    """An empty run is whole, and divides by nothing."""
    view = RunView(None, RunPhase.FINISHED, Progress(0))
    assert view.share == 1
    assert run_text(view) == "Finished: nothing left to send; 0 accepted"
    assert "run " not in run_html(view)


def test_words_are_escaped():
    """A note is text, whatever it holds."""
    html = run_html(RunView("<i>", RunPhase.RUNNING, HALF, note="<script>"))
    assert "<script>" not in html
    assert "<i>" not in html


def test_a_tracking_is_shown_as_a_run_is():
    """The same panel, in words of its own: messages by delivery, and nothing is sent."""
    progress = TrackingProgress(10, 4, {"delivered": 3, "undeliverable": 1})
    view = RunView(None, RunPhase.RUNNING, progress, said=Tracking.words)
    assert run_text(view) == "Asking: 4 of 10 (40%); 3 delivered · 1 undeliverable"
    cancelled = RunView(None, RunPhase.CANCELLED, progress, said=Tracking.words)
    assert "Cancelled: the same call goes on" in run_html(cancelled)
    nothing = RunView(None, RunPhase.FINISHED, TrackingProgress(0), said=Tracking.words)
    assert run_text(nothing).startswith("Finished: nothing to ask about")
