"""Distinct values of a column, so that each is read or written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def distinct_values(
    values: pd.Series[Any], missing: npt.NDArray[np.bool_] | None = None
) -> tuple[npt.NDArray[np.intp], pd.Series[Any]]:
    """Split a column into codes and distinct values.

    Objects that are not strings all stand for themselves: equal ones need not read alike
    (1 and True, 1.1 and 1.10, one moment in two zones), and lists cannot be compared by hash.

    Args:
        values: N values.
        missing: bool, length N; those that are missing to pandas where None.

    Returns:
        N positions in the second, -1 where missing; the distinct values.
    """
    if _are_objects(values):
        values = values.astype(object)
        missing = values.isna().to_numpy(dtype=bool) if missing is None else missing
        codes = np.where(missing, -1, np.cumsum(~missing) - 1)
        return codes.astype(np.intp), values[~missing].reset_index(drop=True)
    if missing is not None and missing.any():
        values = values.where(~pd.Series(missing), None)
    codes, uniques = pd.factorize(values)
    return codes, pd.Series(uniques)


def float_bits(dtype: Any) -> int:  # noqa: ANN401 - numpy's, pandas' or Arrow's
    """How many bits a float dtype has; 0 for any other dtype."""
    return 8 * int(dtype.itemsize) if pd.api.types.is_float_dtype(dtype) else 0


def map_objects(values: pd.Series[Any], function: Callable[[Any], object]) -> pd.Series[Any]:
    """An object column with the function of every value, called once for each object.

    A constant that stands in every row is one object, whose function is called once.
    """
    held = values.to_numpy(dtype=object)
    identities = np.fromiter(map(id, held), dtype=np.uint64, count=len(held))
    codes, _ = pd.factorize(identities)
    first = np.flatnonzero(~pd.Series(codes).duplicated())
    found = np.empty(len(first), dtype=object)
    for at, row in enumerate(first):
        found[at] = function(held[row])
    return pd.Series(found[codes], index=values.index, dtype=object)


def _are_objects(values: pd.Series[Any]) -> bool:
    if isinstance(values.dtype, pd.CategoricalDtype | pd.StringDtype) or values.dtype.kind != "O":
        return False
    return pd.api.types.infer_dtype(values, skipna=True) != "string"
