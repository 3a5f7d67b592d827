"""Distinct values: fewer to read, none mistaken for another."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.planning.distinct import distinct_values, float_bits, map_objects

from .samples import objects

VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just([1]))


@given(st.lists(VALUES, max_size=12), st.data())
def test_codes_lead_back_to_the_very_values(values, data):
    """Every value is found again by its code, of its own type, and the missing ones are -1."""
    column = objects(*values)
    missing = np.array([data.draw(st.booleans()) or value is None for value in values], dtype=bool)
    codes, distinct = distinct_values(column, missing)
    for value, code, absent in zip(values, codes, missing, strict=True):
        assert (code == -1) == absent
        if not absent:
            assert distinct.iat[code] == value
            assert type(distinct.iat[code]) is type(value)


@pytest.mark.parametrize("dtype", ["str", "object", "category", "string[pyarrow]"])
def test_strings_are_read_once(dtype):
    """A repeated string costs no more than one."""
    codes, distinct = distinct_values(pd.Series(["a", "b", None, "a"]).astype(dtype))
    assert codes.tolist() == [0, 1, -1, 0]
    assert distinct.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("dtype", "bits"),
    [("float16", 16), ("float32", 32), ("Float32", 32), ("float64", 64), ("double[pyarrow]", 64)],
)
def test_the_width_of_a_float_is_known(dtype, bits):
    """Whoever holds a float column, its width decides how exact its numbers are."""
    assert float_bits(pd.Series([1.0]).astype(dtype).dtype) == bits
    assert float_bits(pd.Series(["a"]).dtype) == 0


@given(st.lists(VALUES, max_size=12))
def test_objects_are_mapped_each_by_itself(values):
    """Equal objects are not taken for one another, and one object is asked once."""
    column = objects(*values).set_axis(range(5, 5 + len(values)))
    asked = []

    def kind(value):
        asked.append(value)
        return type(value), value

    found = map_objects(column, kind)
    assert found.tolist() == [(type(value), value) for value in column]
    assert found.index.tolist() == column.index.tolist()
    assert len(asked) == len({id(value) for value in column})
