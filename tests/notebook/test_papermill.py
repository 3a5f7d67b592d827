"""Notebooks that papermill runs, in a job's log that people read later."""

import os
import re
import subprocess
import sys

import nbformat
import pytest

from tests.support.held_gateway import HeldGateway
from tests.support.lab import ROOT

pytest.importorskip("papermill", reason="no papermill: pip install papermill")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROGRESS = re.compile(r"^ *\d+%  [\d,]+ of [\d,]+:", re.MULTILINE)

LONG = """
import pandas as pd
import cascade_frames as cf

segment = pd.DataFrame({{"phone": [f"+38020{{9000000 + n}}" for n in range(20_000)]}})
options = dict(
    campaign="c", to_phone="{{phone}}", from_name="Brand", message_type="promo", text="Hello",
    account=cf.Account(base_url={url!r}, api_key="k"), ledger={ledger!r}, batch_size=50,
)
"""


def run(source, folder):
    """Run a notebook; gives it as it was saved, and what papermill logged."""
    target = folder / "run.ipynb"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "papermill", "--log-output", source, target, "--cwd", ROOT],
        env={**os.environ, "CASCADE_LEDGER": str(folder / "ledger.sqlite3")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return nbformat.read(target, as_version=4), done.stdout + done.stderr


def check_log(notebook):
    """Hold what cells have said to what a log can bear; gives each cell's lines of progress.

    A line for each tenth, and on a slow machine one for 30 s between them.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error"] == []
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert "\\u001b" not in nbformat.writes(notebook)
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert not [kind for kind in kinds if "widget" in kind]
    said = ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]
    lines = [PROGRESS.findall(text) for text in said]
    assert max(map(len, lines)) <= 11
    return lines


@pytest.mark.timeout(300)
def test_a_long_run_says_ten_lines(tmp_path):
    """Four hundred requests are a line for each tenth, and panels are still pictures."""
    with HeldGateway(hold=0) as gateway:
        cells = [
            LONG.format(url=gateway.url, ledger=str(tmp_path / "l.sqlite3")),
            "results = segment.cascade.send(**options)",
            "run = segment.cascade.start(**options | {'campaign': 'd'})\nrun.result();",
            "segment.cascade.compose(**options)",
            "segment.cascade.plan(**options).panel()",
            "results.cascade.explore(outcome='accepted')",
        ]
        made = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}},
        )
        nbformat.write(made, tmp_path / "long.ipynb")
        notebook, log = run(tmp_path / "long.ipynb", tmp_path)
        assert gateway.requests == 800
    lines = [len(found) for found in check_log(notebook)]
    assert [bool(found) for found in lines] == [False, True, True, False, False, False]
    assert len(PROGRESS.findall(log)) == sum(lines)


@pytest.mark.endurance
@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_runs(path, tmp_path):
    """The project's notebooks run by themselves, and say as much as a log can bear."""
    notebook, _ = run(path, tmp_path)
    check_log(notebook)
