"""A lift as people read it: a line, plain text, static HTML, and a record for a table."""

from __future__ import annotations

from dataclasses import fields
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cascade_frames.reporting.proportions import METHOD

if TYPE_CHECKING:
    from cascade_frames.reporting.lift import Lift

DTYPES: Final = {
    "column": "str",
    "method": "str",
    "relative": "float64",
    "detectable": "float64",
    "needed_treated": "Int64",
    "needed_control": "Int64",
}
_RATES: Final = ("treated_rate", "control_rate", "difference", "relative")
# Whatever the page says of tables.
_TABLE: Final = "border-collapse:collapse;margin:.4em 0;font:inherit;color:inherit"
_CELL: Final = (
    "border:0;padding:.15em 1.2em .15em 0;background:none;text-align:left;font-weight:400"
)


def as_record(lift: Lift) -> dict[str, Any]:
    """Everything, by column name."""
    told = {field.name: getattr(lift, field.name) for field in fields(lift)}
    told |= {name: getattr(lift, name) for name in _RATES} | {"method": METHOD}
    told["relative"], told["detectable"] = (
        np.nan if told[name] is None else told[name] for name in ("relative", "detectable")
    )
    return told


def lift_line(lift: Lift) -> str:
    """Both rates and their difference."""
    return (
        f"<Lift in {lift.column!r}: {lift.treated_rate:.2%} of {lift.treated:,} treated, "
        f"{lift.control_rate:.2%} of {lift.control:,} in control; {_points(lift.difference)} "
        f"({_interval(lift)}); print it to see more>"
    )


def lift_text(lift: Lift) -> str:
    """Everything in plain text."""
    groups = _groups(lift)
    width = max(len(hits) for _, hits, _ in groups)
    lines = [f"  {name:<13}  {hits:>{width}}  {rate:>7}" for name, hits, rate in groups]
    facts = [f"  {name:<13}  {value}" for name, value in _facts(lift)]
    notes = [f"  {note}" for note in _notes(lift)]
    return "\n".join([f"Lift in {lift.column!r}", *lines, *facts, "", *notes])


def lift_html(lift: Lift) -> str:
    """Everything as static HTML that needs no script and no network."""
    groups = [(name, f"{hits} ({rate})") for name, hits, rate in _groups(lift)]
    rows = "".join(
        f'<tr style="background:none"><th style="{_CELL};opacity:.75">{name}</th>'
        f'<td style="{_CELL}">{escape(value)}</td></tr>'
        for name, value in [*groups, *_facts(lift)]
    )
    notes = "".join(f"<div>{escape(note)}</div>" for note in _notes(lift))
    return (
        '<div style="font:13px/1.45 system-ui,sans-serif;max-width:46em">'
        f'<div style="font-size:15px;font-weight:600">Lift in {escape(repr(lift.column))}</div>'
        f'<table style="{_TABLE}"><tbody>{rows}</tbody></table>{notes}</div>'
    )


def _groups(lift: Lift) -> list[tuple[str, str, str]]:
    return [
        (
            "treated",
            f"{lift.treated_converted:,} of {lift.treated:,}",
            f"{lift.treated_rate:.2%}",
        ),
        (
            "control group",
            f"{lift.control_converted:,} of {lift.control:,}",
            f"{lift.control_rate:.2%}",
        ),
    ]


def _facts(lift: Lift) -> list[tuple[str, str]]:
    chance = f"{lift.p_value:.4f}" if lift.p_value >= 0.0001 else "under 0.0001"
    facts = [("difference", f"{_points(lift.difference)} ({_interval(lift)}, Newcombe)")]
    if lift.relative is not None:
        facts.append(("relative", f"{lift.relative:+.1%}"))
    return [*facts, ("p-value", f"{chance} (score test)")]


def _notes(lift: Lift) -> list[str]:
    """What the figures say, and what they would need to say more."""
    notes = [_verdict(lift)]
    power = f"with power {lift.power:.0%}"
    if lift.needed_treated is not None:
        notes.append(
            f"To show a true difference of this size {power}: {lift.needed_treated:,} treated and "
            f"{lift.needed_control:,} in control."
        )
    if lift.detectable is None:
        notes.append(f"Groups of these sizes show no increase {power}.")
    else:
        smallest = _points(lift.detectable)
        notes.append(f"The smallest increase that these groups show {power}: {smallest}.")
    if lift.not_accepted:
        notes.append(
            f"{lift.not_accepted:,} of the treated were not accepted; they count all the same "
            "(intention to treat)."
        )
    return notes


def _verdict(lift: Lift) -> str:
    if lift.low > 0:
        return "The interval lies above 0: it happened more often where people were messaged."
    if lift.high < 0:
        return "The interval lies below 0: it happened less often where people were messaged."
    return "The interval holds 0: the difference may be chance."


def _interval(lift: Lift) -> str:
    share = f"{100 * lift.confidence:.4g}%"
    return f"{share} interval {100 * lift.low:+.2f} to {100 * lift.high:+.2f}"


def _points(difference: float) -> str:
    return f"{100 * difference:+.2f} points"
