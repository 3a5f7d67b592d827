"""What a sample of the accepted messages tells of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from cascade_frames.contract import RECEIPT_MESSAGE_ID
from cascade_frames.reporting.estimate import estimate

if TYPE_CHECKING:
    from cascade_frames.reporting.facts import Facts

COLUMNS: Final = {
    "delivery": "str",
    "sampled": "int64",
    **dict.fromkeys(("share", "low", "high"), "float64"),
    **dict.fromkeys(("messages", "messages_low", "messages_high"), "int64"),
}


def estimate_table(facts: Facts) -> pd.DataFrame:
    """The estimate of `results.cascade.estimate()`, where only a sample was asked about.

    Returns:
        `delivery` (str), `sampled` (int64), `share`, `low`, `high` (float64, of all accepted
        messages), `messages`, `messages_low`, `messages_high` (int64); no rows where all were
        asked about.

    Raises:
        UsageError: there is a sample, and statsmodels is not installed.
    """
    table = pd.DataFrame(columns=pd.Index(list(COLUMNS)))
    if is_sample(facts) and _has_receipts(facts):
        table = estimate(facts.results, suffix=facts.suffix).reset_index()
    return table.astype(COLUMNS)


def is_sample(facts: Facts) -> bool:
    """Whether some of the accepted messages were asked about as a sample of all."""
    if facts.sampled is None:
        return False
    drawn = facts.sampled[facts.rows["accepted"]]
    return bool(drawn.any() and not drawn.all())


def _has_receipts(facts: Facts) -> bool:
    names = {RECEIPT_MESSAGE_ID, f"{RECEIPT_MESSAGE_ID}{facts.suffix}"}
    return not names.isdisjoint(facts.results.columns)
