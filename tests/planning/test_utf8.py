"""Bytes instead of strings: every pass sees what a look at each string would see."""

import string
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.planning import utf8
from cascade_frames.planning.utf8 import Utf8

from .columns import TEXTS, WORDS, forms, large

ALPHABET = string.ascii_letters + string.digits + "_.:-"


def flags(texts, holds):
    """What holds of each text, for one that is missing nothing."""
    return [text is not None and holds(text) for text in texts]


@given(TEXTS)
def test_every_form_is_the_same_column(texts):
    """Slices, chunks, objects and categories come to one Arrow array of the same strings."""
    for name, form in forms(texts).items():
        found = utf8.strings(form)
        assert found.to_pylist() == texts, name
        assert found.type == utf8.TYPE
        assert utf8.nulls(found).tolist() == [text is None for text in texts]


@given(TEXTS)
def test_passes_see_what_each_string_shows(texts):
    """First bytes, lengths, foreign letters, NUL and blanks are found in the rows they are in."""
    for form in forms(texts).values():
        array = utf8.strings(form)
        column = Utf8.of(array)
        present = np.array([text is not None for text in texts], dtype=bool)
        encoded = [(text or "").encode() for text in texts]
        first = [(one or b" ")[0] for one in encoded]
        assert column.first_bytes()[present].tolist() == [
            one for one, there in zip(first, present, strict=True) if there
        ]
        outside = column.rows_with(column.positions_outside(ALPHABET)) & present
        assert outside.tolist() == flags(texts, lambda text: bool(set(text) - set(ALPHABET)))
        assert (column.rows_with_nul() & present).tolist() == flags(texts, lambda t: "\0" in t)
        assert utf8.blanks(array).tolist() == flags(texts, lambda text: not text.strip())
        assert column.array.to_pylist() == [one.decode() for one in encoded]


@given(WORDS, st.integers(0, 5), st.none() | st.tuples(st.integers(0, 4), WORDS))
def test_a_constant_is_known_by_its_bytes(text, rows, change):
    """A column is constant where all its texts are equal, and nowhere else."""
    texts = [text] * rows
    if change and change[0] < rows:
        texts[change[0]] = change[1]
    for form in forms(texts).values():
        assert Utf8.of(utf8.strings(form)).is_constant() == (len(set(texts)) == 1)


@given(st.lists(WORDS, max_size=8))
def test_distinct_values_lead_back_to_each_row(texts):
    """Every row finds its own text among the distinct ones."""
    values, which = utf8.distinct(large(texts))
    assert [values[code].as_py() for code in which.tolist()] == texts
    assert len(values) == len(set(texts))


def test_long_columns_are_passed_over_in_stretches():
    """Letters are found on either side of where one stretch ends and the next begins."""
    texts = ["a" * 65_535, "!b", "c!", "d" * 70_000, "e"]
    column = Utf8.of(large(texts))
    assert column.rows_with(column.positions_outside(ALPHABET)).tolist() == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_the_white_space_is_python_s():
    """The list is complete: a blank name is a blank name in any script."""
    spaces = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace()]
    assert sorted(utf8.WHITE_SPACE) == spaces


@pytest.mark.parametrize("width", [0, 1, 3])
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_matrix_of_letters_is_a_column(rows, width):
    """Rows of equal width need no offsets of their own."""
    letters = np.full((rows, width), ord("x"), dtype=np.uint8)
    assert utf8.fixed_width(letters).to_pylist() == ["x" * width] * rows


def test_a_text_is_repeated_without_objects():
    """A constant takes its bytes and no more, and a gap can be repeated too."""
    assert utf8.repeated("ж", 2).to_pylist() == ["ж", "ж"]
    assert utf8.repeated(None, 2).to_pylist() == [None, None]
    column = utf8.series(utf8.repeated("ж", 2))
    assert column.dtype == "str"
    assert column.index.tolist() == [0, 1]


def test_nulls_are_put_where_they_are_wanted():
    """Values that are left are the same, and those that were missing stay so."""
    array = large(["a", None, "b"])
    assert utf8.with_nulls(array, np.array([True, False, False])).to_pylist() == [None, None, "b"]
    assert utf8.with_nulls(array, np.zeros(3, dtype=bool)) is array


@pytest.mark.parametrize("values", [[1, "a"], [b"a"], ["\ud83d"], [["a"]], [1.5]])
def test_a_column_of_other_things_is_none_of_strings(values):
    """Whoever reads strings only is told that these are none."""
    assert utf8.strings_only(pd.Series(values, dtype=object)) is None
