"""The length of texts on SMS."""

import pytest

from cascade_frames.sandbox.parts import count_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 8, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("@£$¥ΔΩ" * 26, 1),
        ("ї" * 70, 1),
        ("ї" * 71, 2),
        ("ї" * 134, 2),
        ("ї" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),
        ("a" * 159 + "`", 3),
        ("ç" * 70, 1),
        ("ç" * 71, 2),
    ],
)
def test_parts_are_counted_as_on_the_network(text, parts):
    """A price by parts is right at every edge of the two alphabets."""
    assert count_parts(text) == parts
