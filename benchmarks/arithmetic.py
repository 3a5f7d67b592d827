"""The arithmetic of the benchmarks: medians, ratios, the exponent of growth."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

import numpy as np


def median_of(runs: Sequence[Mapping[str, float]], name: str) -> float:
    """The median of one number over the runs."""
    return statistics.median(run[name] for run in runs)


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The p of `cost = c * size ** p` that fits best: least squares on logarithms.

    Raises:
        ValueError: fewer than two sizes, or a cost that is not positive.
    """
    if len(set(sizes)) < 2 or min(costs) <= 0:
        raise ValueError("an exponent needs two sizes and positive costs")
    slope, _ = np.polyfit(np.log(sizes), np.log(costs), 1)
    return float(slope)
