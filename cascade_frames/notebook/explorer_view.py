"""A selection of a result table as people see it: counts, never rows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cascade_frames.joining.choosing import Choice, counted
from cascade_frames.notebook.charts import bars_html
from cascade_frames.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd


def selection_html(selection: pd.DataFrame, rows: int, choice: Choice, suffix: str) -> str:
    """Outcomes, and reasons and channels where there are any.

    Args:
        selection: the rows that were chosen.
        rows: how many there are in all.
        choice: what they were chosen by.
        suffix: of the result's columns.
    """
    found = counted(selection, f"outcome{suffix}")
    charts = [bars_html("Outcomes", {one: found[one] for one in Outcome if one in found})]
    for name, title in (("channel", "Channels"), ("reason", "Reasons")):
        counts = counted(selection, f"{name}{suffix}") if f"{name}{suffix}" in selection else {}
        if counts:
            charts.append(bars_html(title, counts))
    words = selection_text(selection, rows, choice)
    return f'<div style="font:13px system-ui,sans-serif">{escape(words)}</div>{"".join(charts)}'


def selection_text(selection: pd.DataFrame, rows: int, choice: Choice) -> str:
    """How many rows were chosen, and by what."""
    by = f" with {choice}" if str(choice) else ""
    return f"{len(selection):,} of {rows:,} rows{by}"
