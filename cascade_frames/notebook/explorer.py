"""The explorer of a result table: charts, filters, the rows, and the selection as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

import ipywidgets as widgets

from cascade_frames.joining.choosing import Choice, choose_rows, counted
from cascade_frames.notebook.controls import action, alert, close, show
from cascade_frames.notebook.downloads import save_rows
from cascade_frames.notebook.explorer_view import selection_html, selection_text
from cascade_frames.notebook.pages import PagedTable
from cascade_frames.notebook.static import StaticOutput

if TYPE_CHECKING:
    import pandas as pd

_FILE: Final = "selection.csv"
_MOST_LINES: Final = 8


class Explorer:
    """Explores one result table.

    Args:
        results: the table.
        choice: what to begin with.
        suffix: of the result's columns.

    Attributes:
        selection: the rows that are chosen now: a DataFrame.
        choice: what they are chosen by.
        box: all of it.
    """

    def __init__(self, results: pd.DataFrame, choice: Choice, suffix: str) -> None:
        self._results = results
        self._suffix = suffix
        self._static = StaticOutput()
        self._lists = {
            name: self._list(name, getattr(choice, name))
            for name in ("outcome", "reason", "channel")
            if f"{name}{suffix}" in results.columns
        }
        self._search = widgets.Text(
            choice.search, description="search", placeholder="in every column"
        )
        self._charts = widgets.HTML()
        self._code = widgets.HTML()
        self._rows = PagedTable()
        self._told = widgets.HTML()
        code = f'cf.write_table(explorer.selection, "{_FILE}")'
        self._save = action("Save as CSV", code, self._save_selection, self._say)
        for control in (*self._lists.values(), self._search):
            control.observe(lambda _: self._choose(), "value")
        filters = widgets.HBox([*self._lists.values(), self._search])
        filters.layout.flex_flow = "row wrap"
        self.box = widgets.VBox(
            [
                widgets.HTML(self._static.hidden),
                filters,
                self._code,
                self._charts,
                self._rows.box,
                self._save.box,
                self._told,
            ]
        )
        self._choose()

    def __repr__(self) -> str:
        """How many rows are chosen; never their contents."""
        return f"<Explorer: {selection_text(self.selection, len(self._results), self.choice)}>"

    @property
    def choice(self) -> Choice:
        """See the class."""
        lists = {name: tuple(control.value) for name, control in self._lists.items()}
        return Choice(**lists, search=self._search.value)

    def show(self) -> None:
        """Show the explorer in the current cell."""
        show(self.box, self._static)

    def close(self) -> None:
        """Take the explorer away; its charts stay as a static output."""
        close(self.box)

    def _list(self, name: str, chosen: Sequence[str]) -> widgets.SelectMultiple:
        found = counted(self._results, f"{name}{self._suffix}")
        options = [(f"{value} ({rows:,})", value) for value, rows in found.items()]
        return widgets.SelectMultiple(
            options=options,
            value=[value for value in chosen if value in found],
            description=name,
            rows=min(max(len(options), 2), _MOST_LINES),
        )

    def _choose(self) -> None:
        choice = self.choice
        self.selection = choose_rows(self._results, choice, self._suffix)
        html = selection_html(self.selection, len(self._results), choice, self._suffix)
        code = f"explorer = results.cascade.explore({choice}); explorer.selection"
        self._charts.value = html
        self._code.value = f'<code style="font-size:11px;opacity:.8">{escape(code)}</code>'
        self._rows.show(self.selection)
        self._told.value = ""  # it was about other rows
        self._static.show(html, selection_text(self.selection, len(self._results), choice))

    def _save_selection(self) -> None:
        self._told.value = save_rows(self.selection, _FILE)

    def _say(self, words: str) -> None:
        self._told.value = alert(words)
