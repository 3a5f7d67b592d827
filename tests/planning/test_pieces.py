"""Columns in pieces equal what a list comprehension makes of them, and share what is alike."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.planning.fates import as_column
from cascade_frames.planning.pieces import coded, coded_texts, one_array, repeated

words = st.none() | st.sampled_from(["a", "Ж", ""])
pieces = st.integers(1, 5)


@st.composite
def choices(draw, values):
    """Some values, and a position among them for each row."""
    held = draw(st.lists(values, min_size=1, max_size=4))
    return held, draw(st.lists(st.integers(0, len(held) - 1), max_size=17))


@given(chosen=choices(words), piece=pieces)
def test_texts_equal_those_of_their_codes(chosen, piece):
    """Whatever the pieces, each row has the text at its code; equal texts may have two codes."""
    held, codes = chosen
    texts = pa.chunked_array([held], type=pa.large_string())
    found = coded_texts(texts, np.array(codes, dtype=np.int32), piece)
    assert found.type == pa.large_string()
    assert found.to_pylist() == [held[code] for code in codes]


@given(chosen=choices(st.integers(-3, 3)), piece=pieces)
def test_values_equal_those_of_their_codes(chosen, piece):
    """Whatever the pieces, each row has the value at its code, in the same dtype."""
    held, codes = chosen
    found = coded(np.array(held, dtype=np.int16), np.array(codes, dtype=np.int32), piece)
    assert found.dtype == np.int16
    assert found.tolist() == [held[code] for code in codes]


@given(text=words, size=st.integers(0, 17), piece=pieces)
def test_a_text_is_repeated(text, size, piece):
    """As often as asked, a missing one too."""
    assert repeated(text, size, piece).to_pylist() == [text] * size


def test_a_million_times_the_same_takes_the_memory_of_a_piece():
    """Pieces that are alike are one piece, also where others lie between them."""
    codes = np.zeros(1_000_000, dtype=np.int32)
    codes[500_000] = 1
    texts = pa.chunked_array([["accepted", "unknown"]], type=pa.large_string())
    for column in (repeated("accepted", 1_000_000), coded_texts(texts, codes)):
        buffers = {one.address: one.size for part in column.chunks for one in part.buffers() if one}
        assert sum(buffers.values()) < 3_000_000


def test_who_writes_to_a_column_writes_to_that_row():
    """A value that is set in one piece is in no other row, and in no other column."""
    column = repeated("accepted", 9, 3)
    one, other = pd.Series(as_column(column)), pd.Series(as_column(column))
    one[4] = "mine"
    one.iloc[7:] = None
    assert one.tolist()[:7] == ["accepted"] * 4 + ["mine"] + ["accepted"] * 2
    assert one.isna().tolist() == [False] * 7 + [True] * 2
    assert other.tolist() == ["accepted"] * 9


def test_one_array():
    """Several pieces become one, and one is not copied."""
    whole = pa.array(["a", "b"], pa.large_string())
    assert one_array(whole) is whole
    assert one_array(repeated("a", 5, 2)).to_pylist() == ["a"] * 5
