"""Where the stages are put together: what the verbs do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from cascade_frames.deferred import DeferredSender, load_sender
from cascade_frames.errors import AccountError, MappingError
from cascade_frames.joining.join import result_columns
from cascade_frames.ledger import open_ledger
from cascade_frames.loading import one_at_a_time
from cascade_frames.options import (
    ComposeOptions,
    PlanOptions,
    SendOptions,
    TrackOptions,
    refuse_unknown,
)
from cascade_frames.planning.mapping import MessageMapping
from cascade_frames.planning.plan import Conduct, PanelLook, Plan
from cascade_frames.planning.planner import (
    PlanRequest,
    check_table,
    make_plan,
    read_route,
)
from cascade_frames.settings import Account, find_account

if TYPE_CHECKING:
    from cascade_frames.notebook.composer import Composer
    from cascade_frames.notebook.explorer import Explorer
    from cascade_frames.notebook.still import StillExplorer, StillPanel
    from cascade_frames.runs import Run
    from cascade_frames.sending.client import AsyncClient, Client
    from cascade_frames.trackings import Tracking

_MAPPING = frozenset(field.name for field in fields(MessageMapping))
_REQUEST = frozenset(field.name for field in fields(PlanRequest)) - {"mapping", "account", "route"}
_SENDING = frozenset({"confirm", "guarantee", "suffix", "ui"})


def plan(segment: pd.DataFrame, options: PlanOptions, *, sends: bool = False) -> Plan:
    """See `verbs.plan`; `sends` says that the plan is to be sent as soon as it is made."""
    refuse_unknown(options, PlanOptions, "plan")
    check_table(segment)
    given: dict[str, Any] = dict(options)
    configured = _given_account(options.get("account")) or find_account()
    account = configured or _sandbox_account()
    if sends:
        load_sender(account)
    request = PlanRequest(
        MessageMapping(**{name: given[name] for name in _MAPPING & given.keys()}),
        account,
        route=read_route(options.get("route", "standard")),
        **{name: given[name] for name in _REQUEST & given.keys()},
    )
    ledger = open_ledger(options.get("ledger"), account.gateway)
    sender = DeferredSender(ledger, _notice() if configured is None else None)
    return make_plan(segment, request, ledger, datetime.now(UTC), sender)


def validate(segment: pd.DataFrame, options: PlanOptions) -> pd.DataFrame:
    """See `verbs.validate`."""
    refuse_unknown(options, PlanOptions, "validate")
    made = plan(segment, options)
    return made.messages.set_axis(segment.index[made.rows])


def send(segment: pd.DataFrame, options: SendOptions) -> pd.DataFrame:
    """See `verbs.send`."""
    refuse_unknown(options, SendOptions, "send")
    return _begun(segment, options, waits=True).result_or_stop()


def start(segment: pd.DataFrame, options: SendOptions) -> Run:
    """See `verbs.start`."""
    refuse_unknown(options, SendOptions, "start")
    return _begun(segment, options, waits=False)


def compose(segment: pd.DataFrame, options: ComposeOptions) -> Composer | StillPanel:
    """See `verbs.compose`."""
    refuse_unknown(options, ComposeOptions, "compose")
    check_table(segment)
    with one_at_a_time:
        from cascade_frames.notebook.views import open_composer
    given: dict[str, Any] = dict(options)
    ui = given.pop("ui", "auto")
    return open_composer(segment, _plan_of, given, ui)


def explore(
    results: pd.DataFrame,
    rows: Mapping[str, str | Sequence[str]],
    search: str,
    suffix: str | None,
    ui: PanelLook,
) -> Explorer | StillExplorer:
    """See `result_verbs.explore`."""
    with one_at_a_time:
        from cascade_frames.joining.choosing import Choice
        from cascade_frames.notebook.views import open_explorer
    choice = Choice(**{name: _several(values) for name, values in rows.items()}, search=search)
    return open_explorer(results, choice, suffix or "", ui)


def _plan_of(segment: pd.DataFrame, **options: Unpack[PlanOptions]) -> Plan:
    return plan(segment, options)


def _several(values: str | Sequence[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def track(results: pd.DataFrame, options: TrackOptions) -> pd.DataFrame:
    """See `result_verbs.track`."""
    refuse_unknown(options, TrackOptions, "track")
    return _follow(results, options, waits=True).result_or_stop()


def start_tracking(results: pd.DataFrame, options: TrackOptions) -> Tracking:
    """See `result_verbs.start_tracking`."""
    refuse_unknown(options, TrackOptions, "start_tracking")
    return _follow(results, options, waits=False)


def _follow(results: pd.DataFrame, options: TrackOptions, *, waits: bool) -> Tracking:
    with one_at_a_time:
        from cascade_frames.following import Manner, check_account, follow
    if not isinstance(results, pd.DataFrame):
        raise MappingError(f"results: a {type(results).__name__}, not a pandas DataFrame.")
    given: dict[str, Any] = dict(options)
    account = _given_account(given.pop("account", None)) or find_account()
    if account is None:
        account = _sandbox_account(says="gateway" not in results.attrs)
    check_account(results, account)
    ledger = open_ledger(given.pop("ledger", None), account.gateway)
    return follow(results, account, ledger, Manner(**given), waits=waits)


def connect(account: Account | None, *, asynchronous: bool) -> Client | AsyncClient:
    """See `verbs.connect`."""
    with one_at_a_time:
        from cascade_frames.sending.client import AsyncClient, Client
    chosen = _given_account(account) or find_account()
    if chosen is None:
        chosen = _sandbox_account(says=True)
    return AsyncClient(chosen) if asynchronous else Client(chosen)


def _sandbox_account(*, says: bool = False) -> Account:
    with one_at_a_time:
        from cascade_frames.home import default_sandbox
    if says:
        with one_at_a_time:
            from cascade_frames.sender import say
        say(_notice())
    return default_sandbox().account


def _notice() -> str:
    with one_at_a_time:
        from cascade_frames.home import NOTICE
    return NOTICE


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


def _begun(segment: pd.DataFrame, options: SendOptions, *, waits: bool) -> Run:
    """The run of a plan that nobody else holds: it lets go of what it needs no more."""
    given: Any = dict(options)
    how = {name: given.pop(name) for name in _SENDING & given.keys()}
    check_table(segment)
    result_columns(segment, how.get("suffix"))
    made = plan(segment, given, sends=True)
    return made.sender.start(made, Conduct(**how, waits=waits))
