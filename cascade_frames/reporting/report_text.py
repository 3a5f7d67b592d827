"""A report in plain text, for terminals and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cascade_frames.reporting.cells import shown_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cascade_frames.reporting.cells import Cells
    from cascade_frames.reporting.figures import Figures
    from cascade_frames.reporting.summary import Headline

_TABLES = ("estimate", "funnel", "channels", "costs", "savings", "failures")


def report_text(
    title: str, headlines: Sequence[Headline], notes: Sequence[str], figures: Figures
) -> str:
    """The report without its segments and its timeline."""
    width = max(len(one.name) for one in headlines)
    lines = [title]
    for one in headlines:
        beside = f"  ({one.beside})" if one.beside else ""
        lines.append(f"  {one.name:<{width}}  {one.value}{beside}")
    lines += ["", *notes] if notes else []
    shown = shown_tables(figures)
    for name in _TABLES:
        if name in shown:
            lines += ["", *_lines(shown[name])]
    return "\n".join(lines)


def _lines(cells: Cells) -> list[str]:
    grid = [cells.headings, *cells.rows]
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    return [cells.title, *(f"  {_line(row, widths, cells.numeric)}" for row in grid)]


def _line(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = [
        text.rjust(width) if is_number else text.ljust(width)
        for text, width, is_number in zip(row, widths, numeric, strict=True)
    ]
    return "  ".join(padded).rstrip()
