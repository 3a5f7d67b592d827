"""The notebooks run from top to bottom in a real kernel."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, tmp_path, monkeypatch):
    """A notebook gives no error, and shows what it was committed with, run by run."""
    monkeypatch.setenv("CASCADE_LEDGER", str(tmp_path / "ledger.sqlite3"))
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    notebook = nbformat.read(path, as_version=4)
    kinds = _kinds(notebook)
    NotebookClient(
        notebook,
        timeout=100,
        kernel_name="python3",
        resources={"metadata": {"path": str(ROOT)}},
    ).execute(env=dict(os.environ))
    assert _kinds(notebook) == kinds


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_committed_clean(path):
    """A committed notebook has outputs, no error, and no path of a machine."""
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs
    assert [output for output in outputs if output.output_type == "error"] == []
    assert str(ROOT) not in path.read_text("utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_progress_is_no_alarm(path):
    """Notebooks paint standard error red, so a send that goes well writes nothing there."""
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.get("name") == "stderr"] == []


def _kinds(notebook):
    """Which cells show a value: the shape of a notebook's outputs."""
    return [
        any(output.output_type == "execute_result" for output in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
