"""Showing panels in a cell."""

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.joining.choosing import Choice
from cascade_frames.notebook import controls
from cascade_frames.notebook.composer import Composer
from cascade_frames.notebook.explorer import Explorer
from cascade_frames.notebook.plan_panel import PlanPanel
from cascade_frames.notebook.run_controls import in_cell
from cascade_frames.notebook.run_panel import RunPanel
from cascade_frames.planning.plan import Conduct


@pytest.fixture
def read_first(monkeypatch, page):
    """Give a list of what there is to read at the moment when a panel shows itself."""
    read = []
    monkeypatch.setattr(controls, "display", lambda *_, **__: read.append([*page.outputs.values()]))
    return read


def open_composer(segment, plan):
    """A composer of the segment."""
    composer = Composer(segment, cf.plan, {"account": plan.account, "text": "Hello"})
    composer.show()
    return composer.close


def open_plan(_, plan):
    """The panel of the plan."""
    panel = PlanPanel(plan)
    panel.show()
    return panel.close


def open_run(_, plan):
    """The panel of a run, which closes itself."""
    panel = RunPanel(in_cell)
    plan.sender.start_in(plan, Conduct(), panel).result(timeout=30)
    return panel.close


def open_explorer(*_):
    """The explorer of a result table."""
    explorer = Explorer(pd.DataFrame({"outcome": ["accepted"]}), Choice(), "")
    explorer.show()
    return explorer.close


@pytest.mark.parametrize("open_one", [open_composer, open_plan, open_run, open_explorer])
def test_what_stays_is_in_the_cell_before_the_panel(open_one, segment, plan, read_first, page):
    """A click is handled beside the cell, and what first shows itself there belongs to no cell."""
    close = open_one(segment, plan)
    assert [len(outputs) for outputs in read_first] == [1]
    assert len(page.outputs) == 1
    close()


def test_a_composer_begins_with_what_it_says(segment, plan, read_first):
    """What is typed at once is not overtaken by the cell that still composes the beginning."""
    open_composer(segment, plan)()
    assert "Hello" in read_first[0][0]["text/html"]
