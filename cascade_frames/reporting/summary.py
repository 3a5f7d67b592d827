"""A report in a few numbers and sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cascade_frames.joining.delivery import NOT_FOUND
from cascade_frames.outcomes import Delivery
from cascade_frames.reporting.cells import count, money, money_each, percent, shortened
from cascade_frames.reporting.estimate_table import is_sample
from cascade_frames.reporting.facts import DELIVERED

if TYPE_CHECKING:
    from cascade_frames.reporting.facts import Facts
    from cascade_frames.reporting.figures import Figures

_WORDS: Final = 5


@dataclass(frozen=True)
class Headline:
    """One of the numbers that come first.

    Attributes:
        name: what it counts.
        value: the number, as text.
        beside: what it is of; may be empty.
    """

    name: str
    value: str
    beside: str = ""


def headlines(figures: Figures) -> list[Headline]:
    """The numbers that come first: rows, accepted, delivered, cost, what was saved."""
    rows = figures.funnel.set_index("stage")["rows"]
    told = [
        Headline("rows", count(rows["rows"])),
        Headline("accepted", count(rows["accepted"]), _of(rows["accepted"], rows["rows"], "rows")),
    ]
    if DELIVERED not in rows.index:
        return told
    if len(figures.estimate):
        return [*told, *_estimated(figures.estimate)]
    share = _of(rows[DELIVERED], rows["accepted"], "accepted")
    return [*told, Headline(DELIVERED, count(rows[DELIVERED]), share), *_money(figures)]


def _estimated(estimate: pd.DataFrame) -> list[Headline]:
    found = estimate[estimate["delivery"].eq(DELIVERED)]
    return [
        Headline(
            "delivered, estimated",
            f"{count(row['messages'])}",
            f"{percent(row['low'])} to {percent(row['high'])} of accepted",
        )
        for _, row in found.iterrows()
    ]


def _money(figures: Figures) -> list[Headline]:
    costs, savings = figures.costs, figures.savings
    told = [
        Headline("cost", f"{money(cost)} {_named(currency)}", _each(each))
        for currency, cost, each in zip(
            costs["currency"], costs["cost"], costs["cost_per_delivered"], strict=True
        )
        if pd.notna(cost)
    ]
    return told + [
        Headline("saved against SMS only", f"{money(saved)} {_named(currency)}", _part(part))
        for currency, saved, part in zip(
            savings["currency"], savings["saved"], savings["saved_share"], strict=True
        )
        if pd.notna(saved)
    ]


def notes(facts: Facts, figures: Figures) -> tuple[str, ...]:
    """What a reader has to know of the numbers: what is pending, missing or left out."""
    if not facts.tracked:
        hint = "results = results.cascade.track() adds it."
        return (f"What was delivered is not known yet: {hint}",)
    told = [_pending(facts), _words(facts), _beside(facts), _costs(figures), _times(facts)]
    told += [
        f"Savings in {_named(currency)}: {basis}."
        for currency, basis in zip(
            figures.savings["currency"], figures.savings["basis"], strict=True
        )
        if basis.startswith("none")
    ]
    return tuple(note for note in told if note)


def _pending(facts: Facts) -> str:
    accepted = facts.accepted
    if facts.sampled is not None and is_sample(facts):
        asked = int(facts.sampled[accepted.index].sum())
        return (
            f"{count(asked)} of {count(len(accepted))} accepted messages were asked about, as a "
            "sample. What is told of deliveries, channels and costs is of those that are known, "
            "not of all; what is estimated of all has its interval."
        )
    pending = int(facts.rows["pending"].sum())
    if not pending:
        return ""
    of = f"{count(pending)} of {count(len(accepted))} accepted messages are pending"
    return f"{of}: what became of them is not final. Track again for the rest."


def _words(facts: Facts) -> str:
    said = facts.accepted["delivery"].dropna()
    strange = said[~said.isin([*map(str, Delivery), NOT_FOUND])]
    if strange.empty:
        return ""
    words = [repr(shortened(word)) for word in strange.value_counts().index[:_WORDS]]
    return (
        f"{count(len(strange))} messages have a delivery that this package does not know "
        f"({', '.join(words)}); they count as pending."
    )


def _beside(facts: Facts) -> str:
    others = facts.rows[~facts.rows["accepted"]]
    told = int((others["delivery"].notna() | others["cost"].notna()).sum())
    if not told:
        return ""
    return f"{count(told)} rows have a delivery or a cost and are not accepted; it is left out."


def _costs(figures: Figures) -> str:
    costs = figures.costs
    told = []
    if len(costs) > 1:
        told.append("Costs are told by currency and never summed across.")
    missing = int(costs["without_cost"].sum())
    if missing:
        told.append(
            f"{count(missing)} delivered messages have no cost; costs per delivered leave them out."
        )
    return " ".join(told)


def _times(facts: Facts) -> str:
    untimed = int(facts.delivered["delivered_at"].isna().sum())
    if not untimed:
        return ""
    return f"{count(untimed)} delivered messages have no delivered_at and are not in the timeline."


def _of(part: int, whole: int, of: str) -> str:
    return f"{percent(part / whole)} of {of}" if whole else ""


def _each(cost: float) -> str:
    return "" if pd.isna(cost) else f"{money_each(cost)} per delivered"


def _part(share: float) -> str:
    return "" if pd.isna(share) else percent(share)


def _named(currency: Any) -> str:  # noqa: ANN401 - a str, or missing
    return "without a currency" if pd.isna(currency) else shortened(str(currency))
