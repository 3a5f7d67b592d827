"""Rows put together side by side are those that are put together one by one."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.sending.concatenation import concatenate

letters = st.text("aї€😀\0,", max_size=4)


@st.composite
def parts_of(draw, rows):
    """Return texts and columns, and at least one column; some are slices of longer ones."""

    def column(values):
        before = draw(st.integers(0, 3))
        whole = ["xx"] * before + values + ["y"]
        return pa.array(whole, pa.large_string()).slice(before, rows)

    any_values = st.lists(st.none() | letters, min_size=rows, max_size=rows)
    one_width = st.integers(0, 5).flatmap(
        lambda width: st.lists(
            st.text("abc", min_size=width, max_size=width), min_size=rows, max_size=rows
        )
    )
    columns = (any_values | one_width | letters.map(lambda one: [one] * rows)).map(column)
    drawn = draw(st.lists(letters | columns, max_size=7))
    return [*drawn[:3], draw(columns), *drawn[3:]]


@given(data=st.data(), rows=st.integers(1, 9))
def test_every_row_has_its_parts_in_turn(data, rows):
    """Whatever the widths, wherever values are missing: a slow join says the same."""
    parts = data.draw(parts_of(rows))
    slow = [
        "".join(part if isinstance(part, str) else part[row].as_py() or "" for part in parts)
        for row in range(rows)
    ]
    found = concatenate(parts, rows)
    found.validate(full=True)
    assert found.to_pylist() == slow


@pytest.mark.parametrize("values", [["a", "b"], ["a", "bc"]])
def test_columns_stay_what_they_are(values):
    """A column is copied from and never written to: the segment's own bytes lie in it."""
    column = pa.array(values, pa.large_string())
    concatenate(["<", column, "-", column, ">"], 2)
    assert column.to_pylist() == values
