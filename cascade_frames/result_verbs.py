"""The verbs on result tables, and on the campaigns that a ledger knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import pandas as pd

from cascade_frames.loading import one_at_a_time
from cascade_frames.options import (
    ExploreOptions,
    ReportOptions,
    TrackOptions,
    completed,
    spelled_out,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cascade_frames.ledger import Ledger
    from cascade_frames.notebook.explorer import Explorer
    from cascade_frames.notebook.still import StillExplorer
    from cascade_frames.planning.mapping import TextLike
    from cascade_frames.reporting.report import Report
    from cascade_frames.settings import Account
    from cascade_frames.trackings import Tracking


@spelled_out(ExploreOptions)
def explore(results: pd.DataFrame, **options: Unpack[ExploreOptions]) -> Explorer | StillExplorer:
    """Explore a result table in a notebook: charts, filters, the rows.

    Args:
        results: a result table.
        outcome, reason, channel: the rows to begin with: one of these; all where left out.
        search: words that stand in any column.
        suffix: the `suffix` of the send, if it had one.
        ui: as in `compose`.

    Returns:
        The explorer; its `selection` is a DataFrame of the rows that are chosen, with the
        table's columns, order and index.

    Raises:
        MappingError: it is no result table, or lacks a column to choose by.
        UsageError: this is no notebook, or `ui` asks for widgets and there is no ipywidgets.
    """
    with one_at_a_time:
        from cascade_frames import assembly
    given = completed(options, ExploreOptions, "explore")
    rows = {name: given[name] for name in ("outcome", "reason", "channel")}
    return assembly.explore(results, rows, given["search"], given["suffix"], given["ui"])


@spelled_out(TrackOptions)
def track(results: pd.DataFrame, **options: Unpack[TrackOptions]) -> pd.DataFrame:
    """Ask what became of the accepted messages of a result table, wait, and return the table.

    What is final is never asked about again, and what a webhook has told needs no question. The
    same call goes on after an interrupt, a timeout or a crash.

    Args:
        results: a result table, or rows of one; it needs the column `messageId`.
        until: `"now"`: ask once about each message that is not final yet. `"final"`: go on, at
            growing intervals, until all are final.
        timeout: how long at most: seconds, `"10min"`, `"2h"` or a timedelta.
        sample: ask about a random sample of this many messages only, and tell what it says of
            all of them; see `estimate`.
        account: whose messages they are; by default what is configured, else the sandbox.
        ledger: as in `send`.
        suffix: that of the send, if it had one; or one of your own, where the table has columns
            of the names that are added.
        ui: how progress shows, as in `send`.
        complete: ask once also about messages that are final, but of which a webhook did not
            tell channel, parts and currency.

    Returns:
        The table's N rows in order, with its index and columns, and `delivery`, `channel` (str),
        `parts` (Int64), `cost` (Float64, in `currency`), `currency` (str), `delivered_at`
        (datetime64[us, UTC]: by the API's clock where a webhook told, else when it was first
        heard); with `sample`, also `sampled` (bool). Where they are there already, they are
        replaced.

    Raises:
        MappingError: it is no result table, or has columns of these names.
        AccountError: the account is configured wrongly, or the messages are another's.
        TrackingHalted: it ended early; its `.results` is the table with what is known.
        LedgerError: the ledger cannot be used.
    """
    with one_at_a_time:
        from cascade_frames import assembly
    return assembly.track(results, options)


@spelled_out(TrackOptions)
def start_tracking(results: pd.DataFrame, **options: Unpack[TrackOptions]) -> Tracking:
    """Begin to ask what became of the messages of a result table; returns at once.

    Takes what `track` takes.

    Returns:
        The live tracking: `pause`, `resume`, `cancel`, `status`, `result(timeout)`; `await` it.

    Raises:
        MappingError, AccountError, LedgerError: as `track`; nothing was asked.
    """
    with one_at_a_time:
        from cascade_frames import assembly
    return assembly.start_tracking(results, options)


def estimate(
    results: pd.DataFrame, *, confidence: float = 0.95, suffix: str | None = None
) -> pd.DataFrame:
    """Estimate from the sample of a tracking how all accepted messages stand.

    Each share has its Wilson score interval (statsmodels' `proportion_confint`). It is not made
    narrower for a sample that is a large part of all messages, so it errs on the wide side; where
    every message was asked about, nothing is estimated and the bounds are the share itself.

    Args:
        results: a result table that was tracked with `sample=`; without the column `sampled`
            every message counts as drawn.
        confidence: of each interval, between 0 and 1.
        suffix: that of the tracking, if it had one.

    Returns:
        One row per delivery (`not_heard` where nothing is known), the most frequent first:
        `sampled` (int64, messages of the sample), `share`, `low`, `high` (float64, of all
        accepted messages), `messages`, `messages_low`, `messages_high` (int64, the same as
        numbers of messages).

    Raises:
        MappingError: the table was not tracked, or has no accepted message.
        UsageError: statsmodels is not installed, or `confidence` is not between 0 and 1.
    """
    with one_at_a_time:
        from cascade_frames.reporting import estimate as estimating
    return estimating.estimate(results, confidence=confidence, suffix=suffix)


def campaigns(
    account: Account | str | None = None, ledger: str | Path | Ledger | None = None
) -> pd.DataFrame:
    """The campaigns that a ledger knows, newest first.

    Args:
        account: an `Account`, or its name as this table has it; all accounts where left out.
        ledger: a path, `sqlite:///path`, `postgresql://…` or an open `Ledger`; by default
            `CASCADE_LEDGER`, else a file in the user's data folder.

    Returns:
        One row per campaign and account: `campaign` (str, missing for sends without one),
        `account` (str), `first_sent_at`, `last_sent_at` (datetime64[us, UTC]), and as int64
        `runs`, `messages` and of these `accepted`, `refused`, `unsent`, `unknown`; of those
        accepted `delivered`, `undelivered` (final, and not delivered) and `pending` (neither, as
        far as the ledger knows).

    Raises:
        UsageError: the ledger knows no such account.
        LedgerError: the ledger cannot be used.
    """
    with one_at_a_time:
        from cascade_frames import recalling
    return recalling.campaigns(account, ledger)


def results(
    campaign: str,
    segment: pd.DataFrame | None = None,
    *,
    id: TextLike | None = None,  # noqa: A002 - the API's name, as in plan
    to_phone: TextLike | None = None,
    region: str = "UA",
    account: Account | str | None = None,
    ledger: str | Path | Ledger | None = None,
    suffix: str | None = None,
) -> pd.DataFrame:
    """The result table of an earlier send, from the ledger; asks nobody.

    Args:
        campaign: the label it was sent under.
        segment: N rows, to which the messages are joined by their tracking ids: by `id` or
            `to_phone` as in the send; by the column `trackinId` where the table has that, as a
            result table does; else by the columns of the API's names.
        id, to_phone, region: as in the send.
        account: an `Account`, or its name as `campaigns` has it. By default the configured one,
            or whichever the ledger has the campaign of, where that is one only.
        ledger: as in `campaigns`.
        suffix: added to the names of the result's columns, where the segment has such columns.

    Returns:
        Without a segment one row per message, else the segment's N rows in order, with its index
        and columns; and the columns of `send`'s result, and those of `track`'s where the ledger
        knows what became of any message. Rows that the campaign never had are `unsent`, reason
        `not_registered`. `.attrs` are as of a send, so that `.cascade.track()` goes on from here.
        The columns of a result table are replaced by what is known now.

    Raises:
        UsageError: the ledger knows no such campaign, or has it of several accounts.
        MappingError: the arguments do not fit the segment.
        LedgerError: the ledger cannot be used.
    """
    with one_at_a_time:
        from cascade_frames import recalling
    how = recalling.Joining(id, to_phone, region, suffix)
    return recalling.results(campaign, segment, how, account, ledger)


@spelled_out(ReportOptions)
def report(
    results: pd.DataFrame, by: str | Sequence[str] = (), **options: Unpack[ReportOptions]
) -> Report:
    """What came of a send: funnel, channels, segments, time, cost, savings, failures.

    Args:
        results: a result table; tracked, or the report ends at what was accepted.
        by: columns of the segment to report by, each in a table of its own.
        suffix: the `suffix` of the send, if it had one.
        sms_cost: what a message costs by SMS, to tell the savings against SMS only: a number, or
            one for each currency. By default the mean cost of those that SMS delivered.
        tz: the time zone of the timeline, such as `"Europe/Kyiv"`.
        every: the timeline's interval: `"1s"`, `"5s"`, `"15s"`, `"1min"`, `"5min"`, `"15min"`,
            `"1h"` or `"1D"`; chosen where left out.
        most: how many values of a column have a row of their own; the others are one row.

    Returns:
        The report. A notebook shows it as a page; `to_html`, `to_excel` and `to_frame` give it
        away. docs/report.md defines every number.

    Raises:
        MappingError: it is no result table, or lacks a column of `by`.
        UsageError: another argument is wrong.
    """
    with one_at_a_time:
        from cascade_frames.reporting.report import make_report
    return make_report(results, by, **completed(options, ReportOptions, "report", "by"))
