"""Run notebooks in place, in a fresh kernel each: `python notebooks/run.py [FILE …]`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent


def run(path: Path) -> nbformat.NotebookNode:
    """Execute one notebook from the repository's root, with a ledger of its own."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as place:
        os.environ["CASCADE_LEDGER"] = str(Path(place) / "ledger.sqlite3")
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": str(HERE.parent)}},
        )
        client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata.pop("language_info", None)
    return notebook


def main(names: list[str]) -> None:
    """Run the notebooks named, or all of them, and write them back."""
    for path in [Path(name) for name in names] or sorted(HERE.glob("*.ipynb")):
        nbformat.write(run(path), path)
        print(f"ran {path.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
