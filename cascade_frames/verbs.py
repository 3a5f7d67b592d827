"""The verbs on a segment, from plan to send. What they do is put together in `assembly`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Unpack, overload

import pandas as pd

from cascade_frames.loading import one_at_a_time
from cascade_frames.options import ComposeOptions, PlanOptions, SendOptions, spelled_out

if TYPE_CHECKING:
    from cascade_frames.notebook.composer import Composer
    from cascade_frames.notebook.still import StillPanel
    from cascade_frames.planning.plan import Plan
    from cascade_frames.runs import Run
    from cascade_frames.sending.client import AsyncClient, Client
    from cascade_frames.settings import Account


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
