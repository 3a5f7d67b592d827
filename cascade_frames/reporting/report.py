"""The report of a result table: every number as a table, and all of them as one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cascade_frames.errors import UsageError
from cascade_frames.loading import one_at_a_time
from cascade_frames.reporting.facts import read_facts, sent_suffix
from cascade_frames.reporting.figures import Figures, make_figures
from cascade_frames.reporting.plots import Plots
from cascade_frames.reporting.report_excel import write_report
from cascade_frames.reporting.report_html import report_html, report_page
from cascade_frames.reporting.report_text import report_text
from cascade_frames.reporting.summary import headlines, notes
from cascade_frames.reporting.tidy import long_table

if TYPE_CHECKING:
    from datetime import tzinfo

    import pandas as pd

    from cascade_frames.reporting.answers import Missing
    from cascade_frames.reporting.lift import Lift
    from cascade_frames.reporting.savings import SmsCost
    from cascade_frames.reporting.timeline import Interval

_MOST: Final = 20


@dataclass(frozen=True, repr=False, eq=False)
class Report:
    """What came of a send, in numbers; made by `results.cascade.report()`.

    A notebook shows it as a page, `print` as text. Each table is a plain DataFrame that a groupby
    repeats; docs/report.md says which.

    Attributes:
        results: the table it is made of.
        suffix: of that table's columns.
        figures: the tables.
        notes: what is pending, missing or left out.
    """

    results: pd.DataFrame
    suffix: str
    figures: Figures
    notes: tuple[str, ...] = field(default=())

    @property
    def funnel(self) -> pd.DataFrame:
        """Rows by stage: `stage`, `rows`, `fell_out`, `share`, `share_of_previous`."""
        return self.figures.funnel.copy()

    @property
    def fell_out(self) -> pd.DataFrame:
        """What became of the others: `stage` (not reached), `fate`, `rows`, `share`."""
        return self.figures.fell_out.copy()

    @property
    def channels(self) -> pd.DataFrame:
        """Delivered messages by channel: `channel`, `delivered`, `share`, `parts`, costs."""
        return self.figures.channels.copy()

    @property
    def segments(self) -> dict[str, pd.DataFrame]:
        """A table for each column of `by`: `value`, `rows`, `accepted`, `delivered`, costs."""
        return {name: table.copy() for name, table in self.figures.segments.items()}

    @property
    def timeline(self) -> pd.DataFrame:
        """Messages over time: `start`, `accepted`, `delivered`."""
        return self.figures.timeline.copy()

    @property
    def costs(self) -> pd.DataFrame:
        """Cost by currency: `currency`, `delivered`, `parts`, `cost`, `cost_per_delivered`."""
        return self.figures.costs.copy()

    @property
    def savings(self) -> pd.DataFrame:
        """Against SMS only, by currency: `sms_cost`, `basis`, `sms_only`, `cost`, `saved`."""
        return self.figures.savings.copy()

    @property
    def failures(self) -> pd.DataFrame:
        """Why rows were not delivered: `fate`, `reason`, `rows`, `meaning`, `what_to_do`."""
        return self.figures.failures.copy()

    @property
    def estimate(self) -> pd.DataFrame:
        """Where a sample was asked about: `delivery`, `sampled`, `share`, `low`, `high`."""
        return self.figures.estimate.copy()

    @property
    def plot(self) -> Plots:
        """Pictures of the same results."""
        return Plots(self.results, self.suffix)

    def __repr__(self) -> str:
        """The report in plain text; counts, and never a phone or a text."""
        title = " ".join(_title(self.results))
        return report_text(title, headlines(self.figures), self.notes, self.figures)

    def _repr_html_(self) -> str:
        return report_html(_title(self.results), headlines(self.figures), self.notes, self.figures)

    def to_frame(self, name: str | None = None) -> pd.DataFrame:
        """The numbers as a table.

        Args:
            name: a table of the report, such as `"channels"`, or a column of `by`; all of them
                where left out.

        Returns:
            That table; or one row per number: `table`, `by`, `value`, `currency`, `measure`
            (str), `number` (float64).

        Raises:
            UsageError: there is no such table.
        """
        if name is None:
            return long_table(self.figures)
        tables = {**self.figures.segments, **self.figures.named()}
        if name not in tables:
            raise UsageError(f"The report has no table {name!r}. It has {', '.join(tables)}.")
        return tables[name].copy()

    def lift(
        self,
        column: str,
        *,
        confidence: float = 0.95,
        power: float = 0.8,
        missing: Missing = "raise",
    ) -> Lift:
        """How much more often people did something where they were meant to be messaged.

        Args:
            column: what happened, joined to the results since the send: True and False or 1 and
                0; the send had `control=`.
            confidence: of the interval, from 0.5 up to but not including 1.
            power: the chance with which a difference should be shown, in the same bounds.
            missing: `"raise"`, or `"not_converted"` where a missing value means that it did not
                happen.

        Returns:
            Both rates, their difference with its interval, and the rows it takes to show it.

        Raises:
            MappingError: nobody is in one of the groups, the column holds something else, or a
                merge has doubled rows.
            UsageError: statsmodels is not installed.
        """
        with one_at_a_time:
            from cascade_frames.reporting.lift import lift
        return lift(
            self.results,
            column,
            confidence=confidence,
            power=power,
            missing=missing,
            suffix=sent_suffix(self.results, self.suffix),
        )

    def to_html(self, path: str | Path | None = None) -> str:
        """The report as a page that needs no network, light or dark as the reader's system is.

        Args:
            path: a file to write it to.

        Returns:
            The page.

        Raises:
            UsageError: the file cannot be written.
        """
        page = report_page(" ".join(_title(self.results)), self._repr_html_())
        if path is not None:
            try:
                Path(path).write_text(page, "utf-8")
            except OSError as error:
                raise UsageError(f"{path} cannot be written ({error.strerror}).") from None
        return page

    def to_excel(self, path: str | Path) -> None:
        """Write the report as an Excel file, a sheet for each table; no text is a formula.

        Raises:
            MappingError: the name does not end in .xlsx, the file cannot be written, or the
                packages for Excel are missing.
        """
        title = " ".join(_title(self.results))
        write_report(path, title, headlines(self.figures), self.notes, self.figures)


def make_report(
    results: pd.DataFrame,
    by: str | Sequence[str] = (),
    *,
    suffix: str | None = None,
    sms_cost: SmsCost | None = None,
    tz: str | tzinfo = "UTC",
    every: Interval | None = None,
    most: int = _MOST,
) -> Report:
    """See `result_verbs.report`."""
    facts = read_facts(results, suffix)
    columns = (by,) if isinstance(by, str) else tuple(dict.fromkeys(by))
    figures = make_figures(facts, columns, sms_cost, tz, every, most)
    return Report(results.copy(deep=False), facts.suffix, figures, notes(facts, figures))


def _title(results: pd.DataFrame) -> tuple[str, str]:
    """The campaign, and the gateway where it is not the live one."""
    about: dict[Any, Any] = results.attrs
    campaign, gateway = about.get("campaign"), about.get("gateway")
    beside = "sent to the sandbox" if gateway == "sandbox" else ""
    return f"Report: {campaign}" if campaign else "Report", beside
