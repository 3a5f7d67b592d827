"""A column of yes and no, as merges, files and databases give it, read as booleans."""

from __future__ import annotations

import difflib
import numbers
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from cascade_frames.errors import MappingError

if TYPE_CHECKING:
    import numpy.typing as npt

Missing = Literal["raise", "not_converted"]


def find_answers(table: pd.DataFrame, column: str) -> pd.Series[Any]:
    """The column of that name.

    Raises:
        MappingError: there is none, or there are several.
    """
    found = [at for at, name in enumerate(table.columns) if name == column]
    if len(found) == 1:
        return table.iloc[:, found[0]]
    if found:
        raise MappingError(f"This table has {len(found)} columns named {column!r}; rename one.")
    near = difflib.get_close_matches(str(column), [str(name) for name in table.columns], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else " Join it to the results first (merge)."
    raise MappingError(f"This table has no column {column!r}.{hint}")


def read_answers(values: pd.Series[Any], missing: Missing = "raise") -> npt.NDArray[np.bool_]:
    """Who did.

    Args:
        values: N of True and False or 1 and 0, of any dtype that holds them.
        missing: whether a missing value is an error or says that the person did not.

    Raises:
        MappingError: other values, or missing ones where they are an error.
    """
    if missing not in ("raise", "not_converted"):
        raise MappingError('missing: choose "raise" or "not_converted".')
    absent = values.isna().to_numpy(dtype=bool)
    present = values[~absent]
    if not _is_yes_or_no(present):
        raise MappingError(f"{values.name!r} must hold True and False or 1 and 0. {_fix(values)}")
    if absent.any() and missing == "raise":
        raise MappingError(
            f"{int(absent.sum()):,} of {len(values):,} rows have no value in {values.name!r}. If "
            'that means that these people did not, pass missing="not_converted".'
        )
    did = np.zeros(len(values), dtype=bool)
    did[~absent] = present.astype(object).to_numpy() == 1
    return did


def _is_yes_or_no(present: pd.Series[Any]) -> bool:
    if pd.api.types.is_numeric_dtype(present):  # booleans too
        return bool(present.isin([0, 1]).all())
    return all(isinstance(one, (numbers.Real, np.bool_)) and one in (0, 1) for one in present)


def _fix(values: pd.Series[Any]) -> str:
    """What to write instead."""
    name = f"results[{values.name!r}]"
    present = values.dropna()
    if pd.api.types.is_datetime64_any_dtype(values) or pd.api.types.is_timedelta64_dtype(values):
        return f"It holds times: use {name}.notna()."
    if pd.api.types.is_numeric_dtype(present.infer_objects()):
        return f"It holds other numbers: say which count, as {name} > 0."
    return f'Say which values count, as {name} == "yes".'
