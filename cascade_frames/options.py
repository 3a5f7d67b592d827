"""The keyword arguments of the verbs, written once for functions, accessor and checker."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar

import pandas as pd

from cascade_frames.errors import MappingError

if TYPE_CHECKING:
    from cascade_frames.ledger import Ledger
    from cascade_frames.planning.mapping import OptionsLike, ScheduleLike, TextLike, TtlLike
    from cascade_frames.planning.plan import Guarantee, OnInvalid, PanelLook, UserInterface
    from cascade_frames.reporting.timeline import Interval
    from cascade_frames.settings import Account

_Verb = TypeVar("_Verb", bound=Callable[..., Any])
Until = Literal["now", "final"]


class PlanOptions(TypedDict, total=False):
    """What `plan` and `validate` take."""

    campaign: str | None
    id: TextLike | None
    to_phone: TextLike | None
    from_name: TextLike | None
    message_type: TextLike | None
    text: TextLike | None
    ttl: TtlLike | None
    scheduled_sent: ScheduleLike | None
    survey_options: OptionsLike | None
    extra: Mapping[str, Any] | None
    account: Account | None
    ledger: str | Path | Ledger | None
    route: str
    region: str
    schema: Any
    on_invalid: OnInvalid
    opt_out: Iterable[object] | pd.DataFrame | None
    control: float | None
    control_key: str | None
    batch_size: int


class ComposeOptions(PlanOptions, total=False):
    """What `compose` takes: the plan's, and how to show it."""

    ui: PanelLook


class SendOptions(PlanOptions, total=False):
    """What `send` takes: the plan's, and how to carry it out."""

    confirm: int | None
    guarantee: Guarantee
    suffix: str | None
    ui: UserInterface


class TrackOptions(TypedDict, total=False):
    """What `track` and `start_tracking` take."""

    until: Until
    timeout: str | float | timedelta | None
    sample: int | None
    account: Account | None
    ledger: str | Path | Ledger | None
    suffix: str | None
    ui: UserInterface
    complete: bool


class ExploreOptions(TypedDict, total=False):
    """What `explore` takes."""

    outcome: str | Sequence[str]
    reason: str | Sequence[str]
    channel: str | Sequence[str]
    search: str
    suffix: str | None
    ui: PanelLook


class ReportOptions(TypedDict, total=False):
    """What `report` takes, beside the columns to report by."""

    suffix: str | None
    sms_cost: float | Mapping[str, float] | None
    tz: str | tzinfo
    every: Interval | None
    most: int


# Of all verbs; an option that is not here is None where it is left out.
DEFAULTS: Mapping[str, Any] = {
    "route": "standard",
    "region": "UA",
    "on_invalid": "raise",
    "batch_size": 1000,
    "guarantee": "at_most_once",
    "ui": "auto",
    "until": "now",
    "complete": False,
    "outcome": (),
    "reason": (),
    "channel": (),
    "search": "",
    "tz": "UTC",
    "most": 20,
}


def refuse_unknown(options: Mapping[str, object], kind: type, verb: str, *beside: str) -> None:
    """Refuse an argument that the verb does not take, naming the nearest one.

    Args:
        options: what was passed.
        kind: what it takes.
        verb: its name.
        beside: the names of arguments that it takes besides.

    Raises:
        MappingError: there is one.
    """
    known = [*beside, *kind.__annotations__]
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"It takes {', '.join(known)}."
            raise MappingError(f"{verb} has no argument {name!r}. {hint}")


def completed(options: Mapping[str, object], kind: type, verb: str, *beside: str) -> dict[str, Any]:
    """All options of a verb, with the defaults of those that were left out.

    Raises:
        MappingError: there is an argument that it does not take; see `refuse_unknown`.
    """
    refuse_unknown(options, kind, verb, *beside)
    return {name: DEFAULTS.get(name) for name in kind.__annotations__} | dict(options)


def spelled_out(kind: type) -> Callable[[_Verb], _Verb]:
    """Give a verb that takes `**options` a signature with every option, for notebooks to show.

    Args:
        kind: what the verb takes; the signature has its names and types, and `DEFAULTS`.
    """

    def spell(verb: _Verb) -> _Verb:
        plain = inspect.signature(verb)
        positional = [one for one in plain.parameters.values() if one.kind is not one.VAR_KEYWORD]
        options = [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=DEFAULTS.get(name),
                annotation=getattr(written, "__forward_arg__", written),
            )
            for name, written in kind.__annotations__.items()
        ]
        verb.__signature__ = plain.replace(parameters=[*positional, *options])  # type: ignore[attr-defined]
        return verb

    return spell
