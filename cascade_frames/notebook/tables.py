"""A small table as HTML that fits a panel, light or dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_STYLE = """<style>
.cascade-table{max-height:22em;overflow:auto;font:12px/1.5 system-ui,sans-serif}
.cascade-table table{border-collapse:collapse}
.cascade-table th,.cascade-table td{padding:2px 12px 2px 0;text-align:left;vertical-align:top;
 white-space:nowrap}
.cascade-table th{opacity:.65;font-weight:400}
.cascade-table td{border-top:1px solid rgba(128,128,128,.25)}
</style>"""


def table_html(table: pd.DataFrame) -> str:
    """The table, every value escaped."""
    html = table.to_html(index=False, border=0, na_rep="", max_cols=20)
    return f'{_STYLE}<div class="cascade-table">{html}</div>'
