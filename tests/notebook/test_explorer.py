"""The explorer of a result table."""

import ipywidgets as widgets
import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.joining.choosing import Choice
from cascade_frames.notebook.explorer import Explorer

from .pages import button, find, text


@pytest.fixture
def results():
    """Give sixty accepted rows and five refused ones."""
    return pd.DataFrame(
        {
            "name": [f"person {number}" for number in range(65)],
            "outcome": ["accepted"] * 60 + ["refused"] * 5,
            "reason": [None] * 60 + ["api_refused"] * 5,
        }
    )


@pytest.fixture
def explorer(results):
    """Give an explorer of them that is shown."""
    shown = Explorer(results, Choice(), "")
    shown.show()
    return shown


def test_all_rows_are_there_to_begin_with(explorer, results, page):
    """The selection is the table until something is chosen; the static output has its counts."""
    assert explorer.selection.equals(results)
    assert "65 of 65 rows" in page.text
    assert "60 (92.3%)" in page.html


def test_filters_make_the_selection(explorer, results, page):
    """What is picked is what the selection holds, and the line of code says it."""
    find(explorer.box, widgets.SelectMultiple, "outcome").value = ("refused",)
    assert explorer.selection.equals(results.tail(5))
    find(explorer.box, widgets.Text, "search").value = "61"
    assert explorer.selection["name"].tolist() == ["person 61"]
    code = "results.cascade.explore(outcome=['refused'], search='61')"
    assert code in text(explorer.box).replace("&#x27;", "'")
    assert "1 of 65 rows with outcome=['refused'], search='61'" in page.text


def test_the_static_output_holds_no_row(explorer, page):
    """An exported notebook shows people only where a table of them was asked for."""
    assert "person" not in page.html
    assert "person" not in repr(explorer)


def test_pages_turn(explorer):
    """Twenty rows at a time, and back to the first page when the selection changes."""
    number = find(explorer.box, widgets.BoundedIntText, "page")
    assert number.max == 4
    number.value = 4
    assert "person 64" in text(explorer.box)
    find(explorer.box, widgets.SelectMultiple, "outcome").value = ("accepted",)
    assert number.value == 1
    assert number.max == 3
    assert "person 0 " in text(explorer.box).replace("\n", " ")


def test_the_selection_is_saved(explorer):
    """The rows can be taken elsewhere."""
    find(explorer.box, widgets.SelectMultiple, "reason").value = ("api_refused",)
    button(explorer.box, "Save as CSV").click()
    assert len(pd.read_csv("selection.csv")) == 5
    assert "Saved 5 rows" in text(explorer.box)
    find(explorer.box, widgets.SelectMultiple, "reason").value = ()
    assert "Saved" not in text(explorer.box)


def test_channels_show_where_there_are_any(results, page):
    """Channels come with tracking."""
    explorer = Explorer(results.assign(channel="SMS"), Choice(channel=["SMS"]), "")
    assert "Channels" in page.html
    assert explorer.choice == Choice(channel=("SMS",))


def test_the_caller_may_begin_with_a_choice(results):
    """What does not occur is no choice."""
    explorer = Explorer(results, Choice(outcome=["refused", "unknown"], search="6"), "")
    assert explorer.choice == Choice(outcome=("refused",), search="6")
    assert len(explorer.selection) == 5


def test_a_table_without_outcomes_is_no_result(results):
    """The error says what is missing."""
    with pytest.raises(cf.MappingError, match="no column 'outcome'"):
        results[["name"]].cascade.explore()


def test_outside_of_notebooks_the_error_names_what_serves(results):
    """A script counts by `groupby`."""
    with pytest.raises(cf.UsageError, match="groupby"):
        cf.explore(results)
