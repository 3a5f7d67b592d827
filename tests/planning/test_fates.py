"""Fates as columns: few values, spread over many rows late."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.planning.fates import (
    NOT_STARTED,
    Fate,
    Fates,
    as_texts,
    fate_table,
    lay_out,
    spread,
    taken,
)

words = st.none() | st.sampled_from(["a", "Ж", ""])
fates = st.builds(
    Fate,
    st.sampled_from(["accepted", "unknown"]),
    words,
    words,
    st.none() | st.integers(1, 9),
    st.integers(0, 3),
    st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
)
DTYPES = ["str", "str", "str", "Int64", "int64", "datetime64[us, UTC]"]


@given(held=st.lists(fates, min_size=1, max_size=5), data=st.data())
def test_columns_equal_the_fates_row_by_row(held, data):
    """Each row of the columns is the fate of its code, in the documented dtypes."""
    codes = data.draw(st.lists(st.integers(0, len(held) - 1), max_size=20))
    table = pd.DataFrame(spread(fate_table(held), np.array(codes, dtype=np.int32)))
    assert [str(dtype) for dtype in table.dtypes] == DTYPES
    plain = table.astype(object).where(table.notna(), None)
    assert [tuple(row) for row in plain.itertuples(index=False)] == [held[code] for code in codes]


@given(held=st.lists(fates, min_size=1, max_size=9), data=st.data())
def test_a_change_is_a_change_of_each_row(held, data):
    """Rows that share a fate share the next one, and no other row is touched."""
    known = Fates()
    codes = np.array([known.code(one) for one in held], dtype=np.int32)
    rows = data.draw(st.lists(st.integers(0, len(held) - 1), unique=True))

    def become(fate):
        return fate._replace(attempts=fate.attempts + 1)

    known.change(codes, np.array(rows, dtype=np.int64), become)
    after = [become(one) if at in rows else one for at, one in enumerate(held)]
    assert [known[code] for code in codes] == after
    assert len({known[code] for code in range(len(known))}) == len(known)


@given(
    size=st.integers(0, 12),
    parts=st.lists(st.tuples(st.integers(0, 9), st.lists(words, max_size=4)), max_size=4),
)
def test_strings_are_laid_out_as_in_a_list(size, parts):
    """Gaps are null, and where parts overlap the last one counts."""
    expected, given_parts = [None] * size, []
    for start, texts in parts:
        texts = texts[: max(0, size - start)]
        expected[start : start + len(texts)] = texts
        given_parts.append((slice(start, start + len(texts)), as_texts(texts)))
    assert lay_out(size, given_parts).to_pylist() == expected


def test_what_is_all_of_it_is_not_copied():
    """A million receipts in their own order stay where they are."""
    column = as_texts(["a", "b"])
    assert taken(column, np.array([0, 1])) is column
    assert taken(column, np.array([1, -1, 0])).to_pylist() == ["b", None, "a"]


def test_texts_of_any_kind_become_one_column():
    """Series, lists, chunks and shorter types; what is missing is null."""
    for values in (
        ["a", None],
        pd.Series(["a", None], dtype="str"),
        pd.Series(["a", np.nan], dtype=object),
        pa.chunked_array([["a"], [None]], type=pa.string()),
    ):
        column = as_texts(values)
        assert column.type == pa.large_string()
        assert column.to_pylist() == ["a", None]


def test_no_fates_are_a_table_too():
    """The columns of no rows have their dtypes."""
    table = pd.DataFrame(spread(fate_table([]), np.zeros(0, dtype=np.int32)))
    assert [str(dtype) for dtype in table.dtypes] == DTYPES
    assert fate_table([NOT_STARTED])["outcome"].to_pylist() == ["unsent"]
