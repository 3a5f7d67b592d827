"""Loading modules ahead of their use, in a thread."""

import subprocess
import sys
import threading

import pytest

from cascade_frames import loading

AHEAD = "\n".join(
    [
        "import sys, threading, time",
        "from cascade_frames import loading",
        "loading.load_ahead('no_such_module', 'cascade_frames.sender')",
    ]
)


def _python(script):
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()


def test_modules_are_loaded_ahead():
    """Whoever needs a module that is being loaded has it whole; one that is not there is no end."""
    script = f"{AHEAD}\nprint(loading.load('cascade_frames.sender', 'PlanSender').__name__)"
    assert _python(script) == "PlanSender"


def test_a_program_may_end_meanwhile():
    """A program that is over sooner than the loading ends without a word."""
    assert not _python(AHEAD)


def test_what_is_loaded_takes_no_thread(monkeypatch):
    """A second call has nothing to load, and starts nothing."""
    monkeypatch.setattr(threading.Thread, "start", lambda _: pytest.fail("started"))
    loading.load_ahead("cascade_frames.loading")


def test_an_interpreter_that_ends_is_left_alone(monkeypatch):
    """Where no thread can be started any more, nothing is loaded ahead, and nothing is said."""

    def refuse(_):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    loading.load_ahead("no_such_module")
