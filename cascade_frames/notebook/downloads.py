"""Rows as a file: written beside the notebook, and to download where they are few enough."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cascade_frames.files import write_table

if TYPE_CHECKING:
    import pandas as pd

# What a page takes in its stride: the file is in the link itself.
MOST_BYTES: Final = 2_000_000


def save_rows(rows: pd.DataFrame, name: str) -> str:
    """Write a CSV file, in which no text becomes a formula.

    Args:
        rows: the rows.
        name: the file's, in the kernel's folder.

    Returns:
        HTML that says so, with a link by which a browser on another machine has the very same
        file; without one where it is larger than `MOST_BYTES`.

    Raises:
        MappingError: it cannot be written.
    """
    write_table(rows, name)
    count = f"{len(rows):,} row" if len(rows) == 1 else f"{len(rows):,} rows"
    told = f"Saved {count} as <code>{escape(name)}</code>"
    if Path(name).stat().st_size > MOST_BYTES:
        return f"{told}, where the kernel runs; too large to download from here."
    data = base64.b64encode(Path(name).read_bytes()).decode()
    link = f'<a download="{escape(name)}" href="data:text/csv;base64,{data}">Download it</a>'
    return f"{told}. {link}"
