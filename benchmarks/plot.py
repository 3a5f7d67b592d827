"""A plot of how near each figure is to its target. The door to matplotlib."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure as Canvas

from benchmarks.figures import Figure, Report
from benchmarks.targets import Better


def draw(report: Report, path: Path) -> None:
    """Draw one bar a figure, 1 being the target and more being better; SVG, PNG or PDF."""
    figures = report.figures[::-1]
    canvas = Canvas(figsize=(9, 0.8 + 0.32 * len(figures)), layout="constrained")
    axes = canvas.subplots()
    times = [_times_target(figure) for figure in figures]
    colours = ["tab:green" if times_target >= 1 else "tab:orange" for times_target in times]
    axes.barh([figure.target.words for figure in figures], times, color=colours)
    for at, figure in enumerate(figures):
        axes.text(times[at], at, f" {figure.value:.3g}", va="center", fontsize="small")
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("times the target (more is better)")
    axes.set_title(f"{report.rows:,} rows", loc="left")
    axes.margins(x=0.15)
    canvas.savefig(path)


def _times_target(figure: Figure) -> float:
    target = figure.target
    if target.better is Better.HIGHER:
        return figure.value / target.target
    return target.target / max(figure.value, 1e-9)
