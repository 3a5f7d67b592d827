"""The verbs: plan, validate, send, connect. Here the stages are put together."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import pandas as pd

from cascade_frames.errors import AccountError
from cascade_frames.home import NOTICE, default_sandbox
from cascade_frames.ledger import open_ledger
from cascade_frames.notebook.views import open_composer, open_explorer
from cascade_frames.options import (
    ComposeOptions,
    PlanOptions,
    SendOptions,
    refuse_unknown,
    spelled_out,
)
from cascade_frames.planning.mapping import MessageMapping
from cascade_frames.planning.plan import PanelLook, Plan
from cascade_frames.planning.planner import (
    PlanRequest,
    check_table,
    make_plan,
    read_route,
)
from cascade_frames.results.choosing import Choice
from cascade_frames.results.join import result_columns
from cascade_frames.runs import Run
from cascade_frames.sender import PlanSender, say
from cascade_frames.sending.client import AsyncClient, Client
from cascade_frames.settings import Account, find_account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cascade_frames.notebook.composer import Composer
    from cascade_frames.notebook.explorer import Explorer
    from cascade_frames.notebook.still import StillExplorer, StillPanel

_MAPPING = frozenset(field.name for field in fields(MessageMapping))
_REQUEST = frozenset(field.name for field in fields(PlanRequest)) - {"mapping", "account", "route"}
_SENDING = frozenset({"confirm", "guarantee", "suffix", "ui"})


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
        batch_size: messages a request, 1 to 1000.

    Returns:
        The plan. Show it; then `plan.send()`.

    Raises:
        MappingError: the call does not fit the segment.
        InvalidRecipients: rows cannot be sent, and `on_invalid` is `"raise"`.
        AccountError: the account is configured wrongly.
        LedgerError: the ledger cannot be opened.
    """
    refuse_unknown(options, PlanOptions, "plan")
    check_table(segment)
    given: dict[str, Any] = dict(options)
    configured = _given_account(options.get("account")) or find_account()
    account = configured or default_sandbox().account
    request = PlanRequest(
        MessageMapping(**{name: given[name] for name in _MAPPING & given.keys()}),
        account,
        route=read_route(options.get("route", "standard")),
        **{name: given[name] for name in _REQUEST & given.keys()},
    )
    ledger = open_ledger(options.get("ledger"), account.gateway)
    sender = PlanSender(ledger, NOTICE if configured is None else None)
    return make_plan(segment, request, ledger, datetime.now(UTC), sender)


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
    refuse_unknown(options, PlanOptions, "validate")
    made = plan(segment, **options)
    return made.messages.set_axis(segment.index[made.rows])


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
    refuse_unknown(options, SendOptions, "send")
    made, how = _planned(segment, options)
    return made.send(**how)


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
    refuse_unknown(options, SendOptions, "start")
    made, how = _planned(segment, options)
    return made.start(**how)


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
    refuse_unknown(options, ComposeOptions, "compose")
    check_table(segment)
    given: dict[str, Any] = dict(options)
    ui = given.pop("ui", "auto")
    return open_composer(segment, plan, given, ui)


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
    choice = Choice(_several(outcome), _several(reason), _several(channel), search)
    return open_explorer(results, choice, suffix or "", ui)


def _several(values: str | Sequence[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


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
    chosen = _given_account(account) or find_account()
    if chosen is None:
        say(NOTICE)
        chosen = default_sandbox().account
    return AsyncClient(chosen) if asynchronous else Client(chosen)


def _given_account(account: object) -> Account | None:
    """The account that was passed, if it is one.

    Raises:
        AccountError: it is something else, such as a profile's name.
    """
    if account is None or isinstance(account, Account):
        return account
    raise AccountError(
        f"account: a {type(account).__name__} was given. Pass cf.Account(api_key=…), or name a "
        "profile in CASCADE_PROFILE and leave account out."
    )


def _planned(segment: pd.DataFrame, options: SendOptions) -> tuple[Plan, dict[str, Any]]:
    """The plan, and what is left of the options: how to carry it out."""
    given: dict[str, Any] = dict(options)
    how = {name: given.pop(name) for name in _SENDING & given.keys()}
    check_table(segment)
    result_columns(segment, how.get("suffix"))
    return plan(segment, **given), how
