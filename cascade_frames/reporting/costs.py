"""Money: by currency, and never summed across currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from cascade_frames.reporting.stages import share

if TYPE_CHECKING:
    from cascade_frames.reporting.facts import Facts

NO_CURRENCY: Final = "no_currency"


def costs_table(facts: Facts) -> pd.DataFrame:
    """Cost by currency.

    Returns:
        One row per currency; a cost without one is a row of its own, with a missing currency.
        `currency` (str), `delivered` (int64), `without_cost` (int64, delivered messages whose
        cost is not known), `parts` (Int64, of the delivered), `cost` (float64, of all accepted
        messages), `cost_of_delivered` (float64), `cost_per_delivered` (float64: `cost` by the
        delivered messages whose cost is known).
    """
    priced = facts.priced
    delivered = priced[priced["delivered"]]
    keys = priced.groupby("currency", dropna=False).size().index
    each = delivered.groupby("currency", dropna=False)
    table = pd.DataFrame(
        {
            "delivered": _counted(each, keys),
            "without_cost": _counted(
                delivered[delivered["cost"].isna()].groupby("currency", dropna=False), keys
            ),
            "parts": each["parts"].sum(min_count=1).reindex(keys).astype("Int64"),
            "cost": priced.groupby("currency", dropna=False)["cost"].sum(min_count=1),
            "cost_of_delivered": each["cost"].sum(min_count=1).reindex(keys),
        },
        index=keys,
    )
    known = table["delivered"] - table["without_cost"]
    table["cost_per_delivered"] = share(table["cost"], known)
    return table.rename_axis("currency").reset_index().astype({"currency": "str"})


def _counted(groups: Any, keys: pd.Index) -> pd.Series[int]:  # noqa: ANN401 - a groupby's type
    counts: pd.Series[int] = groups.size().reindex(keys, fill_value=0).astype("int64")
    return counts


def cost_columns(rows: pd.DataFrame, groups: pd.Series[int], size: int) -> pd.DataFrame:
    """What groups of rows cost, two columns for each currency.

    Args:
        rows: of `Facts.priced`.
        groups: the group of each of them, 0 to `size` - 1.
        size: how many groups there are.

    Returns:
        `size` rows: `cost_UAH` and `cost_per_delivered_UAH` (float64) for each currency, named
        as in `costs_table`; `…_no_currency` where a cost has none.
    """
    columns: dict[str, pd.Series[float]] = {}
    currencies = rows["currency"].fillna(NO_CURRENCY)
    for currency in sorted(currencies.unique()):
        these = rows[currencies.eq(currency)]
        of = groups.reindex(these.index)
        cost = these["cost"].groupby(of).sum(min_count=1).reindex(range(size))
        known = (these["delivered"] & these["cost"].notna()).astype("int64").groupby(of).sum()
        columns[f"cost_{currency}"] = cost
        columns[f"cost_per_delivered_{currency}"] = share(cost, known.reindex(range(size)))
    return pd.DataFrame(columns, index=range(size), dtype="float64")
