"""What people see of a run: a bar on a terminal, lines elsewhere, or nothing."""

import io

import pytest

from cascade_frames.progress import _Lines, progress_view
from cascade_frames.sending.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say so."""
        return True


def test_none_says_nothing():
    """`ui="none"` leaves a script's output alone."""
    stream = io.StringIO()
    view = progress_view("none", stream)
    view.show(Progress(10, accepted=10))
    view.note("words")
    view.close()
    assert stream.getvalue() == ""


@pytest.mark.parametrize("ui", ["auto", "text"])
def test_lines_where_there_is_no_terminal(ui):
    """A log gets about ten plain lines, whole numbers and no control characters."""
    stream = io.StringIO()
    view = progress_view(ui, stream)
    view.show(Progress(10_000))
    for done in range(100, 10_001, 100):
        view.show(Progress(10_000, accepted=done - 50, unknown=50))
    view.note("words")
    view.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[-2] == "100%  10,000 of 10,000: 9,950 accepted, 50 unknown"
    assert lines[-1] == "words"
    assert "\r" not in stream.getvalue()


def test_lines_come_after_a_while_too():
    """A slow run gives a sign of life before the next tenth."""
    now = [0.0]
    stream = io.StringIO()
    view = _Lines(stream, clock=lambda: now[0])
    view.show(Progress(1000, accepted=1))
    assert stream.getvalue() == ""
    now[0] = 31.0
    view.show(Progress(1000, accepted=2, refused=1))
    assert stream.getvalue() == "  0%  3 of 1,000: 2 accepted, 1 refused\n"


def test_lines_end_with_the_last_state():
    """A run that stops early leaves its last count, once."""
    stream = io.StringIO()
    view = progress_view("text", stream)
    view.show(Progress(1000, accepted=500))
    view.show(Progress(1000, accepted=510))
    view.close()
    assert stream.getvalue().splitlines()[-1].startswith(" 51%  510 of 1,000")


def test_text_is_lines_on_a_terminal_too():
    """`ui="text"` means lines everywhere."""
    stream = Terminal()
    view = progress_view("text", stream)
    view.show(Progress(1, accepted=1))
    view.close()
    assert stream.getvalue() == "100%  1 of 1: 1 accepted\n"


def test_a_bar_on_a_terminal():
    """The bar shows the count and the outcomes, and notes beside it stay readable."""
    stream = Terminal()
    view = progress_view("auto", stream)
    view.show(Progress(100))
    view.show(Progress(100, accepted=60, refused=2))
    view.note("words")
    view.show(Progress(100, accepted=98, refused=2))
    view.close()
    shown = stream.getvalue()
    assert "100/100" in shown
    assert "98 accepted, 2 refused" in shown
    assert "words" in shown


@pytest.mark.parametrize("ui", ["auto", "text", "none"])
def test_a_run_without_messages(ui):
    """Nothing to send divides by nothing."""
    view = progress_view(ui, io.StringIO())
    view.show(Progress(0))
    view.close()
