"""The command line: what is chosen, and what is judged."""

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks import __main__ as command
from benchmarks.figures import Figure, Report
from benchmarks.measures import importing
from benchmarks.targets import TARGETS


def test_every_target_is_measured_by_one_group():
    """No line of the table is left out, and none is measured twice."""
    names = [name for module in command.GROUPS.values() for name in module.FIGURES]
    assert sorted(names) == sorted(TARGETS)


def test_of_two_takes_the_better_counts():
    """A figure that fell through noise is taken again; the way it should go decides."""
    first = [Figure("good", 2.0), Figure("wrk", 5.0), Figure("again", 0.3)]
    second = [Figure("good", 3.0), Figure("wrk", 6.0)]
    values = {one.name: one.value for one in command.better_of(first, second)}
    assert values == {"good": 3.0, "wrk": 5.0, "again": 0.3}


def test_an_unknown_name_is_refused_with_those_that_are_known():
    """A slip in --only does not measure everything, or nothing."""
    result = CliRunner().invoke(command.main, ["--only", "sendig"])
    assert result.exit_code == 2
    assert "sending" in result.output


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Have one group give a set figure at once, beside committed figures of the test's own."""
    committed = tmp_path / "figures.json"
    monkeypatch.setattr(command, "COMMITTED", committed)
    monkeypatch.setattr(command, "GROUPS", {"import": importing})

    def give(value, before):
        figures = [Figure("again", value)]
        monkeypatch.setattr(importing, "FIGURES", ("again",))
        monkeypatch.setattr(importing, "measure", lambda _: figures)
        report = Report(50_000, 3, "quick", "", {}, {}, [Figure("again", before)])
        committed.write_bytes(msgspec.json.encode({"quick": report}))

    return give


def test_a_quick_run_fails_where_a_ratio_fell(measured):
    """CI stops at a change that costs more than a third, and says which figure tells so."""
    measured(0.5, before=0.3)
    result = CliRunner().invoke(command.main, ["--quick", "--only", "import"])
    assert result.exit_code == 1
    assert "Fallen by more than a third: again" in result.output


def test_a_ratio_that_fell_once_is_taken_again(measured, monkeypatch):
    """Noise in one take fails nothing."""
    measured(0.5, before=0.3)
    takes = iter([[Figure("again", 0.5)], [Figure("again", 0.6)], [Figure("again", 0.31)]])
    monkeypatch.setattr(importing, "measure", lambda _: next(takes))
    result = CliRunner().invoke(command.main, ["--quick", "--only", "import"])
    assert result.exit_code == 0
    assert "0.31" in result.output


def test_a_quick_run_passes_where_none_fell(measured):
    """A target that is not reached is reported and fails nothing."""
    measured(0.4, before=0.3)
    result = CliRunner().invoke(command.main, ["--quick", "--only", "import"])
    assert result.exit_code == 0
    assert "second send ÷ first" in result.output


def test_only_figures_of_the_same_rows_and_mode_are_compared(measured):
    """A figure of another size is no yardstick."""
    measured(9.0, before=0.3)
    assert CliRunner().invoke(command.main, ["--only", "import"]).exit_code == 0
    other = ["--quick", "--rows", "1000", "--only", "import"]
    assert CliRunner().invoke(command.main, other).exit_code == 0


def test_reports_are_written_and_recorded(measured, tmp_path):
    """The report goes to the file asked for, and `--record` makes it the yardstick."""
    measured(0.25, before=0.3)
    path = tmp_path / "report.json"
    arguments = ["--quick", "--only", "import", "--json", str(path), "--record"]
    assert CliRunner().invoke(command.main, arguments).exit_code == 0
    assert msgspec.json.decode(path.read_bytes(), type=Report).figures == [Figure("again", 0.25)]
    assert command.read_committed(50_000) == [Figure("again", 0.25)]
