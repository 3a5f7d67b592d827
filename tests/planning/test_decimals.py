"""Decimals: what is written a column at a time is what Python writes for each."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.planning import decimals

HALVES = st.builds(
    lambda number, steps: math.nextafter(number + 0.005, math.inf) if steps else number + 0.005,
    st.integers(-(10**6), 10**6).map(lambda cents: cents / 100),
    st.booleans(),
)
NUMBERS = st.one_of(
    st.floats(),
    st.floats(-1e6, 1e6),
    st.integers(-(10**7), 10**7).map(lambda cents: cents / 100),
    st.integers(-1000, 1000).map(lambda eighths: eighths / 8),
    HALVES,
    st.sampled_from([0.0, -0.0, 0.005, -0.004, 2**53, 1e300, math.inf, math.nan]),
)


@given(st.lists(NUMBERS, max_size=20), st.integers(0, 6))
def test_settled_numbers_read_as_python_writes_them(numbers, digits):
    """Ties, huge numbers and negative zeros included: equal, or left to Python."""
    spec = f".{digits}f"
    texts, unsettled = decimals.written(pd.Series(numbers, dtype="float64"), spec)
    for number, text, left in zip(numbers, texts.to_pylist(), unsettled, strict=True):
        assert left or text == format(number, spec)


def test_usual_prices_are_all_settled():
    """What is left to Python is the exception: prices in whole cents are not."""
    prices = pd.Series(np.arange(0, 100_000) / 100)
    texts, unsettled = decimals.written(prices, ".2f")
    assert not unsettled.any()
    assert texts.to_pylist() == [f"{price:.2f}" for price in prices]


@pytest.mark.parametrize("dtype", ["Float64", "double[pyarrow]"])
def test_gaps_are_left_over(dtype):
    """A column with gaps is written all the same; the gaps mean nothing."""
    texts, unsettled = decimals.written(pd.Series([1.5, None], dtype=dtype), ".1f")
    assert unsettled.tolist() == [False, True]
    assert texts[0].as_py() == "1.5"


@pytest.mark.parametrize(
    ("dtype", "spec"),
    [
        ("float32", ".2f"),
        ("int64", ".2f"),
        ("float64", ""),
        ("float64", ".7f"),
        ("float64", "8.2f"),
    ],
)
def test_other_formats_are_not_known_here(dtype, spec):
    """Narrow floats, integers and other formats are written one distinct value at a time."""
    assert decimals.written(pd.Series([1], dtype=dtype), spec) is None
