"""Tables as HTML: door to Great Tables."""

from __future__ import annotations

import re
import uuid
from html import escape
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from great_tables import GT, html, loc, style

from cascade_frames.reporting.cells import Kind

if TYPE_CHECKING:
    from great_tables._text import Html

    from cascade_frames.reporting.cells import Cells

SENTENCE_STYLE: Final = "min-width:15em;"
# Rules that hold for the whole page would be among them; the report has a style of its own.
_STYLE: Final = re.compile(r"<style>.*?</style>", re.DOTALL)


def fine_table(cells: Cells) -> str:
    """The table without its title; every text in it is escaped, and its first column names rows."""
    names = [f"c{at}" for at in range(len(cells.headings))]
    table = pd.DataFrame(cells.rows, columns=pd.Index(names), dtype="str")
    labels: dict[str, Any] = dict(zip(names[1:], map(_escaped, cells.headings[1:]), strict=True))
    numbers = [name for name, is_one in zip(names, cells.numeric, strict=True) if is_one]
    sentences = [
        name for name, kind in zip(names, cells.kinds, strict=True) if kind is Kind.SENTENCE
    ]
    fine = (
        GT(table, rowname_col=names[0], id=f"cascade-{uuid.uuid4().hex[:12]}")
        .tab_stubhead(_escaped(cells.headings[0]))
        .cols_label(**labels)
        .cols_align("left")
        .cols_align("right", numbers)
        .fmt_passthrough(escape=True)
        .tab_style(style.css(SENTENCE_STYLE), loc.body(columns=sentences))
    )
    if cells.note:
        fine = fine.tab_source_note(_escaped(cells.note))
    return _STYLE.sub("", fine.as_raw_html(), count=1)


def _escaped(text: str) -> Html:
    # Great Tables takes braces for units of measure.
    return html(escape(text).replace("{", "&#123;").replace("}", "&#125;"))
