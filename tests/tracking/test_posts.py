"""Posts: what the vendor documents is read, everything else refused or left alone."""

import contextlib
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.ledger.deliveries import Reading
from cascade_frames.tracking.posts import BadPost, read_posts

AT = datetime(2026, 11, 2, 10, tzinfo=UTC)
POST = {
    "messageId": "7d3f",
    "deliverystatus": "delivered",
    "timestamp": "2025-01-25T09:00:00.250Z",
    "cost": 0.05,
}


def read(document):
    """The readings in a document."""
    return read_posts(msgspec.json.encode(document), AT)


def test_a_post_is_a_reading():
    """The four documented fields, and nothing else is claimed to be known."""
    since = datetime(2025, 1, 25, 9, 0, 0, 250_000, tzinfo=UTC)
    assert read(POST) == [Reading("7d3f", "delivered", AT, since, cost=0.05)]


def test_several_come_in_an_array():
    """A sender may save requests; an empty array is no fault."""
    states = ["processing", "delivered"]
    assert [
        one.state for one in read([{**POST, "deliverystatus": one} for one in states])
    ] == states
    assert read([]) == []


def test_unknown_fields_and_words_are_no_fault():
    """The API may grow: other fields are left alone, other words kept as they come."""
    found = read({**POST, "deliverystatus": "Seen by ї", "channel": {"a": [1]}, "x": None})
    assert found[0].state == "Seen by ї"


@pytest.mark.parametrize("word", ["Delivered", "DELIVERED", " delivered "])
def test_known_words_are_known_in_any_spelling(word):
    """A capital does not make a message wait for ever."""
    assert read({**POST, "deliverystatus": word})[0].state == "delivered"


@pytest.mark.parametrize(
    ("timestamp", "hour"),
    [
        ("2025-01-25T09:00:00Z", 9),
        ("2025-01-25T09:00:00+02:00", 7),
        ("2025-01-25 09:00:00", 9),
        (1737795600, 9),
        (1737795600.5, 9),
        (1737795600000, 9),
    ],
)
def test_times_in_the_usual_spellings(timestamp, hour):
    """ISO 8601, in UTC where it names no zone, or a count since 1970."""
    since = read({**POST, "timestamp": timestamp})[0].since
    assert (since.date().isoformat(), since.hour, since.tzinfo) == ("2025-01-25", hour, UTC)


@pytest.mark.parametrize("timestamp", ["", "yesterday", "0001-01-01T00:00:00+14:00", 1e300, None])
def test_a_time_that_cannot_be_read_is_missing(timestamp):
    """The state counts all the same."""
    found = read({**POST, "timestamp": timestamp})[0]
    assert (found.state, found.since) == ("delivered", None)


@pytest.mark.parametrize("cost", [None, -1, -0.5])
def test_a_cost_that_is_none_is_missing(cost):
    """No sum is made of nonsense."""
    assert read({**POST, "cost": cost})[0].cost is None


@pytest.mark.parametrize(
    "change",
    [
        {"messageId": 7},
        {"messageId": None},
        {"messageId": ""},
        {"messageId": "  "},
        {"messageId": "a\x00b"},
        {"messageId": "a" * 256},
        {"deliverystatus": True},
        {"deliverystatus": ""},
        {"deliverystatus": "d" * 65},
        {"timestamp": [1]},
        {"timestamp": True},
        {"cost": "0.05"},
        {"cost": True},
        {"cost": {}},
    ],
)
def test_fields_of_other_types_are_refused(change):
    """A post of another shape is not guessed at, alone or among others."""
    for document in ({**POST, **change}, [POST, {**POST, **change}]):
        with pytest.raises(BadPost):
            read(document)


@pytest.mark.parametrize("field", ["messageId", "deliverystatus"])
def test_what_must_be_there_is_missed(field):
    """Without the message or its state there is nothing to note."""
    with pytest.raises(BadPost):
        read({name: value for name, value in POST.items() if name != field})


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"1", b'"a"', b"[[]]", b"\xff\xfe", b"<html>", b"[" * 100_000]
)
def test_what_is_no_post_is_refused(body):
    """Neither an HTML page nor a deep nest does any harm."""
    with pytest.raises(BadPost):
        read_posts(body, AT)


def test_the_refusal_repeats_nothing_of_the_post():
    """What was posted does not get into answers or logs."""
    with pytest.raises(BadPost) as caught:
        read({**POST, "messageId": "+380501112233\x00"})
    assert "380" not in str(caught.value)
    assert caught.value.__cause__ is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body):
    """No body makes the receiver fail."""
    with contextlib.suppress(BadPost):
        read_posts(body, AT)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(POST, json)))
def test_any_values_are_read_or_refused(document):
    """What is read can be kept: words are plain, amounts finite, times have a zone."""
    try:
        (found,) = read(document)
    except (BadPost, msgspec.EncodeError):
        return
    assert found.message_id.isprintable()
    assert found.state.isprintable()
    assert found.cost is None or 0 <= found.cost < float("inf")
    assert found.since is None or found.since.tzinfo is UTC
