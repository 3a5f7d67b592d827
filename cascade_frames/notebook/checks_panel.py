"""What was checked, and the rows that failed."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from cascade_frames.notebook.controls import action
from cascade_frames.notebook.downloads import save_rows
from cascade_frames.notebook.tables import table_html
from cascade_frames.planning.plan import Plan

_ROWS = 200


class ChecksPanel:
    """One line a rule, the failing rows as a table, and a file of them."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._told = widgets.HTML()
        name = f"{plan.campaign or 'rows'}-rejected.csv"
        self._name = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
        save = action(
            "Save as CSV", f'cf.write_table(plan.invalid(), "{self._name}")', self._save, say
        )
        save.button.disabled = plan.rejected.empty
        rows = plan.invalid()
        more = f"<p>the first {_ROWS} of {len(rows):,}</p>" if len(rows) > _ROWS else ""
        self.box = widgets.VBox(
            [
                widgets.HTML(table_html(plan.checks)),
                widgets.HTML(more + table_html(rows.head(_ROWS)) if len(rows) else ""),
                save.box,
                self._told,
            ]
        )

    def _save(self) -> None:
        self._told.value = save_rows(self._plan.invalid(), self._name)
