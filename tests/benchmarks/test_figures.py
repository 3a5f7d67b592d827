"""Figures beside their targets and beside the committed ones."""

import platform

import pytest

from benchmarks.figures import Figure, Report, fallen, machine, versions
from benchmarks.table import as_markdown, as_text, put_into
from benchmarks.targets import TARGETS, Better


def test_a_ratio_that_should_be_high_falls_by_more_than_a_third():
    """A drop to two thirds is borne, and one below it is told."""
    committed = [Figure("good", 6.0), Figure("expert", 3.0)]
    assert fallen([Figure("good", 4.01), Figure("expert", 1.99)], committed) == ["expert"]


def test_a_ratio_that_should_be_low_rises_by_half():
    """A cost of one and a half times is the speed of two thirds."""
    committed = [Figure("wrk", 2.0), Figure("again", 0.2)]
    assert fallen([Figure("wrk", 2.99), Figure("again", 0.31)], committed) == ["again"]


def test_seconds_are_never_judged():
    """A slower machine is no regression."""
    assert fallen([Figure("import", 90.0)], [Figure("import", 0.1)]) == []


def test_a_figure_that_was_not_committed_is_not_judged():
    """New measurements do not fail."""
    assert fallen([Figure("good", 0.1)], []) == []


@pytest.mark.parametrize("name", TARGETS)
def test_every_moonshot_lies_beyond_its_target(name):
    """What reaches a moonshot reaches the target, and the target itself counts as reached."""
    target = TARGETS[name]
    assert target.reached_by(target.target)
    beyond = 2.0 if target.better is Better.HIGHER else 0.5
    assert target.reached_by(target.target * beyond)
    assert not target.reached_by(target.target / beyond)
    if target.moonshot is not None:
        assert target.reached_by(target.moonshot)
        assert not target.moonshot_reached_by(target.target)


def test_tables_name_figure_target_and_whether_it_is_reached():
    """Both tables hold each figure, its target and the verdict."""
    figures = [Figure("good", 6.0, 2.0, 12.0), Figure("import", 0.3, 0.3), Figure("wrk", 9.0, 9, 1)]
    report = Report(1000, 3, "quick", "python -m benchmarks", machine(), {}, figures, ["a note"])
    for table in (as_text(report), as_markdown(report)):
        lines = table.splitlines()
        good, imported, wrk = (
            next(line for line in lines if figure.target.words in line) for figure in figures
        )
        assert "≥ 3.5" in good
        assert "moonshot" in good
        assert "yes" in imported
        assert "no" in wrk
        assert "a note" in table


def test_a_page_gets_the_table_between_its_marks():
    """New figures take the place of old ones, and the rest of the page stays."""
    report = Report(1000, 3, "quick", "python -m benchmarks", {}, {}, [Figure("good", 6.0)])
    page = put_into("a <!-- figures -->old<!-- end of figures --> z", report)
    assert page.startswith("a <!-- figures -->")
    assert page.endswith("<!-- end of figures --> z")
    assert "old" not in page
    assert "6" in page
    assert put_into(page, report) == page
    with pytest.raises(ValueError, match="no <!-- figures -->"):
        put_into("nothing", report)


def test_the_machine_is_told_without_its_name():
    """Committed figures say what they were taken on, and not where."""
    assert platform.node() not in " ".join(machine().values())
    assert "pandas" in versions()
