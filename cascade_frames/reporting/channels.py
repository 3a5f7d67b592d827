"""Delivered messages by the channel that delivered them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cascade_frames.reporting.costs import cost_columns
from cascade_frames.reporting.stages import share

if TYPE_CHECKING:
    from cascade_frames.reporting.facts import Facts


def channels_table(facts: Facts) -> pd.DataFrame:
    """Delivered messages by channel, the most frequent first.

    Returns:
        One row per channel, a missing one too: `channel` (str), `delivered` (int64), `share`
        (float64, of the delivered), `parts` (Int64), and for each currency `cost_UAH` and
        `cost_per_delivered_UAH` (float64, of the delivered messages).
    """
    delivered = facts.delivered
    codes, channels = pd.factorize(delivered["channel"], use_na_sentinel=False)
    groups = pd.Series(codes, index=delivered.index, dtype="int64")
    counts = groups.value_counts().reindex(range(len(channels)), fill_value=0)
    table = pd.DataFrame(
        {
            "channel": pd.Series(channels, dtype="str"),
            "delivered": counts.astype("int64"),
            "share": share(counts, len(delivered)),
            "parts": delivered["parts"].groupby(groups).sum(min_count=1).astype("Int64"),
        }
    )
    table = table.join(cost_columns(delivered, groups, len(channels)))
    return table.sort_values("delivered", ascending=False, kind="stable", ignore_index=True)
