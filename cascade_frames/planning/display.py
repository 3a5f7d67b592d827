"""A plan as people read it: plain text and static HTML. Phones show their last four digits."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cascade_frames.outcomes import WORDING, Outcome, Reason
from cascade_frames.planning.previews import Preview, preview
from cascade_frames.planning.texts import sms_length

if TYPE_CHECKING:
    import pandas as pd

    from cascade_frames.planning.plan import Plan

_FIRST = 3


def _previews(plan: Plan) -> list[Preview]:
    return [preview(plan, position) for position in range(min(_FIRST, len(plan.messages)))]


def _size(text: str) -> str:
    length = sms_length(text)
    parts = "part" if length.parts == 1 else "parts"
    return f"{len(text)} characters, {length.parts} SMS {parts} ({length.encoding})"


def _facts(plan: Plan) -> list[tuple[str, str]]:
    accepted = plan.standing.count(Outcome.ACCEPTED)
    unknown = plan.standing.count(Outcome.UNKNOWN)
    refused = plan.standing.count(Outcome.REFUSED)
    facts = [
        ("rows", f"{len(plan.segment):,}"),
        ("messages", f"{len(plan.messages):,}"),
        ("rejected", f"{len(plan.rejected):,}"),
        ("skipped", f"{len(plan.skipped):,}"),
    ]
    settled = {
        "accepted before": accepted,
        "unknown since before": unknown,
        "refused before": refused,
    }
    facts += [(f"{name}, not sent again", f"{count:,}") for name, count in settled.items() if count]
    facts += [
        ("to send", f"{plan.to_send:,} in {plan.requests:,} requests of up to {plan.batch_size:,}"),
        ("time at the account's rate", _duration(plan.seconds)),
        ("gateway", f"{plan.account.gateway} ({plan.account.name}), route {plan.route}"),
        ("digest", plan.digest),
    ]
    return facts


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 1 else "under 1 s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _reasons(table: pd.DataFrame) -> list[tuple[str, int, str]]:
    counts = table["reason"].value_counts()
    return [(str(code), int(rows), WORDING[Reason(str(code))]) for code, rows in counts.items()]


def _title(plan: Plan) -> str:
    return f"Plan: {plan.campaign}" if plan.campaign else "Plan"


def plan_text(plan: Plan) -> str:
    """The plan in plain text."""
    facts = _facts(plan)
    width = max(len(name) for name, _ in facts)
    lines = [_title(plan), *(f"  {name:<{width}}  {value}" for name, value in facts)]
    for heading, table in (("Rejected", plan.rejected), ("Skipped", plan.skipped)):
        rows = _reasons(table)
        if rows:
            lines += ["", heading, *(f"  {n:>7,}  {code}: {words}" for code, n, words in rows)]
    if plan.advice:
        lines += ["", "To look at", *(f"  {advice}" for advice in plan.advice)]
    lines += ["", "First messages"]
    for shown in _previews(plan):
        lines += [f"  {shown.phone} from {shown.sender} · {_size(shown.text)}"]
        lines += [f"    {line}" for line in shown.text.splitlines()]
    return "\n".join(lines)


# Jupyter styles tables of outputs by rules stronger than a class.
_STYLE = """
<style>
.cascade-plan{font:13px/1.45 system-ui,sans-serif;max-width:46em}
.cascade-plan h4{margin:.2em 0 .5em;font-size:15px}
.cascade-plan h5{margin:1em 0 .3em;font-size:13px;opacity:.75}
.cascade-plan table{border-collapse:collapse;margin:0}
.cascade-plan tr,.cascade-plan th,.cascade-plan td{background:none!important;border:0!important;
 text-align:left!important;max-width:none!important}
.cascade-plan th,.cascade-plan td{padding:.15em 1.2em .15em 0;vertical-align:top;font-weight:400;
 white-space:normal}
.cascade-plan th{opacity:.65;white-space:nowrap}
.cascade-plan td.n{text-align:right!important;font-variant-numeric:tabular-nums}
.cascade-plan .bubble{border:1px solid rgba(128,128,128,.35);border-radius:12px 12px 12px 3px;
 background:rgba(128,128,128,.1);padding:.5em .8em;margin:.15em 0;width:fit-content;
 max-width:26em;white-space:pre-wrap;overflow-wrap:anywhere}
.cascade-plan .meta{opacity:.65;font-size:12px;margin-top:.6em}
</style>
"""


def plan_html(plan: Plan, *, messages: bool = True) -> str:
    """The plan as static HTML that needs no script and no network.

    Args:
        plan: the plan.
        messages: show the first messages too.
    """
    facts = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in _facts(plan))
    sections = [f"<h4>{escape(_title(plan))}</h4><table><tbody>{facts}</tbody></table>"]
    for heading, table in (("Rejected", plan.rejected), ("Skipped", plan.skipped)):
        rows = "".join(
            f'<tr><td class="n">{n:,}</td><td><code>{code}</code></td><td>{escape(words)}</td></tr>'
            for code, n, words in _reasons(table)
        )
        if rows:
            sections.append(f"<h5>{heading}</h5><table><tbody>{rows}</tbody></table>")
    if plan.advice:
        items = "".join(f"<div>{escape(str(advice))}</div>" for advice in plan.advice)
        sections.append(f"<h5>To look at</h5>{items}")
    if messages:
        sections.append(_first_messages_html(plan))
    return f'{_STYLE}<div class="cascade-plan">{"".join(sections)}</div>'


def _first_messages_html(plan: Plan) -> str:
    bubbles = "".join(
        f'<div class="meta">{escape(p.phone)} from {escape(p.sender)} · {_size(p.text)}</div>'
        f'<div class="bubble">{escape(p.text)}</div>'
        for p in _previews(plan)
    )
    return f"<h5>First messages</h5>{bubbles}"
