"""Bars as HTML that needs no script and no style sheet but its own attributes."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from cascade_frames.outcomes import Outcome

_COLOURS: Final[dict[str, str]] = {
    Outcome.ACCEPTED: "#2e9e5b",
    Outcome.REJECTED: "#d98e04",
    Outcome.SKIPPED: "#8a8f98",
    Outcome.REFUSED: "#d03b3b",
    Outcome.UNSENT: "#6b8fb5",
    Outcome.UNKNOWN: "#a367c9",
}
_PLAIN: Final = "#3b82c4"


def bars_html(title: str, counts: Mapping[str, int]) -> str:
    """One bar for each count, as long as its share of all.

    Args:
        title: what is counted, said to screen readers too.
        counts: rows by name, in the order of the bars.
    """
    total = sum(counts.values())
    said = ", ".join(f"{name} {rows:,}" for name, rows in counts.items()) or "none"
    bars = "".join(_bar(name, rows, rows / total) for name, rows in counts.items() if rows)
    return (
        '<div style="font:13px/1.5 system-ui,sans-serif;max-width:46em;margin:4px 0 10px">'
        f'<div style="opacity:.8">{escape(title)}</div>'
        f'<div role="img" aria-label="{escape(f"{title}: {said}")}">{bars}</div></div>'
    )


def _bar(name: str, rows: int, share: float) -> str:
    colour = _COLOURS.get(name, _PLAIN)
    return (
        '<div style="display:flex;align-items:center;gap:8px;font-variant-numeric:tabular-nums">'
        f'<span style="width:12em;overflow-wrap:anywhere">{escape(name)}</span>'
        '<span style="flex:1;min-width:4em">'
        f'<span style="display:block;height:10px;min-width:2px;border-radius:3px;'
        f'width:{share:.1%};background:{colour}"></span></span>'
        f'<span style="width:10em;text-align:right">{rows:,} ({share:.1%})</span></div>'
    )
