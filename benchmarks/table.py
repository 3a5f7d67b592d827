"""A report as people read it: a table for a terminal, or in markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from benchmarks.figures import Figure, Report
from benchmarks.targets import Better, Target

_BEGIN: Final = "<!-- figures -->"
_END: Final = "<!-- end of figures -->"
_HEADINGS: Final = ("measured", "ours", "peer", "figure", "by CPU", "target", "moonshot", "reached")


def as_text(report: Report) -> str:
    """The table in columns, and the notes."""
    rows = [_HEADINGS, *map(_cells, report.figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    lines = [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([_title(report), "", *lines, "", *(f"- {note}" for note in report.notes)])


def as_markdown(report: Report) -> str:
    """The table, the notes, the machine and the command, for a page of the documentation."""
    lines = [_row(_HEADINGS), _row(["---", *["---:"] * (len(_HEADINGS) - 1)])]
    lines += [_row(_cells(figure)) for figure in report.figures]
    return "\n".join(
        [
            f"{_title(report)}.",
            "",
            f"`{report.command}`",
            "",
            *lines,
            "",
            *(f"- {note}" for note in report.notes),
            f"- versions: {_listed(report.versions)}",
        ]
    )


def put_into(page: str, report: Report) -> str:
    """The page with the report's markdown between its marks.

    Raises:
        ValueError: the page has no marks.
    """
    before, mark, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not mark or not end:
        raise ValueError(f"the page has no {_BEGIN} and {_END}")
    return f"{before}{mark}\n{as_markdown(report)}\n{end}{after}"


def _title(report: Report) -> str:
    runs = f"medians of {report.repeats} runs" if report.repeats > 1 else "one run"
    return f"{report.rows:,} rows, {runs}; {_listed(report.machine)}"


def _listed(named: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in named.items())


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(figure: Figure) -> tuple[str, ...]:
    target = figure.target
    sign = "≥" if target.better is Better.HIGHER else "≤"
    moonshot = "" if target.moonshot is None else f"{sign} {target.moonshot:g}{_unit(target)}"
    return (
        target.words,
        _number(figure.ours, figure.unit),
        _number(figure.peer, figure.unit),
        f"{figure.value:.3g}{_unit(target)}",
        "" if figure.by_cpu is None else f"{figure.by_cpu:.3g}",
        f"{sign} {target.target:g}{_unit(target)}",
        moonshot,
        _reached(figure),
    )


def _unit(target: Target) -> str:
    return f" {target.unit}" if target.unit else ""


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def _reached(figure: Figure) -> str:
    if figure.target.moonshot_reached_by(figure.value):
        return "moonshot"
    return "yes" if figure.target.reached_by(figure.value) else "no"
