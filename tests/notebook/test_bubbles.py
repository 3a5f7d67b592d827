"""A message as it looks on a phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.notebook.bubbles import CHANNELS, bubble_html, length_words
from cascade_frames.planning.previews import Preview


@given(st.text(alphabet="<>&\"'aя"), st.sampled_from(CHANNELS))
def test_every_value_is_escaped(text, channel):
    """No text of a segment becomes a tag of the page."""
    tags = bubble_html(Preview("", "", ""), channel).count("<")
    shown = bubble_html(Preview(text, text, text or "x"), channel)
    codes = length_words(text or "x").count("<")
    assert shown.count("<") - codes == tags - length_words("").count("<")


def test_options_of_a_survey_are_shown():
    """A survey shows what can be answered."""
    html = bubble_html(Preview("+380•1", "B", "How?", ("Good", "<Bad>")), "Viber")
    assert "Good" in html
    assert "&lt;Bad&gt;" in html


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "0 characters, 0 SMS parts (GSM-7)"),
        ("a" * 160, "160 characters, 1 SMS part (GSM-7)"),
        ("a" * 161, "161 characters, 2 SMS parts (GSM-7)"),
        ("aя", "2 characters, 1 SMS part (UCS-2); not in the GSM alphabet: <code>я</code>"),
    ],
)
def test_the_length_says_what_an_sms_costs(text, words):
    """Characters, parts, and the letters that make a text dear."""
    assert length_words(text) == words
