"""Bars as HTML."""

from cascade_frames.notebook.charts import bars_html


def test_a_bar_has_its_count_and_share():
    """A bar is as long as its share, and says it in numbers."""
    html = bars_html("Outcomes", {"accepted": 3, "refused": 1, "unknown": 0})
    assert "width:75.0%" in html
    assert "3 (75.0%)" in html
    assert html.count("border-radius") == 2


def test_a_screen_reader_gets_the_numbers():
    """The picture has words."""
    html = bars_html("Outcomes", {"accepted": 1234})
    assert 'role="img" aria-label="Outcomes: accepted 1,234"' in html


def test_names_are_escaped_and_nothing_is_divided_by():
    """A channel's name is text; no rows are no error."""
    assert "<i>" not in bars_html("<i>", {"<i>": 1})
    assert "none" in bars_html("Outcomes", {})
