"""SMS length: what an operator would charge for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.planning.texts import SmsLength, sms_length


@pytest.mark.parametrize(
    ("text", "units", "parts", "encoding"),
    [
        ("", 0, 0, "GSM-7"),
        ("a", 1, 1, "GSM-7"),
        ("a" * 160, 160, 1, "GSM-7"),
        ("a" * 161, 161, 2, "GSM-7"),
        ("a" * 306, 306, 2, "GSM-7"),
        ("a" * 307, 307, 3, "GSM-7"),
        ("ж" * 70, 70, 1, "UCS-2"),
        ("ж" * 71, 71, 2, "UCS-2"),
        ("ж" * 134, 134, 2, "UCS-2"),
        ("ж" * 135, 135, 3, "UCS-2"),
        ("a" * 159 + "ж", 160, 3, "UCS-2"),
        ("😀", 2, 1, "UCS-2"),
        ("😀" * 35, 70, 1, "UCS-2"),
        ("😀" * 36, 72, 2, "UCS-2"),
        ("👨‍👩‍👧", 8, 1, "UCS-2"),
        ("€" * 80, 160, 1, "GSM-7"),
        ("€" * 81, 162, 2, "GSM-7"),
        ("@£$¥èéùìòÇ\nØø\rÅå", 16, 1, "GSM-7"),
        ("`", 1, 1, "UCS-2"),
        ("’", 1, 1, "UCS-2"),
        ("\u00a0", 1, 1, "UCS-2"),
    ],
)
def test_lengths_at_their_boundaries(text, units, parts, encoding):
    """160/153 in the GSM alphabet, 70/67 in any other, counted as operators count."""
    length = sms_length(text)
    assert (length.units, length.parts, length.encoding) == (units, parts, encoding)


@pytest.mark.parametrize("letter", "|^€{}[]~\\")
def test_escaped_characters_count_twice(letter):
    """These stand outside the GSM alphabet's main table and take two septets."""
    assert sms_length(letter) == SmsLength(2, 1, "GSM-7")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400), st.text("aж€", max_size=3))
def test_more_text_never_costs_less(text, more):
    """A longer text takes at least as many parts, and parts always hold the text."""
    length = sms_length(text)
    assert sms_length(text + more).parts >= length.parts
    assert length.parts * (160 if length.encoding == "GSM-7" else 70) >= length.units
