"""The sandbox's time."""

import threading

import pytest

from cascade_frames.sandbox.clock import LONGEST_STEP, Clock, wall_time
from cascade_frames.sandbox.messages import microseconds


def test_it_starts_now_and_can_be_stepped():
    """Without a step or a speed it is the real time."""
    clock = Clock()
    assert abs(clock.now() - microseconds(wall_time())) < 5_000_000
    before = clock.now()
    clock.step(3600)
    assert 3600 <= (clock.now() - before) / 1_000_000 < 3660


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_speed_is_a_positive_number(speed):
    """Time neither stands nor turns back."""
    with pytest.raises(ValueError, match="speed"):
        Clock(speed)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), LONGEST_STEP + 1])
def test_time_only_moves_on_within_reason(seconds):
    """A step never leads out of the years that dates can hold."""
    with pytest.raises(ValueError, match="time only moves on"):
        Clock().step(seconds)


def test_who_waits_is_woken_by_a_step():
    """A test never waits in real time for simulated time."""
    clock = Clock()
    changes = clock.changes
    waiter = threading.Thread(target=clock.wait, args=(clock.now() + 10**12, changes))
    waiter.start()
    clock.step(1)
    waiter.join(10)
    assert not waiter.is_alive()
    clock.wait(None, changes)
