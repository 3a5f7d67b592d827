"""The command line of the benchmarks: `python -m benchmarks`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Final

import click
import msgspec

from benchmarks.figures import Figure, Report, fallen, machine, versions
from benchmarks.measures import encoding, growth, held, importing, sending, showing, validation
from benchmarks.setting import Mode, Setting, open_setting
from benchmarks.table import as_markdown, as_text, put_into
from benchmarks.targets import TARGETS

GROUPS: Final[dict[str, ModuleType]] = {
    "sending": sending,
    "encoding": encoding,
    "validation": validation,
    "held": held,
    "growth": growth,
    "import": importing,
    "showing": showing,
}
COMMITTED: Final = Path(__file__).with_name("figures.json")
_QUICK_ROWS: Final = 50_000
_ROWS: Final = 1_000_000
_TAKES_MORE: Final = 2


@click.command()
@click.option("--quick", is_flag=True, help="50,000 rows, two minutes; fails where a ratio fell.")
@click.option("--full", is_flag=True, help="Growth up to 10 million rows.")
@click.option("--rows", type=click.IntRange(1000), help="Rows of the frame; a million at first.")
@click.option("--repeats", type=click.IntRange(1), default=3, help="Runs of each; medians count.")
@click.option("--only", multiple=True, help="One group or figure; may be given several times.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the report.")
@click.option("--plot", "plot_file", type=click.Path(path_type=Path), help="Draw: .svg or .png.")
@click.option("--markdown", is_flag=True, help="Print the table in markdown.")
@click.option("--page", type=click.Path(path_type=Path, exists=True), help="Put it into a page.")
@click.option("--record", is_flag=True, help="Make these the committed figures.")
def main(
    quick: bool,
    full: bool,
    rows: int | None,
    repeats: int,
    only: tuple[str, ...],
    json_file: Path | None,
    plot_file: Path | None,
    markdown: bool,
    page: Path | None,
    record: bool,
) -> None:
    """Time the whole send, and its stages, beside what people write by hand."""
    if quick and full:
        raise click.UsageError("--quick or --full, not both.")
    mode: Mode = "quick" if quick else "full" if full else "standard"
    size = rows or (_QUICK_ROWS if quick else _ROWS)
    with open_setting(size, repeats, mode, lambda words: click.echo(f"· {words}", err=True)) as at:
        committed = read_committed(size) if quick and not record else []
        figures, worse = take_in_doubt_again(at, _groups(only), committed)
        report = Report(size, repeats, mode, _command(), machine(), versions(), figures, at.notes)
    click.echo(as_markdown(report) if markdown else as_text(report))
    _write(report, json_file, plot_file, page, record)
    if worse:
        click.echo(f"Fallen by more than a third: {', '.join(worse)}.", err=True)
        sys.exit(1)


def take_in_doubt_again(
    setting: Setting, groups: list[str], committed: list[Figure]
) -> tuple[list[Figure], list[str]]:
    """The figures, and the names of those that stay fallen however often they are taken."""
    figures = take(setting, groups)
    for _ in range(_TAKES_MORE):
        worse = fallen(figures, committed)
        if not worse:
            break
        setting.say(f"again, in case of noise: {', '.join(worse)}")
        figures = better_of(figures, take(setting, _groups(worse)))
    return figures, fallen(figures, committed)


def take(setting: Setting, groups: list[str]) -> list[Figure]:
    """Measure the groups; figures in the order of the targets."""
    figures = [figure for group in groups for figure in GROUPS[group].measure(setting)]
    return sorted(figures, key=lambda figure: list(TARGETS).index(figure.name))


def better_of(first: list[Figure], second: list[Figure]) -> list[Figure]:
    """The figures, of each the better where it was taken twice."""
    again = {figure.name: figure for figure in second}
    return [_better(figure, again.get(figure.name, figure)) for figure in first]


def _better(one: Figure, other: Figure) -> Figure:
    choose = max if one.target.better == "higher" else min
    return choose(one, other, key=lambda figure: figure.value)


def read_committed(rows: int) -> list[Figure]:
    """The committed figures of the quick form at this size; none where there are none."""
    if not COMMITTED.exists():
        return []
    reports = msgspec.json.decode(COMMITTED.read_bytes(), type=dict[str, Report])
    report = reports.get("quick")
    return report.figures if report and report.rows == rows else []


def _groups(names: tuple[str, ...] | list[str]) -> list[str]:
    """The groups named, or those of the figures named; all where none is."""
    chosen = [
        group
        for group, module in GROUPS.items()
        if not names or group in names or set(module.FIGURES) & set(names)
    ]
    unknown = set(names) - set(GROUPS) - set(TARGETS)
    if unknown:
        known = ", ".join([*GROUPS, *TARGETS])
        raise click.UsageError(f"--only {', '.join(sorted(unknown))}: choose of {known}.")
    return chosen


def _write(
    report: Report, json_file: Path | None, plot_file: Path | None, page: Path | None, record: bool
) -> None:
    if json_file:
        json_file.write_bytes(_pretty(report))
    if plot_file:
        from benchmarks.plot import draw

        draw(report, plot_file)
    if page:
        page.write_text(put_into(page.read_text("utf-8"), report), "utf-8")
    if record:
        kept = msgspec.json.decode(COMMITTED.read_bytes()) if COMMITTED.exists() else {}
        COMMITTED.write_bytes(_pretty(kept | {report.mode: report}))


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _command() -> str:
    return " ".join(["python -m benchmarks", *sys.argv[1:]])


if __name__ == "__main__":
    main()
