"""A report as static HTML, light or dark by what is around it: no script, and no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from cascade_frames.errors import UsageError
from cascade_frames.reporting.cells import shown_tables
from cascade_frames.reporting.pictures import (
    INSTALL,
    channels_picture,
    funnel_picture,
    timeline_picture,
)

if TYPE_CHECKING:
    from cascade_frames.reporting.cells import Cells
    from cascade_frames.reporting.figures import Figures
    from cascade_frames.reporting.summary import Headline

_FOLDED: Final = ("funnel", "timeline")
_HINT: Final = f"{INSTALL} adds the pictures."
# Jupyter styles tables of outputs by rules stronger than a class.
_STYLE: Final = """<style>
.cascade-report{font:13px/1.45 system-ui,sans-serif;max-width:72em;
 color:var(--jp-content-font-color1,inherit)}
.cascade-report h4{margin:.2em 0 .7em!important;font-size:17px;font-weight:600}
.cascade-report h4,.cascade-report h5,.cascade-report b,.cascade-report .note{
 overflow-wrap:anywhere}
.cascade-report h4 small{font-weight:400;opacity:.75;margin-left:.6em}
.cascade-report h5{margin:1.8em 0 .5em!important;font-size:15px;font-weight:600}
.cascade-report .headlines{display:flex;flex-wrap:wrap;gap:.6em 2em;margin:0 0 1em}
.cascade-report .headlines span{display:block;opacity:.75}
.cascade-report .headlines b{font-size:19px;font-weight:400;font-variant-numeric:tabular-nums}
.cascade-report .note{border-left:3px solid #d98e04;padding:.1em 0 .1em .7em;margin:.4em 0}
.cascade-report .wide{overflow-x:auto;margin:0 0 .6em}
.cascade-report summary{cursor:pointer}
.cascade-report table{border-collapse:collapse;margin:0!important;font-size:13px;width:auto}
.cascade-report tr,.cascade-report th,.cascade-report td{background:none!important;
 border:0!important;text-align:left!important;vertical-align:top!important;font-weight:400;
 max-width:none!important;padding:.2em 1.4em .2em 0!important;line-height:1.4}
.cascade-report .gt_col_heading{opacity:.75;vertical-align:bottom!important}
.cascade-report .gt_table_body tr{border-top:1px solid rgba(128,128,128,.3)!important}
.cascade-report .gt_right{text-align:right!important;font-variant-numeric:tabular-nums;
 white-space:nowrap}
.cascade-report .gt_left{max-width:24em!important;overflow-wrap:break-word}
.cascade-report tbody th{min-width:9em}
.cascade-report .gt_sourcenote{opacity:.75;font-size:12px}
</style>"""
_PAGE_STYLE: Final = """<style>
:root{color-scheme:light dark}
body{margin:2em auto;max-width:70em;padding:0 1em;background:#fff;color:#1c2024}
@media (prefers-color-scheme:dark){body{background:#14171a;color:#dfe3e6}}
@media print{body{background:#fff;color:#000}}
</style>"""
# The page asks nobody for anything, whatever is written in it.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def report_html(
    title: Sequence[str], headlines: Sequence[Headline], notes: Sequence[str], figures: Figures
) -> str:
    """The report as an element of a page.

    Args:
        title: the title, and what stands beside it.
        headlines, notes, figures: what it tells.
    """
    shown = shown_tables(figures)
    pictures = _pictures(figures)
    hints = [] if pictures else [_HINT]
    segments = [name for name in shown if name.startswith("by ")]
    sections = [
        _section(shown, name, pictures.get(name, ""))
        for name in (
            "estimate",
            "funnel",
            "failures",
            "channels",
            "costs",
            "savings",
            *segments,
            "timeline",
        )
        if name in shown
    ]
    return (
        f'{_STYLE}<div class="cascade-report">'
        f"<h4>{escape(title[0])}<small>{escape(' '.join(title[1:]))}</small></h4>"
        f'<div class="headlines" role="list">{"".join(map(_headline, headlines))}</div>'
        + "".join(f'<p class="note">{escape(note)}</p>' for note in [*notes, *hints])
        + "".join(sections)
        + "</div>"
    )


def report_page(title: str, element: str) -> str:
    """A whole page of it: one file that asks nobody for anything."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>{_PAGE_STYLE}</head><body><main>{element}</main></body>"
        "</html>"
    )


def _headline(one: Headline) -> str:
    beside = f"<span>{escape(one.beside)}</span>" if one.beside else ""
    named = f"<span>{escape(one.name)}</span><b>{escape(one.value)}</b>"
    return f'<div role="listitem">{named}{beside}</div>'


def _section(shown: Mapping[str, Cells], name: str, picture: str) -> str:
    """A table under its title; beneath its picture where there is one."""
    tables = _table(shown[name])
    if name == "funnel" and "fell_out" in shown:
        tables += _table(shown["fell_out"])
    if picture and name in _FOLDED:
        tables = f"<details><summary>The same in numbers</summary>{tables}</details>"
    return f"<section><h5>{escape(shown[name].title)}</h5>{picture}{tables}</section>"


def _table(cells: Cells) -> str:
    """The table by Great Tables, or plain where it is not installed."""
    try:
        from cascade_frames.reporting.fine_tables import fine_table
    except ImportError:
        return f'<div class="wide">{_plain_table(cells)}</div>'
    return f'<div class="wide">{fine_table(cells)}</div>'


def _plain_table(cells: Cells) -> str:
    sides = ["gt_right" if is_number else "gt_left" for is_number in cells.numeric]
    head = "".join(
        f'<th scope="col" class="gt_col_heading {side}">{escape(text)}</th>'
        for text, side in zip(cells.headings, sides, strict=True)
    )
    rows = "".join(_plain_row(row, sides) for row in cells.rows)
    return (
        f'<table><thead><tr>{head}</tr></thead><tbody class="gt_table_body">{rows}</tbody></table>'
        f'<div class="gt_sourcenote">{escape(cells.note)}</div>'
    )


def _plain_row(row: Sequence[str], sides: Sequence[str]) -> str:
    first = f'<th scope="row" class="{sides[0]}">{escape(row[0])}</th>'
    others = "".join(
        f'<td class="{side}">{escape(text)}</td>'
        for text, side in zip(row[1:], sides[1:], strict=True)
    )
    return f"<tr>{first}{others}</tr>"


def _pictures(figures: Figures) -> dict[str, str]:
    """The pictures by their tables; none where matplotlib is not installed."""
    try:
        drawn = {
            "funnel": funnel_picture(figures.funnel, figures.fell_out),
            "channels": channels_picture(figures.channels),
            "timeline": timeline_picture(figures.timeline, figures.every, figures.zone),
        }
    except UsageError:
        return {}
    return {name: f'<div class="wide">{one.svg()}</div>' for name, one in drawn.items()}
