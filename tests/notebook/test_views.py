"""Choosing how runs, plans and composers show themselves."""

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.notebook import views
from cascade_frames.notebook.run_panel import RunPanel
from cascade_frames.notebook.still import StillPanel
from cascade_frames.notebook.views import open_view


@pytest.fixture
def place(monkeypatch):
    """Give a function that says where the code runs."""

    def put(*, kernel=True, looked_at=True, widgets=True):
        from cascade_frames.notebook import surroundings

        for module in (views, surroundings):
            monkeypatch.setattr(module, "in_kernel", lambda: kernel)
            monkeypatch.setattr(module, "somebody_looks", lambda: kernel and looked_at)
            monkeypatch.setattr(module, "has_widgets", lambda: widgets)

    return put


def test_a_send_outside_of_notebooks_is_text(place):
    """A script gets no panel."""
    place(kernel=False)
    assert not isinstance(open_view("auto"), RunPanel)
    assert not isinstance(open_view("html"), RunPanel)


def test_start_has_buttons_and_send_says_how_to_stop(place):
    """A cell that waits hears no click on every kernel, so it names the stop button instead."""
    place()
    assert open_view("auto")._place is not None
    waiting = open_view("auto", waits=True)
    assert waiting._place is None
    assert "stop button" in waiting._note
    assert open_view("widgets", waits=True)._place is not None


def test_a_run_nobody_looks_at_is_text(place):
    """A job's log gets lines."""
    place(looked_at=False)
    assert not isinstance(open_view("auto"), RunPanel)


def test_without_ipywidgets_there_is_one_clear_hint(place):
    """The run shows itself, and how to have buttons; who asked for no buttons gets no hint."""
    place(widgets=False)
    assert 'pip install "cascade-frames[notebook]"' in open_view("auto")._note
    assert open_view("html")._note == ""
    with pytest.raises(cf.UsageError, match="needs ipywidgets"):
        open_view("widgets")


@pytest.mark.parametrize("verb", ["panel", "compose"])
def test_a_panel_needs_a_notebook(place, plan, segment, message, verb):
    """Elsewhere the error names what serves there."""
    place(kernel=False)
    with pytest.raises(
        cf.UsageError, match=r"needs a notebook\. (print\(plan\)|df\.cascade\.plan)"
    ):
        plan.panel() if verb == "panel" else segment.cascade.compose(**message)


def test_a_panel_that_nobody_can_press_is_a_still_one(place, plan, segment, message, page):
    """A notebook that runs by itself shows plan and call, and gives no error and no advice."""
    place(looked_at=False)
    panel = plan.panel()
    assert isinstance(panel, StillPanel)
    assert panel.plan is plan
    assert panel.run is None
    assert "Plan: c" in page.text
    composer = segment.cascade.compose(**message)
    assert composer.plan is None
    assert "df.cascade.send(" in page.text
    assert "Анна!" in page.html
    assert "pip install" not in page.html


def test_a_still_composer_says_what_is_in_the_way(place, segment, sandbox, page):
    """A composer that is not filled in yet is no error."""
    place(looked_at=False)
    segment.cascade.compose(account=sandbox.account)
    assert "from_name" in page.html


def test_panels_without_ipywidgets_are_still_with_a_hint(place, plan, segment, message, page):
    """Whoever could press buttons is told how to have them, once for each panel."""
    place(widgets=False)
    plan.panel()
    segment.cascade.compose(**message)
    assert page.text.count("pip install") == 2
    plan.panel(ui="html")
    assert page.text.count("pip install") == 2
    with pytest.raises(cf.UsageError, match="needs ipywidgets"):
        plan.panel(ui="widgets")


def test_an_unknown_look_is_refused(place, plan):
    """The error names the choices."""
    place()
    with pytest.raises(cf.UsageError, match="'auto', 'widgets', 'html'"):
        plan.panel(ui="text")


def test_a_panel_may_be_asked_for(place, plan):
    """Where detection is mistaken, the caller knows better."""
    place(looked_at=False)
    panel = plan.panel(ui="widgets")
    assert not isinstance(panel, StillPanel)
    panel.close()


@pytest.mark.parametrize("ui", ["loud", None])
def test_a_send_refuses_an_unknown_look(plan, ui):
    """A look that does not exist is an error before anything is sent."""
    with pytest.raises(cf.MappingError, match="'widgets', 'html', 'text', 'none'"):
        plan.send(ui=ui)


def test_an_explorer_that_nobody_can_press_still_selects(place, page):
    """A notebook that runs by itself has the charts, and the selection its call asks for."""
    place(looked_at=False)
    results = pd.DataFrame({"name": ["a", "b"], "outcome": ["accepted", "refused"]})
    explorer = results.cascade.explore(outcome="refused")
    assert explorer.selection["name"].tolist() == ["b"]
    assert "1 of 2 rows" in page.text
    place()
    assert results.cascade.explore(outcome="refused").selection.equals(explorer.selection)
