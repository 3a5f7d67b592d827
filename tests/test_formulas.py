"""Formulas made harmless, whatever the text."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.formulas import as_text, as_written, is_formula, neutralised, restored

SIGNS = "=+-@＝＋－＠"
texts = st.text(st.sampled_from([*SIGNS, *"\t\r\n\0 '\u00a0\ufeff", *"a1.eE;,"]), max_size=8)


@given(texts)
def test_what_is_written_is_no_formula_and_comes_back(text):
    """Any text begins harmlessly once written, and is itself again once read."""
    written = as_text(text)
    assert not is_formula(written) or written.startswith("'")
    assert as_written(written) == text


@given(texts)
def test_a_sign_in_front_survives_only_before_a_number(text):
    """A text that still begins with a sign is a number, as its minus or a phone's plus."""
    written = as_text(text)
    if written.strip("\ufeff \u00a0\t\r\n")[:1] in tuple(SIGNS):
        float(written)


@given(st.integers(10**6, 10**14))
def test_phones_and_negative_numbers_are_left_alone(number):
    """A plus or a minus before digits only is no formula."""
    assert as_text(f"+{number}") == f"+{number}"
    assert as_text(f"-{number}") == f"-{number}"


@pytest.mark.parametrize("value", [-1, -1.5, True, None, pd.Timestamp(0), pd.NA])
def test_what_is_no_text_is_left_alone(value):
    """Numbers, moments and missing values stay what they are."""
    assert as_text(value) is value


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_a_table_comes_back_equal(rows):
    """Columns of text, of categories and of anything come back, names doubled or not."""
    table = pd.DataFrame(rows, columns=["=a", "=a"])
    table.insert(2, "kind", pd.Categorical([first for first, _ in rows]))
    table.insert(3, "-n", range(len(rows)))
    back = restored(neutralised(table))
    assert back.columns.tolist() == table.columns.tolist()
    assert back.astype(object).equals(table.astype(object))
