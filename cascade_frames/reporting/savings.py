"""What the cascade saved against sending SMS only."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

import pandas as pd

from cascade_frames.errors import UsageError
from cascade_frames.reporting.facts import SMS
from cascade_frames.reporting.stages import share

if TYPE_CHECKING:
    from cascade_frames.reporting.facts import Facts

SmsCost = float | Mapping[str, float]


def savings_table(facts: Facts, sms_cost: SmsCost | None = None) -> pd.DataFrame:
    """What the delivered messages would have cost as SMS, and what they did cost.

    Args:
        facts: the results.
        sms_cost: the price of a message by SMS: a number where all costs are in one currency,
            or a number for each currency. By default the mean cost of the messages of this
            campaign that SMS delivered, in the same currency.

    Returns:
        One row per currency: `currency` (str), `delivered` (int64, whose cost is known),
        `sms_cost` (float64, a message), `basis` (str, where that is from), `sms_only`, `cost`
        (of all accepted messages), `saved` (float64), `saved_share` (float64, of `sms_only`).
        Without a basis there are no numbers, and `basis` says why.

    Raises:
        UsageError: `sms_cost` is one number for several currencies, or no price.
    """
    priced = facts.priced
    known = priced[priced["cost"].notna()]
    groups = list(known.groupby("currency", dropna=False))
    prices = _prices(sms_cost, [currency for currency, _ in groups])
    rows = [_row(currency, these, prices) for currency, these in groups]
    columns = ["currency", "delivered", "sms_cost", "basis", "cost"]
    table = pd.DataFrame(rows, columns=pd.Index(columns)).astype(
        {"currency": "str", "basis": "str", "delivered": "int64"}
        | dict.fromkeys(("sms_cost", "cost"), "float64")
    )
    table.insert(4, "sms_only", table["delivered"] * table["sms_cost"])
    table["saved"] = table["sms_only"] - table["cost"]
    table["saved_share"] = share(table["saved"], table["sms_only"])
    return table


def _row(currency: Any, these: pd.DataFrame, prices: Mapping[Any, float]) -> tuple[Any, ...]:  # noqa: ANN401 - a key of a groupby
    delivered = these[these["delivered"]]
    by_sms = delivered.loc[delivered["channel"].eq(SMS), "cost"]
    cost = these["cost"].sum()
    key = None if pd.isna(currency) else currency
    if key in prices:
        return currency, len(delivered), prices[key], "sms_cost= of the call", cost
    if len(by_sms):
        basis = f"mean cost of the {len(by_sms):,} delivered by SMS"
        return currency, len(delivered), by_sms.mean(), basis, cost
    return currency, len(delivered), None, "none: SMS delivered nothing; pass sms_cost=", cost


def _prices(sms_cost: SmsCost | None, currencies: list[Any]) -> dict[Any, float]:
    """The given price of an SMS for each currency, None where a cost has none."""
    if sms_cost is None:
        return {}
    given: dict[Any, float] = dict(sms_cost) if isinstance(sms_cost, Mapping) else {None: sms_cost}
    if not all(isinstance(price, Real) and price >= 0 for price in given.values()):
        raise UsageError("sms_cost: a price is a number, not negative.")
    if isinstance(sms_cost, Mapping):
        return given
    if len(currencies) > 1:
        told = ", ".join("none" if pd.isna(one) else str(one) for one in currencies)
        raise UsageError(
            f"sms_cost: the costs are in several currencies ({told}), so give a price for each: "
            'sms_cost={"UAH": 1.2}.'
        )
    return {None if pd.isna(one) else one: sms_cost for one in currencies}
