"""Readings of one message, put together: their order does not matter, and nothing gets lost."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.ledger.deliveries import Reading, known_by, merge
from cascade_frames.outcomes import Delivery, is_final

AT = datetime(2026, 11, 2, 10, tzinfo=UTC)
STATES = [*map(str, Delivery), "seen", "a new word"]

moments = st.integers(0, 5).map(lambda minutes: AT + timedelta(minutes=minutes))
readings = st.builds(
    Reading,
    st.just("m"),
    st.sampled_from(STATES),
    moments,
    st.none() | moments,
    st.none() | st.sampled_from(["viber", "sms"]),
    st.none() | st.integers(1, 3),
    st.none() | st.sampled_from([0.0, 0.75]),
    st.none() | st.sampled_from(["UAH", "EUR"]),
)


def known(heard):
    """What is known after all of these."""
    return reduce(merge, map(known_by, heard))


def by_state(*states):
    """Readings of these states, a minute apart."""
    return [
        Reading("m", state, AT + timedelta(minutes=minute)) for minute, state in enumerate(states)
    ]


@given(st.lists(readings, min_size=2, max_size=4))
def test_the_order_of_readings_does_not_matter(heard):
    """Posts overtake each other, and the state that stays is the same."""
    assert len({known(order).state for order in permutations(heard)}) == 1


@given(st.lists(readings, min_size=1, max_size=4))
def test_hearing_all_again_changes_nothing(heard):
    """A sender that repeats its posts does no harm."""
    once = known(heard)
    assert known([*heard, heard[-1]]) == once
    assert known([*heard, *heard]).state == once.state


@given(st.lists(readings, min_size=2, max_size=5))
def test_a_final_state_outweighs_all_that_is_not(heard):
    """Once any reading was final, what is known is."""
    assert is_final(known(heard).state) == any(is_final(one.state) for one in heard)


@given(readings, readings)
def test_what_is_known_of_a_state_is_never_erased(one, other):
    """The same state heard again may fill a gap or say something else, but not nothing."""
    other = Reading("m", one.state, *list(vars(other).values())[2:])
    both = known([one, other])
    for name in ("since", "channel", "parts", "cost", "currency"):
        told = {getattr(known_by(one), name), getattr(known_by(other), name)}
        assert getattr(both, name) in (told - {None} or {None})


@pytest.mark.parametrize(
    ("states", "stays"),
    [
        (("processing", "scheduled"), "processing"),
        (("seen", "processing"), "seen"),
        (("seen", "a new word"), "a new word"),
        (("undeliverable", "delivered"), "delivered"),
        (("delivered", "undeliverable"), "undeliverable"),
        (("delivered", "seen"), "delivered"),
    ],
)
def test_which_state_stays(states, stays):
    """By rank, and among equals what the API said last."""
    assert known(by_state(*states)).state == stays


def test_of_two_finals_the_apis_own_time_decides():
    """A late post about the earlier of two states does not bring it back."""
    delivered = Reading("m", "delivered", AT, AT + timedelta(minutes=3))
    gave_up = Reading("m", "undeliverable", AT + timedelta(minutes=9), AT)
    assert known([delivered, gave_up]).state == "delivered"
    same = Reading("m", "undeliverable", AT, AT + timedelta(minutes=3))
    assert known([delivered, same]).state == "delivered"


def test_channel_and_cost_belong_to_their_state():
    """The channel that was being tried is not taken for the one that delivered."""
    trying = Reading("m", "processing", AT, None, "viber", 1, 0.0, "UAH")
    found = known([trying, Reading("m", "delivered", AT, AT, cost=1.2)])
    assert (found.channel, found.parts, found.cost, found.currency) == (None, None, 1.2, "UAH")


def test_a_cost_keeps_the_currency_it_came_with():
    """A post's bare number is not read in a currency that another number came in."""
    priced = Reading("m", "delivered", AT, None, "sms", 1, 0.03, "EUR")
    bare = Reading("m", "delivered", AT + timedelta(minutes=1), AT, cost=1.2)
    for order in ([priced, bare], [bare, priced]):
        assert known(order)[-2:] == (0.03, "EUR")


def test_a_reading_shows_no_receipt():
    """What is logged by mistake does not lead to a message."""
    assert "m-1" not in repr(Reading("m-1", "delivered", AT))
