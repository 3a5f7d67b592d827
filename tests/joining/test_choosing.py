"""Rows of a result table by outcome, reason and words."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_frames as cf
from cascade_frames.joining.choosing import Choice, check_results, choose_rows, counted

RESULTS = pd.DataFrame(
    {
        "phone": ["+380209000001", "+380209000002", "x", None],
        "city": ["Львів", "Київ", "львів", "a.b"],
        "outcome": ["accepted", "refused", "rejected", "rejected"],
        "reason": [None, "api_refused", "phone_invalid", "missing_value"],
    },
    index=[5, 5, 7, 9],
)


@pytest.mark.parametrize(
    ("choice", "positions"),
    [
        (Choice(), [0, 1, 2, 3]),
        (Choice(outcome=["rejected"]), [2, 3]),
        (Choice(outcome=["accepted", "refused"]), [0, 1]),
        (Choice(reason=["phone_invalid"]), [2]),
        (Choice(outcome=["rejected"], search="ЛЬВІВ "), [2]),
        (Choice(search="львів"), [0, 2]),
        (Choice(search="."), [3]),
        (Choice(search="0002"), [1]),
        (Choice(search="None"), []),
    ],
)
def test_rows_are_chosen(choice, positions):
    """Each filter narrows, words stand in any column, and a dot is a dot."""
    assert choose_rows(RESULTS, choice).equals(RESULTS.iloc[positions])


def test_a_suffix_is_the_sends():
    """A result whose columns have a suffix is chosen from by those."""
    results = RESULTS.rename(columns={"outcome": "outcome_sms", "reason": "reason_sms"})
    assert len(choose_rows(results, Choice(outcome=["refused"]), "_sms")) == 1
    check_results(results, "_sms")
    with pytest.raises(cf.MappingError, match="suffix"):
        check_results(results)


def test_a_column_that_is_not_there_is_named():
    """Channels come with tracking; before it there are none to choose by."""
    with pytest.raises(cf.MappingError, match="channel"):
        choose_rows(RESULTS, Choice(channel=["SMS"]))


def test_counts_leave_out_rows_without_a_value():
    """Rows without a reason have none to count."""
    assert counted(RESULTS, "reason") == {
        "api_refused": 1,
        "phone_invalid": 1,
        "missing_value": 1,
    }


@given(st.lists(st.sampled_from(["accepted", "refused"]), max_size=2), st.text(max_size=8))
def test_a_choice_reads_as_arguments(outcome, search):
    """What the explorer shows can be typed, and chooses the same."""
    choice = Choice(outcome=tuple(outcome), search=search)
    again = eval(f"Choice({choice})", {"Choice": Choice})  # noqa: S307 - our own text
    assert list(again.outcome) == list(choice.outcome)
    assert again.search == choice.search
