"""Which message is asked about next, and when: held against the rules over made-up time."""

import random
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.tracking.schedule import (
    LONGEST_SECONDS,
    Schedule,
    seconds_after_failure,
    seconds_between,
    seconds_until_known,
)


def drain(schedule, now):
    """Every number that is due now, in turn."""
    found = []
    while (number := schedule.next(now)) is not None:
        found.append(number)
    return found


def test_nothing_is_asked_before_it_is_due():
    """A message has its first turn some seconds after it was sent, not before."""
    schedule = Schedule(np.array([10.0, 5.0, 20.0]))
    assert schedule.next(4.9) is None
    assert schedule.seconds_until_next(4.9) == pytest.approx(0.1)
    assert drain(schedule, 12.0) == [0, 1]
    assert schedule.seconds_until_next(12.0) == 8.0


def test_of_those_never_heard_of_the_newest_come_first():
    """Where there is more to ask than the rate allows, the newest are asked first."""
    schedule = Schedule(np.array([1.0, 3.0, 2.0, 4.0]))
    assert schedule.next(3.0) == 1
    assert [schedule.next(4.0) for _ in range(3)] == [3, 2, 0]


def test_those_never_heard_of_come_before_those_that_were():
    """A first answer tells more than another of the same message."""
    schedule = Schedule(np.array([1.0, 2.0, 3.0, 4.0]))
    assert [schedule.next(4.0), schedule.next(4.0)] == [3, 2]
    schedule.ask_again(3, 10.0)
    assert [schedule.next(10.0) for _ in range(3)] == [1, 3, 0]  # the fourth turn is the longest's


def test_the_longest_waiting_has_every_fourth_turn():
    """However many newer ones there are, the oldest is not put off without end."""
    size = 50
    schedule = Schedule(np.arange(size, dtype=float))
    drain(schedule, 100.0)
    for number in range(size):
        schedule.ask_again(number, 200.0 + number)
    asked = [schedule.next(300.0) for _ in range(12)]
    assert [one for one in asked if one < 25] == [0, 1, 2]
    assert [one for one in asked if one >= 25] == list(range(49, 40, -1))


@given(
    due=st.lists(st.floats(0, 100), min_size=1, max_size=30),
    closed=st.sets(st.integers(0, 29)),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["ask", "again", "close", "wait"]), st.integers(0, 29), st.floats(0, 40)
        ),
        max_size=80,
    ),
)
def test_a_message_is_given_when_it_is_due_and_only_then(due, closed, steps):
    """Over any history: what is given is open, due and not under way, and nothing due is kept."""
    shut = np.array([number in closed for number in range(len(due))])
    schedule = Schedule(np.array(due), shut)
    waiting = {number: at for number, at in enumerate(due) if not shut[number]}
    under_way, gone, now = set(), set(np.flatnonzero(shut)), 0.0
    for act, number, seconds in steps:
        if act == "wait":
            now += seconds
        elif act == "again" and under_way:
            mine = sorted(under_way)[number % len(under_way)]
            under_way.discard(mine)
            waiting[mine] = now + seconds
            schedule.ask_again(mine, now + seconds)
        elif act == "close" and number < len(due):
            schedule.close(number)
            gone.add(number)
            waiting.pop(number, None)
            under_way.discard(number)
        elif act == "ask":
            given_ = schedule.next(now)
            ready = {one for one, at in waiting.items() if at <= now}
            assert (given_ in ready) if ready else given_ is None
            if given_ is not None:
                del waiting[given_]
                under_way.add(given_)
        assert schedule.open == len(due) - len(gone)
        expected = min(waiting.values(), default=None)
        told = schedule.seconds_until_next(now)
        assert told == (None if expected is None else pytest.approx(max(expected - now, 0.0)))


def test_closing_twice_counts_once():
    """A webhook and an answer may both tell of the same end."""
    schedule = Schedule(np.zeros(5))
    schedule.close(np.array([1, 1, 2]))
    schedule.close(2)
    assert schedule.open == 3
    assert schedule.open_numbers().tolist() == [0, 3, 4]
    assert drain(schedule, 1.0) == [4, 3, 0]


@given(age=st.floats(0, 1e7), seed=st.integers(0, 99))
def test_intervals_grow_with_age_from_5_s_to_5_minutes(age, seed):
    """Never more often than the vendor asks for, nor so seldom that an end is missed for long."""
    seconds = seconds_between(age, random.Random(seed))
    assert 5.0 <= seconds <= LONGEST_SECONDS * 1.25
    assert seconds <= max(5.0, age * 0.25) * 1.25


def test_failures_and_unknown_messages_are_asked_about_ever_more_seldom():
    """What brings nothing is repeated with growing pauses, of a second at the very least."""
    rng = random.Random(1)
    failures = [seconds_after_failure(times, rng) for times in range(1, 40)]
    assert min(failures) >= 1.0
    assert max(failures) <= LONGEST_SECONDS * 1.25
    assert failures[0] < failures[2] < failures[5] < failures[9]
    unknown = [seconds_until_known(times, rng) for times in (1, 2, 3)]
    assert [round(one // 30) for one in unknown] == [1, 2, 4]


def test_an_hour_at_the_limit_on_a_fake_clock():
    """At the full rate: nobody is asked twice within 5 s, finals never again, all are reached."""
    rng = random.Random(7)
    size, rate, sent = 20_000, 50.0, 1000.0
    ends = sent + np.random.default_rng(3).exponential(120.0, size) + 1
    ends[:: size // 500] += 3000.0  # some take very long
    schedule = Schedule(np.full(size, sent + 5.0))
    last = np.full(size, -np.inf)
    final = np.zeros(size, dtype=bool)
    asked = np.zeros(size, dtype=int)
    now = sent + 5.0
    while now < sent + 3600:
        number = schedule.next(now)
        if number is not None:
            assert not final[number]
            assert now - last[number] >= 5.0
            last[number] = now
            asked[number] += 1
            if now >= ends[number]:
                final[number] = True
                schedule.close(number)
            else:
                schedule.ask_again(number, now + seconds_between(now - sent, rng))
        now += 1 / rate
    assert asked.min() >= 1
    assert final[ends < sent + 3000].all()
    assert schedule.open == size - final.sum()


def test_a_million_messages_take_arrays_and_little_time():
    """No object per message: making and using a schedule of a million takes some tens of MB."""
    due = np.random.default_rng(1).uniform(0, 100, 1_000_000)
    tracemalloc.start()
    began = time.process_time()
    schedule = Schedule(due)
    for _ in range(1000):
        schedule.ask_again(schedule.next(200.0), 300.0)
        schedule.seconds_until_next(200.0)
    took = time.process_time() - began
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * 2**20
    assert took < 5
