"""The picture of a report."""

import pytest

from benchmarks.figures import Figure, Report
from benchmarks.targets import TARGETS


def test_every_figure_is_drawn_with_its_words(tmp_path):
    """Figures that are far from their targets, or nothing at all, are drawn like the others."""
    pytest.importorskip("matplotlib")
    from benchmarks.plot import draw

    figures = [Figure(name, value) for name, value in zip(TARGETS, (0.0, 1e9, 1.0), strict=False)]
    draw(Report(1000, 3, "quick", "", {}, {}, figures), tmp_path / "plot.svg")
    drawn = (tmp_path / "plot.svg").read_text("utf-8")
    assert [one for one in figures if one.target.words not in drawn] == []
