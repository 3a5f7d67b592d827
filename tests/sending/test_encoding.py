"""Bodies, byte for byte, whatever the table is made of."""

import json
import tracemalloc
from datetime import UTC, datetime

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.sending.encoding import MessageEncoder
from tests.sending import slow_encoder

# No surrogates: a table that passed its schema has none.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
awkward = st.text(st.sampled_from('a"\\\n\x00\x1f\x7f/ї🎉\u2028 '), max_size=8)
texts = st.one_of(text, awkward)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
row = st.fixed_dictionaries(
    {
        "fromName": texts,
        "toPhone": text,
        "messageType": st.sampled_from(["promo", "flashcall"]),
        "text": st.none() | texts,
        "ttl": st.none() | st.integers(1, 2**62),
        "scheduledSent": st.none() | moments | moments.map(lambda one: one.replace(microsecond=0)),
        "surveyOptions": st.none() | st.lists(texts, min_size=2, max_size=5),
        "viberMessage": st.none() | json_values.map(msgspec.json.encode),
        'odd"name': st.none() | json_values.map(lambda one: json.dumps(one, indent=1).encode()),
    }
)


def table_of(rows):
    """Return a message table, with the dtypes that planning gives it."""
    table = pd.DataFrame({"id": [f"id-{at}" for at in range(len(rows))]}, dtype="str")
    for name in ("fromName", "toPhone", "messageType", "text"):
        table[name] = pd.Series([one[name] for one in rows], dtype="str")
    table["ttl"] = pd.Series([one["ttl"] for one in rows], dtype="Int64")
    due = pd.DatetimeIndex([one["scheduledSent"] for one in rows])
    due = due.tz_localize("UTC") if due.tz is None else due
    table["scheduledSent"] = due.as_unit("us")
    for name in ("surveyOptions", "viberMessage", 'odd"name'):
        table[name] = pd.Series([one[name] for one in rows], dtype=object)
    return table


def plain(table):
    """Return the table as it is."""
    return table


def sliced(table):
    """Return the table as a part of a larger one, so that no buffer begins with it."""
    return pd.concat([table, table, table], ignore_index=True).iloc[len(table) : -len(table)]


def chunked(table):
    """Return the table with every Arrow column in many chunks."""
    parts = table.copy()
    for name in ("id", "fromName", "toPhone", "messageType", "text"):
        whole = pa.array(table[name], pa.large_string(), from_pandas=True)
        pieces = [whole.slice(at, 2) for at in range(0, len(whole), 2)]
        parts[name] = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array(pieces)))
    return parts


def short(table):
    """Return the table with strings of 32-bit offsets."""
    names = ("id", "fromName", "toPhone", "messageType", "text")
    return table.astype({name: pd.ArrowDtype(pa.string()) for name in names})


def dictionaries(table):
    """Return the table with dictionary-encoded columns of both libraries."""
    encoded = table.astype(dict.fromkeys(("fromName", "messageType"), "category"))
    kind = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.large_string()))
    values = pa.array(table["text"], pa.large_string(), from_pandas=True).dictionary_encode()
    encoded["text"] = pd.Series(pd.arrays.ArrowExtensionArray(values), dtype=kind)
    return encoded


def elsewhere(table):
    """Return the table with its moments in another zone."""
    return table.assign(scheduledSent=table["scheduledSent"].dt.tz_convert("Europe/Kyiv"))


FORMS = (plain, sliced, chunked, short, dictionaries, elsewhere)


SOME = [
    {
        "fromName": "Brand",
        "toPhone": f"+38050111{at:04}",
        "messageType": "promo",
        "text": [None, "Привіт", 'a "b"\\\n', ""][at % 4],
        "ttl": [600, None][at % 2],
        "scheduledSent": datetime(2026, 1, 1, 9, at, 0, [0, 0, 120][at % 3], UTC) if at else None,
        "surveyOptions": ["Так", '"Ні"'] if at % 3 else None,
        "viberMessage": [None, b'{"a":[1,null]}'][at % 2],
        'odd"name': b"[\n 1\n]",
    }
    for at in range(11)
]


def compare(rows, form, chosen):
    """Hold the bodies of some positions against the slow twin's."""
    table = table_of(rows)
    encoder = MessageEncoder(form(table))
    for positions in chosen:
        body = encoder.encode(positions)
        assert body == slow_encoder.encode(table, positions)
        assert encoder.ids(positions).to_pylist() == [f"id-{at}" for at in positions]
        assert [one["id"] for one in json.loads(body)] == encoder.ids(positions).to_pylist()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 2, 11])
def test_bodies_are_the_same_for_every_form_of_table(form, size):
    """Whatever holds the values, the bytes are those of plain Python."""
    every = np.arange(size)
    compare(SOME[:size], form, [every, every[1:], every[::3], every[::-1], every[:0]])


@given(rows=st.lists(row, min_size=1, max_size=6), form=st.sampled_from(FORMS), data=st.data())
def test_bodies_equal_the_slow_twins(rows, form, data):
    """A range, or rows in any order, of any values: the bytes are those of plain Python."""
    start = data.draw(st.integers(0, len(rows)))
    stop = data.draw(st.integers(start, len(rows)))
    anywhere = data.draw(st.permutations(range(len(rows))))[start:]
    compare(rows, form, [np.arange(start, stop), np.array(anywhere, dtype="int64")])


@given(st.lists(st.none() | texts, min_size=1), st.data())
def test_whatever_lies_under_a_missing_text_is_not_sent(values, data):
    """Arrow may keep bytes under a missing value; none of them goes out, nor breaks the JSON."""
    hidden = [data.draw(texts) if one is None else one for one in values]
    _, ends, content = pa.array(hidden, pa.large_string()).buffers()
    present = pa.array([one is not None for one in values]).buffers()[1]
    array = pa.Array.from_buffers(pa.large_string(), len(values), [present, ends, content])
    column = pd.Series(pd.arrays.ArrowExtensionArray(array))
    table = pd.DataFrame({"id": pd.Series(map(str, range(len(values))), dtype="str")})
    found = json.loads(MessageEncoder(table.assign(text=column)).encode(np.arange(len(values))))
    assert [one.get("text") for one in found] == values


def test_other_types_are_written_as_json_has_them():
    """A column that planning does not make is written all the same."""
    table = pd.DataFrame(
        {
            "id": pd.Series(["a", "b"], dtype="str"),
            "share": [0.5, None],
            "flag": [True, False],
            "small": pd.Series([1, 2], dtype="int8"),
            "kind": pd.Series([1, 2], dtype="category"),
        }
    )
    body = MessageEncoder(table).encode(np.arange(2))
    assert json.loads(body) == [
        {"id": "a", "share": 0.5, "flag": True, "small": 1, "kind": 1},
        {"id": "b", "flag": False, "small": 2, "kind": 2},
    ]


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"text": ["a"], "id": ["b"]}, dtype="str"),
        pd.DataFrame({"id": ["a", None]}, dtype="str"),
        pd.DataFrame({"id": pd.Series([1])}),
    ],
)
def test_what_is_no_message_table_is_refused(table):
    """A body could not be made of it, so it is found before anything is sent."""
    with pytest.raises(ValueError, match="id"):
        MessageEncoder(table)


def test_memory_does_not_grow_with_the_table():
    """A batch costs what is in it, at any place of a table of any size."""
    size = 300_000
    table = pd.DataFrame({"id": pd.Series([f"id-{at}" for at in range(size)], dtype="str")})
    table["text"] = table["id"] + " and \"some\" 'more' text"
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        encoder = MessageEncoder(table)
        for start in range(0, size, 1000):
            encoder.encode(np.arange(start, start + 1000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_500_000
    assert pa.total_allocated_bytes() - before < 100_000
