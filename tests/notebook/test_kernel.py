"""What a real kernel leaves in a notebook where nobody can press a button."""

import os
import re

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.lab import ROOT

SETUP = """
import pandas as pd
import cascade_frames as cf

segment = pd.DataFrame({"phone": [f"+38020{9000000 + n}" for n in range(2000)], "name": "Анна"})
options = dict(
    campaign="c", to_phone="{phone}", from_name="Brand", message_type="promo", text="{name}!",
    account=cf.Sandbox(limits=None).start().account, batch_size=20,
)
plan = segment.cascade.plan(**options)
"""
WITHOUT_WIDGETS = "import sys; sys.modules['ipywidgets'] = None"


@pytest.fixture
def run_notebook(monkeypatch, tmp_path):
    """Give a function that runs cells in a kernel, and gives the outputs of each."""

    def run(*cells, **environment):
        monkeypatch.setenv("CASCADE_LEDGER", str(tmp_path / "ledger.sqlite3"))
        cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        notebook = nbformat.v4.new_notebook(cells=cells)
        client = NotebookClient(
            notebook,
            timeout=100,
            kernel_name="python3",
            resources={"metadata": {"path": str(ROOT)}},
        )
        client.execute(env=dict(os.environ) | {"PYTHONWARNINGS": "default"} | environment)
        return notebook, [cell.outputs for cell in notebook.cells]

    return run


def html(outputs):
    """What is shown as HTML."""
    return "\n".join(output.get("data", {}).get("text/html", "") for output in outputs)


def printed(outputs):
    """What is shown as a stream."""
    return "".join(output.get("text", "") for output in outputs)


def test_a_notebook_that_runs_by_itself(run_notebook):
    """Lines as in a log, panels as they stand, results from an awaited run; no widget, no error."""
    notebook, outputs = run_notebook(
        SETUP,
        "composer = segment.cascade.compose(**options)",
        "panel = plan.panel()",
        "run = plan.start()\nresults = await run",
        "explorer = results.cascade.explore(outcome='accepted'); len(explorer.selection)",
        "again = plan.send()",
    )
    assert "df.cascade.send(" in html(outputs[1])
    assert "Plan: c" in html(outputs[2])
    lines = printed(outputs[3]).splitlines()
    assert re.fullmatch(r"100%  2,000 of 2,000: 2,000 accepted", lines[-1])
    assert len(lines) <= 11
    assert "2,000 of 2,000 rows" in html(outputs[4])
    assert outputs[4][-1]["data"]["text/plain"] == "2000"
    kept = nbformat.writes(notebook)
    assert "widget-view" not in kept
    assert "\\u001b" not in kept
    assert "\\r" not in kept
    assert "pip install" not in kept
    assert "widgets" not in notebook.metadata


def test_a_notebook_without_ipywidgets(run_notebook):
    """Whoever looks sees how the run ends, and once how to have buttons."""
    _, outputs = run_notebook(
        WITHOUT_WIDGETS,
        SETUP,
        "panel = plan.panel()",
        "results = plan.start().result()",
        JPY_SESSION_NAME="a.ipynb",
    )
    for cell in outputs[2:]:
        assert (
            html(cell).count('pip install "cascade-frames[notebook]"'.replace('"', "&quot;")) == 1
        )
    assert "Finished" in html(outputs[3])
    assert "2,000 of 2,000 (100%)" in html(outputs[3])
    assert len(outputs[3]) == 1
