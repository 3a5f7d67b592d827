"""Answers are read without trust."""

import json
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.planning.fates import as_texts
from cascade_frames.sending.receipt_column import read_column
from cascade_frames.sending.replies import ApiError, read_carefully, read_error, read_receipts

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["error", "code", "message", "field", "status", "trackinId"]),
                st.text(max_size=5),
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("body", "code", "field", "message"),
    [
        ({"error": {"code": "X", "message": "m", "field": "f"}}, "X", "f", "m"),
        ({"error": {"code": "X"}}, "X", None, None),
        ({"status": 400, "error": "Bad Request", "message": "m", "code": 1001}, "1001", None, "m"),
        (
            {"error": "Too Many Requests", "message": "m", "status": 429},
            "Too Many Requests",
            None,
            "m",
        ),
    ],
)
def test_three_documented_bodies(body, code, field, message):
    """Each documented shape gives code, field and words where it has them."""
    assert read_error(json.dumps(body).encode()) == ApiError(code, field, message)


@given(st.one_of(st.binary(), json_values.map(lambda one: json.dumps(one).encode())))
def test_no_body_breaks_the_readers(body):
    """Whatever comes, reading gives a value or None."""
    error = read_error(body)
    assert error is None or isinstance(str(error), str)
    found = read_receipts(body, ["a", "b"])
    assert found is None or len(found.message_ids) == 2


IDS = ["a", "b", "ї"]
awkward = st.sampled_from(
    ["", " ", "1 ", "1", "2", "3", "\n", "\u2028", "\x7f", "ї", "x" * 255, "x" * 256, 1, None, []]
)
entry = st.one_of(
    st.fixed_dictionaries(
        {"messageId": awkward | st.uuids().map(str)},
        optional={"trackinId": st.sampled_from([*IDS, "foreign", 5, None]), "more": json_values},
    ),
    json_values,
)


@st.composite
def nearly_right(draw):
    """Return a reply that is right but for a few entries, or for its order."""
    entries = [{"messageId": draw(st.uuids().map(str)), "trackinId": one} for one in IDS]
    for at in draw(st.sets(st.integers(0, 2), max_size=2)):
        entries[at] = (
            draw(entry) if draw(st.booleans()) else entries[at] | {"messageId": draw(awkward)}
        )
    return draw(st.just(entries) | st.permutations(entries) | st.just(entries + entries[:1]))


@given(nearly_right() | st.lists(entry, max_size=4), st.booleans())
def test_a_reply_read_at_once_says_what_it_says_entry_by_entry(entries, spaced):
    """The fast path and its slow twin agree on every reply."""
    body = json.dumps(entries, indent=1 if spaced else None).encode()
    assert read_receipts(body, IDS) == read_carefully(body, IDS)


LONGER = ["order-1", "order-2", "ї 1234", "order:4", "x" * 7]


@st.composite
def in_order(draw):
    """Return a reply that answers every id in turn, as some JSON writer may write it."""
    width = draw(st.sampled_from([1, 2, 36]))
    letters = st.text(st.sampled_from("ab-9"), min_size=width, max_size=width)
    ids = draw(st.lists(letters, min_size=len(LONGER), max_size=len(LONGER), unique=width > 1))
    entries = [{"messageId": one, "trackinId": own} for one, own in zip(ids, LONGER, strict=True)]
    style = draw(st.sampled_from([{"separators": (",", ":")}, {}, {"indent": 2}]))
    blank = st.text(st.sampled_from(" \t\r\n"), max_size=2)
    return draw(blank) + json.dumps(entries, ensure_ascii=False, **style) + draw(blank)


@given(in_order())
def test_a_reply_in_order_is_read_as_a_column(text):
    """The fast path takes what it is for, whatever its blanks, and says what its twin says."""
    body = text.encode()
    expected = read_carefully(body, LONGER)
    assert read_receipts(body, LONGER) == expected
    found = read_column(body, as_texts(LONGER))
    assert (found is None) == bool(expected.anomalies)


@given(in_order(), st.data())
def test_a_damaged_reply_in_order_is_read_as_it_stands(text, data):
    """A byte or a stretch that is lost, doubled or another one: both paths agree."""
    body = text.encode()
    at = data.draw(st.integers(0, len(body)))
    to = data.draw(st.integers(at, min(at + 50, len(body))))
    odd = st.sampled_from([b"", b'"', b"\\", b"\0", b"\x0b", b"\xff", b",", b"}", b"]", b"a", b" "])
    damaged = body[:at] + data.draw(odd | st.just(body[at:to] * 2)) + body[to:]
    assert read_receipts(damaged, LONGER) == read_carefully(damaged, LONGER)


@pytest.mark.parametrize("odd", ['a","trackinId":"a', "a\\", "a\n", ""])
def test_an_id_that_json_would_escape_is_not_read_as_a_column(odd):
    """Bytes that look like the id sent may mean something else in JSON."""
    body = f'[{{"messageId":"1","trackinId":"{odd}"}}]'.encode()
    assert read_receipts(body, [odd]) == read_carefully(body, [odd])


def test_receipts_without_commas_between_are_not_read_as_a_column():
    """Rows that are all alike are not enough: the reply must be JSON."""
    body = b"".join(b'{"messageId":"%d","trackinId":"%d"}' % (one, one) for one in (1, 2)).join(
        (b"[", b"]")
    )
    assert read_column(body, as_texts(["1", "2"])) is None


@given(nearly_right(), st.data())
def test_a_damaged_reply_is_read_alike(entries, data):
    """Bytes lost, doubled or changed on the way: both paths agree on what is left."""
    body = json.dumps(entries).encode()
    at, to = sorted(data.draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    damaged = body[:at] + data.draw(st.binary(max_size=3) | st.just(body[at:to] * 2)) + body[to:]
    assert read_receipts(damaged, IDS) == read_carefully(damaged, IDS)


@pytest.mark.parametrize(
    "body",
    [
        b'[{"messageId":"1","messageId":"2","trackinId":"a"}]',
        b'[{"messageId":1,"messageId":"2","trackinId":"a"}]',
        b'[{"messageId":"1","trackinId":"b","trackinId":"a"}]',
        b'[{"messageId":"1","trackinId":"a","more":"\xff"}]',
        b'[{"messageId":"1","trackinId":"a","more":1e999}]',
        b'[{"messageId":"\\ud800","trackinId":"a"}]',
        b'\xef\xbb\xbf[{"messageId":"1","trackinId":"a"}]',
        b"[]",
        b"",
    ],
)
def test_odd_json_is_read_alike(body):
    """Doubled names, broken text beside the receipt, a mark before it: both paths agree."""
    assert read_receipts(body, ["a"]) == read_carefully(body, ["a"])


@pytest.mark.parametrize("body", [b"1" * 5000, b'{"error": {"code": ' + b"9" * 4299 + b"}}"])
def test_enormous_numbers_break_nothing(body):
    """Integers beyond any machine's are taken like any other nonsense."""
    error = read_error(body)
    assert error is None or len(str(error)) < 500


SIGNS = st.sampled_from(["", " ", "-", ".", "(", ") ", "/", "_", "\u2011", "\u00a0", "\u200b", "–"])


@given(st.lists(st.tuples(st.sampled_from("0123456789٠١٢٣"), SIGNS), min_size=7, max_size=15))
def test_no_phone_survives_in_the_apis_words(digits):
    """An answer that quotes a phone, however it is spelled, leaves none of it in ours."""
    phone = "".join(digit + sign for digit, sign in digits)
    for body in (
        {"error": {"code": phone, "message": f"bad +{phone} here", "field": phone}},
        {"error": phone, "message": phone, "status": 400},
    ):
        error = read_error(json.dumps(body).encode())
        assert not re.search(r"\d", str(error))
        assert not re.search(r"\d", repr(error))


def test_short_numbers_stay():
    """What is no phone is kept, since it explains: limits, codes."""
    error = read_error(b'{"error": {"code": 1001, "message": "at most 85 characters, got 86"}}')
    assert str(error) == "1001: at most 85 characters, got 86"


def test_words_are_short_and_on_one_line():
    """An answer cannot flood a table or a log."""
    error = read_error(json.dumps({"error": {"code": "A\nB", "message": "x\x1b" * 5000}}).encode())
    assert error.code == "A B"
    assert len(error.message) <= 200
    assert str(error).isprintable()


def test_replies_of_one_shape_do_not_show_in_each_other():
    """What is kept for replies that look alike holds nothing of the ones before."""
    replies = [
        (b'[{"messageId":"m-1","trackinId":"a"},{"messageId":"m-2","trackinId":"b"}]', ["a", "b"]),
        (b'[{"messageId":"n-3","trackinId":"c"},{"messageId":"n-4","trackinId":"d"}]', ["c", "d"]),
    ]
    for _ in range(2):
        found = [read_column(body, as_texts(ids)).to_pylist() for body, ids in replies]
        assert found == [["m-1", "m-2"], ["n-3", "n-4"]]
    assert read_column(replies[0][0], as_texts(["c", "d"])) is None


def test_a_first_entry_is_not_repeated_beyond_the_reply():
    """A reply whose first entry is long takes no memory for a thousand entries of that length."""
    ids = as_texts([f"id-{number:04}" for number in range(1000)])
    body = b'[{"messageId":' + b" " * 1_000_000 + b'"m","trackinId":"id-0000"},]'
    tracemalloc.start()
    try:
        assert read_column(body, ids) is None
        assert tracemalloc.get_traced_memory()[1] < 10 * len(body)
    finally:
        tracemalloc.stop()
