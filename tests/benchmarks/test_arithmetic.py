"""The arithmetic that turns runs into figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.arithmetic import exponent, median_of


def test_the_median_is_of_one_number_over_the_runs():
    """A single slow run does not move a figure."""
    runs = [{"seconds": 2.0, "cpu": 9.0}, {"seconds": 90.0, "cpu": 9.0}, {"seconds": 1.0}]
    assert median_of(runs, "seconds") == 2.0


@given(
    power=st.floats(0.1, 3),
    factor=st.floats(1e-6, 1e3),
    sizes=st.lists(st.integers(1, 10**8), min_size=2, max_size=6, unique=True),
)
def test_the_exponent_of_a_power_law_is_its_power(power, factor, sizes):
    """The fit finds the power of any power law again."""
    found = exponent(sizes, [factor * size**power for size in sizes])
    assert found == pytest.approx(power, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    ("sizes", "costs"), [([10], [1.0]), ([10, 10], [1.0, 2.0]), ([1, 10], [0.0, 1.0])]
)
def test_an_exponent_needs_two_sizes_and_positive_costs(sizes, costs):
    """Where no line can be drawn, that is said."""
    with pytest.raises(ValueError, match="two sizes"):
        exponent(sizes, costs)
