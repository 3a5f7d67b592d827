"""A static output of a cell."""

from cascade_frames.notebook.static import StaticOutput


def test_it_is_one_output_that_is_replaced(page):
    """A reopened notebook shows the last state, once."""
    output = StaticOutput()
    output.show("<b>1</b>", "1")
    output.show("<b>2</b>", "2")
    assert len(page.outputs) == 1
    assert "<b>2</b>" in page.html
    assert "<b>1</b>" not in page.html
    assert page.text == "2"


def test_its_place_can_be_taken_before_there_is_anything_to_read(page):
    """The cell that shows a panel is where its static output stays, whoever fills it later."""
    output = StaticOutput()
    output.take_place()
    assert page.text == ""
    output.show("1", "1")
    output.take_place()
    assert len(page.outputs) == 1
    assert page.text == "1"


def test_what_is_kept_stays_above(page):
    """The plan stays readable above the run that came of it."""
    output = StaticOutput()
    output.keep("<p>plan</p>", "plan")
    output.show("<p>run</p>", "run")
    assert page.html.index("plan") < page.html.index("run")
    assert page.text == "plan\n\nrun"


def test_what_is_live_hides_its_own_twin_only(page):
    """Two panels on a page do not hide each other's outputs."""
    one, other = StaticOutput(), StaticOutput()
    one.show("1", "1")
    assert f".{one.name}{{" in one.hidden
    assert other.name not in one.hidden
    assert f'class="{one.name}"' in page.html
