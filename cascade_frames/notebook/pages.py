"""A table in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ipywidgets as widgets

from cascade_frames.notebook.tables import table_html

if TYPE_CHECKING:
    import pandas as pd

_ROWS: Final = 20


class PagedTable:
    """One page of a table at a time.

    Attributes:
        box: all of it.
    """

    def __init__(self) -> None:
        self._table: pd.DataFrame | None = None
        self._page = widgets.BoundedIntText(
            value=1, min=1, max=1, description="page", layout={"width": "13em"}
        )
        self._of = widgets.HTML()
        self._rows = widgets.HTML()
        self._page.observe(lambda _: self._show(), "value")
        self.box = widgets.VBox([widgets.HBox([self._page, self._of]), self._rows])

    def show(self, table: pd.DataFrame) -> None:
        """Show the first page of this table."""
        self._table = table
        pages = max(-(-len(table) // _ROWS), 1)
        self._page.value = 1
        self._page.max = pages
        self._of.value = f"of {pages:,}, {_ROWS} rows each"
        self._show()

    def _show(self) -> None:
        if self._table is not None:
            start = (self._page.value - 1) * _ROWS
            self._rows.value = table_html(self._table.iloc[start : start + _ROWS])
