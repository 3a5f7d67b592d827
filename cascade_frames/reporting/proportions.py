"""Shares of a sample, and two independent ones compared. The door to statsmodels.

- interval of one share: Wilson's score interval;
- interval of a difference: Newcombe's hybrid score interval (Statistics in Medicine 17, 1998,
  873-890, method 10), without continuity correction;
- test: the two-sided score test that both are equal (pooled variance), which is Pearson's
  chi-squared test without continuity correction;
- sample size: of that test by the normal approximation, with pooled variance under equality and
  separate ones else; the chance of a significant difference the wrong way round is neglected.
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cascade_frames.errors import UsageError

METHOD: Final = "Newcombe hybrid score interval, score test"
# Smaller differences need more rows than there are people.
_SMALLEST: Final = 1e-6
_STEPS: Final = 60


def share_intervals(
    counts: npt.NDArray[Any], size: int, confidence: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The intervals for several shares `count / size` of one sample.

    Raises:
        UsageError: statsmodels is not installed.
    """
    low, high = _statsmodels().proportion_confint(
        counts, size, alpha=1 - confidence, method="wilson"
    )
    return np.asarray(low), np.asarray(high)


def interval(
    hits: int, size: int, base_hits: int, base_size: int, confidence: float
) -> tuple[float, float]:
    """The interval for `hits / size - base_hits / base_size`.

    Raises:
        UsageError: statsmodels is not installed.
    """
    low, high = _statsmodels().confint_proportions_2indep(
        hits, size, base_hits, base_size, method="newcomb", compare="diff", alpha=1 - confidence
    )
    return float(low), float(high)


def p_value(hits: int, size: int, base_hits: int, base_size: int) -> float:
    """The chance of a difference at least as large where the proportions are equal.

    Where all did, or nobody, there is no variance to test by, and it is 1.
    """
    if hits + base_hits in (0, size + base_size):
        return 1.0
    tested = _statsmodels().score_test_proportions_2indep(
        hits, size, base_hits, base_size, value=0, compare="diff", correction=False
    )
    return float(tested.pvalue)


def needed(
    difference: float, base_rate: float, ratio: float, confidence: float, power: float
) -> float:
    """Rows of the first group that show a difference with this power.

    Args:
        difference: not 0; `base_rate + difference` is a rate.
        base_rate: of the second group.
        ratio: rows of the second group for each of the first.
        confidence: 1 less the significance level of the two-sided test.
        power: the chance to show it.
    """
    return float(
        _statsmodels().samplesize_proportions_2indep_onetail(
            difference, base_rate, power, ratio=ratio, alpha=1 - confidence
        )
    )


def detectable(
    size: int, base_rate: float, ratio: float, confidence: float, power: float
) -> float | None:
    """The smallest increase over a rate that a group of this size shows with this power.

    Args are those of `needed`; None where it shows none at all.
    """
    low, high = _SMALLEST, 1 - base_rate
    if high <= low or needed(high, base_rate, ratio, confidence, power) > size:
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if needed(middle, base_rate, ratio, confidence, power) > size:
            low = middle
        else:
            high = middle
        if math.isclose(low, high, rel_tol=1e-9):
            break
    return high


def _statsmodels() -> ModuleType:
    try:
        from statsmodels.stats import proportion
    except ImportError:
        raise UsageError(
            "Intervals and lift need one more package: pip install 'cascade-frames[report]'."
        ) from None
    found: ModuleType = proportion
    return found
