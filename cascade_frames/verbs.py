"""The verbs, from plan to report. What they do is put together in `assembly`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack, overload

import pandas as pd

from cascade_frames.loading import one_at_a_time
from cascade_frames.options import (
    ComposeOptions,
    PlanOptions,
    SendOptions,
    TrackOptions,
    spelled_out,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from cascade_frames.ledger import Ledger
    from cascade_frames.notebook.composer import Composer
    from cascade_frames.notebook.explorer import Explorer
    from cascade_frames.notebook.still import StillExplorer, StillPanel
    from cascade_frames.planning.mapping import TextLike
    from cascade_frames.planning.plan import PanelLook, Plan
    from cascade_frames.reporting.report import Report
    from cascade_frames.reporting.timeline import Interval
    from cascade_frames.runs import Run
    from cascade_frames.sending.client import AsyncClient, Client
    from cascade_frames.settings import Account
    from cascade_frames.trackings import Tracking


@spelled_out(PlanOptions)
def plan(segment: pd.DataFrame, **options: Unpack[PlanOptions]) -> Plan:
    """Plan a send: map the segment to messages, check every row, send nothing.

    A string argument is a template: `"{column}"` places a column's value (format specs as in
    `"{amount:.2f}"`, `{{` for a brace; `{link:short_url}` becomes a link the API shortens). A
    string without braces is a constant, as is anything else but a `pd.col` expression or a
    Series. An argument left out falls back to the column of the API's name (`toPhone`, …).

    Args:
        segment: N rows, any index.
        campaign: the label under which messages are sent and found again. Where `id` is left
            out, ids are derived from it and the recipient, so that one campaign reaches a
            person once.
        id: your tracking id, unique, up to 254 letters, digits and `- _ . :`.
        to_phone: the phone, in any usual spelling.
        from_name: the sender people see.
        message_type: `"transaction"`, `"promo"`, `"viber_survey"` or `"flashcall"`.
        text: the text.
        ttl: how long to try: seconds, `"2d"`, `"12h"` or a timedelta.
        scheduled_sent: when to send: a tz-aware datetime or ISO 8601 with an offset, up to 30
            days ahead.
        survey_options: 2 to 5 options of a survey: a list, or a column of lists.
        extra: other fields of the API, by its names (`{"viberMessage": {...}}`), passed
            through untouched.
        account: where to and with whose keys; by default what is configured, else the sandbox.
        ledger: a path, `sqlite:///path` or an open `Ledger`; by default `CASCADE_LEDGER`, else
            a file in the user's data folder.
        route: `"standard"` (all channels in turn) or `"telegram_viber"` (those first).
        region: the country of phones that do not name one.
        schema: a pandera model or schema of yours for the segment, checked first.
        on_invalid: `"raise"` (one bad row stops everything) or `"drop"` (the others are sent).
        opt_out: phones to hold back: a list, a Series, or a table with a column `phone`.
        control: a share of the people, from 0 up to but not including 1, to hold back at random
            as a control group: the same people each time the campaign is sent.
        control_key: the name the control group is drawn by, in place of the campaign's: campaigns
            with the same name hold back the same people.
        batch_size: messages a request, 1 to 1000.

    Returns:
        The plan. Show it; then `plan.send()`.

    Raises:
        MappingError: the call does not fit the segment.
        InvalidRecipients: rows cannot be sent, and `on_invalid` is `"raise"`.
        AccountError: the account is configured wrongly.
        LedgerError: the ledger cannot be opened.
    """
    with one_at_a_time:
        from cascade_frames import assembly
    return assembly.plan(segment, options)


@spelled_out(PlanOptions)
def validate(segment: pd.DataFrame, **options: Unpack[PlanOptions]) -> pd.DataFrame:
    """Check a segment and return its message table.

    Takes what `plan` takes.

    Returns:
        One row per message with the segment's index; columns by the API's names: `id`,
        `fromName`, `toPhone`, `messageType`, `text` (str), `ttl` (Int64, seconds),
        `scheduledSent` (datetime64[us, UTC]), `surveyOptions` (object).

    Raises:
        InvalidRecipients: rows cannot be sent, and `on_invalid` is `"raise"`.
        MappingError: the call does not fit the segment.
    """
    with one_at_a_time:
        from cascade_frames import assembly
    return assembly.validate(segment, options)


@spelled_out(SendOptions)
def send(segment: pd.DataFrame, **options: Unpack[SendOptions]) -> pd.DataFrame:
    """Plan, send, wait, and return the result table.

    Takes what `plan` takes, and:

    Args:
        segment: N rows, any index.
        confirm: for a live account and more messages than its `confirm_above`, their exact
            number.
        guarantee: `"at_most_once"`; or `"at_least_once"`, which repeats requests whose answer
            was lost and can message people twice.
        suffix: added to the names of the result's columns, where the segment has such columns.
        ui: how progress shows: `"widgets"` or `"html"` in a notebook, `"text"` (a bar on a
            terminal, lines elsewhere), `"none"`; `"auto"` is the best of them here.

    Returns:
        The segment's N rows in order, with its index and columns, and `trackinId`,
        `messageId`, `outcome`, `reason`, `detail` (str), `batch` (Int64), `attempts` (int64),
        `sent_at` (datetime64[us, UTC]). `.attrs` names gateway, account, campaign, run and plan.

    Raises:
        MappingError, InvalidRecipients, AccountError: as `plan`; nothing was sent.
        ConfirmationRequired: see `confirm`; nothing was sent.
        RunBusy: another kernel is sending some of the same messages; nothing was sent.
        RunHalted: the run ended early; its `.results` is the result table.
        LedgerError: the ledger cannot be used; nothing was sent.
    """
    with one_at_a_time:
        from cascade_frames import assembly
    return assembly.send(segment, options)


@spelled_out(SendOptions)
def start(segment: pd.DataFrame, **options: Unpack[SendOptions]) -> Run:
    """Plan, and begin to send; returns once the segment is checked.

    Takes what `send` takes.

    Returns:
        The live run: `pause`, `resume`, `cancel`, `status`, `result(timeout)`; `await` it.

    Raises:
        MappingError, InvalidRecipients, AccountError, ConfirmationRequired, RunBusy,
        LedgerError: as `send`; nothing was sent.
    """
    with one_at_a_time:
        from cascade_frames import assembly
    return assembly.start(segment, options)


@spelled_out(ComposeOptions)
def compose(segment: pd.DataFrame, **options: Unpack[ComposeOptions]) -> Composer | StillPanel:
    """Compose a send in a notebook: pick columns, write the text, look, check, send.

    Takes what `plan` takes, to begin with, and:

    Args:
        segment: N rows, any index.
        ui: `"widgets"`; `"html"` has no controls; `"auto"` is widgets where a person has the
            notebook open and ipywidgets is installed.

    Returns:
        The composer; its `plan` and `run` are what came of it.

    Raises:
        UsageError: this is no notebook, or `ui` asks for widgets and there is no ipywidgets.
        MappingError: the segment is no table, or has no rows.
    """
    with one_at_a_time:
        from cascade_frames import assembly
    return assembly.compose(segment, options)


def explore(
    results: pd.DataFrame,
    *,
    outcome: str | Sequence[str] = (),
    reason: str | Sequence[str] = (),
    channel: str | Sequence[str] = (),
    search: str = "",
    suffix: str | None = None,
    ui: PanelLook = "auto",
) -> Explorer | StillExplorer:
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
    rows = {"outcome": outcome, "reason": reason, "channel": channel}
    return assembly.explore(results, rows, search, suffix, ui)


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


def report(
    results: pd.DataFrame,
    by: str | Sequence[str] = (),
    *,
    suffix: str | None = None,
    sms_cost: float | Mapping[str, float] | None = None,
    tz: str | tzinfo = "UTC",
    every: Interval | None = None,
    most: int = 20,
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
    return make_report(results, by, suffix=suffix, sms_cost=sms_cost, tz=tz, every=every, most=most)


@overload
def connect(account: Account | None = None, *, asynchronous: Literal[False] = False) -> Client: ...
@overload
def connect(account: Account | None = None, *, asynchronous: Literal[True]) -> AsyncClient: ...
def connect(account: Account | None = None, *, asynchronous: bool = False) -> Client | AsyncClient:
    """The plain client: one request, one answer, no plan and no ledger.

    Args:
        account: where to and with whose keys; by default what is configured, else the sandbox.
        asynchronous: return an `AsyncClient`, for use within an event loop.

    Raises:
        AccountError: the account is configured wrongly.
    """
    with one_at_a_time:
        from cascade_frames import assembly
    return assembly.connect(account, asynchronous=asynchronous)
