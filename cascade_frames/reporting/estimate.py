"""What a sample tells of all messages."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cascade_frames.errors import MappingError, UsageError
from cascade_frames.joining.delivery import NOT_HEARD, drawn_messages
from cascade_frames.planning.hashing import derive_key, hash_texts
from cascade_frames.reporting import proportions


def draw(message_ids: pa.LargeStringArray, size: int, seed: str) -> npt.NDArray[np.bool_]:
    """A simple random sample of M messages, the same whenever it is drawn of them with one seed.

    Those whose keyed hash is least are drawn: whatever their order, and so that a larger sample
    holds the smaller one.

    Args:
        message_ids: all different.
        size: how many are wanted; all of them where there are not so many.
        seed: any text.

    Returns:
        bool, length M.
    """
    if size >= len(message_ids):
        return np.ones(len(message_ids), dtype=bool)
    hashes = hash_texts(message_ids, derive_key(b"cascade_frames", f"sample:{seed}"))
    drawn = np.zeros(len(message_ids), dtype=bool)
    drawn[np.argsort(hashes, kind="stable")[:size]] = True
    return drawn


def estimate(
    results: pd.DataFrame, *, confidence: float = 0.95, suffix: str | None = None
) -> pd.DataFrame:
    """See `result_verbs.estimate`."""
    if not 0 < confidence < 1:
        raise UsageError("confidence: a number between 0 and 1, such as 0.95.")
    drawn, population = drawn_messages(results, suffix)
    if drawn.empty:
        raise MappingError("This table has no accepted message to estimate from.")
    counts = drawn.fillna(NOT_HEARD).value_counts()
    size = int(counts.sum())
    if size < population:
        low, high = proportions.share_intervals(counts.to_numpy(), size, confidence)
    else:
        low = high = counts.to_numpy() / size
    shares = pd.DataFrame(
        {"sampled": counts, "share": counts / size, "low": low, "high": high}
    ).rename_axis("delivery")
    for name, share in (("messages", "share"), ("messages_low", "low"), ("messages_high", "high")):
        shares[name] = (shares[share] * population).round().astype("int64")
    return shares


def estimate_text(estimated: pd.DataFrame, confidence: float = 0.95) -> str:
    """An estimate in words, a line a state."""
    size = int(estimated["sampled"].sum())
    lines = [
        f"  {state}: {row['share']:.1%} ({row['low']:.1%} to {row['high']:.1%}), "
        f"{row['messages']:,.0f} messages"
        for state, row in estimated.iterrows()
    ]
    head = f"Estimated from {size:,} messages ({confidence:.0%} Wilson intervals):"
    return "\n".join([head, *lines])
