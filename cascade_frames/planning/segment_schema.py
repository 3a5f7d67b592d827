"""The caller's own pandera schema for the segment: its verdict is taken, and nothing else."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.schema import every_check
from cascade_frames.planning.utf8 import Mask

_OF_COLUMNS: Final = frozenset(
    {
        SchemaErrorReason.COLUMN_NOT_IN_SCHEMA,
        SchemaErrorReason.COLUMN_NOT_IN_DATAFRAME,
        SchemaErrorReason.COLUMN_NOT_ORDERED,
    }
)
_OF_DOUBLES: Final = frozenset(
    {SchemaErrorReason.DUPLICATES, SchemaErrorReason.SERIES_CONTAINS_DUPLICATES}
)
# How pandera's settings of what is a double are called by pandas.
_KEPT: Final[dict[str, Literal["first", "last", False]]] = {
    "all": False,
    "exclude_first": "first",
    "exclude_last": "last",
}
_LONGEST_RULE: Final = 60


def check_segment(
    segment: pd.DataFrame, schema: pa.DataFrameSchema | type[pa.DataFrameModel], faults: Faults
) -> None:
    """Check the caller's segment against the caller's own pandera schema.

    Only the verdict is taken: values that the schema coerces or fills are not used, and rows it
    would drop are rejected.

    Raises:
        MappingError: the argument is no pandera schema, checks the index, cannot be run, or
            finds fault with the table as a whole (a column missing, a dtype wrong throughout).
    """
    table = segment.reset_index(drop=True)
    try:
        rules = _as_schema(schema)
        with every_check():
            rules.validate(table, lazy=True)
    except SchemaErrors as error:
        found = error
    except MappingError:
        raise
    except Exception as error:  # noqa: BLE001 - the caller's code may raise anything, values in its message
        raise _cannot_run("it", type(error).__name__) from None
    else:
        return
    for one in found.schema_errors:
        _refuse_broken_check(one)
    failures = [_read_failure(one, table) for one in found.schema_errors]
    whole = sorted({failure.told for failure in failures if failure.rows is None})
    if whole:
        raise MappingError(
            f"schema: the segment as a whole does not fit it ({'; '.join(whole)}). "
            "Mend the table, or set coerce=True in the schema."
        )
    for failure in failures:
        if failure.rows is not None:
            rule = f"fails {failure.check} of the schema"
            faults.add(Reason.SCHEMA, failure.column, failure.rows, rule)


@dataclass(frozen=True)
class _Failure:
    """One check that failed.

    Attributes:
        check: its name.
        column: the column it is of; `segment` where it is of whole rows.
        rows: bool, length N; None where the table as a whole is at fault.
    """

    check: str
    column: str
    rows: Mask | None

    @property
    def told(self) -> str:
        return f"{self.column}: {self.check}"


def _read_failure(error: SchemaError, table: pd.DataFrame) -> _Failure:
    rows = _rows_at_fault(error, table)
    found = rows is not None and rows.any()
    return _Failure(_name_of(error), _column_at_fault(error), rows if found else None)


def _name_of(error: SchemaError) -> str:
    name = str(getattr(error.check, "name", None) or error.check)
    # A check's own words, as `isin(['a', 'b'])`; a list that is long is no rule to read.
    words = str(getattr(error.check, "error", None) or name)
    return words if len(words) <= _LONGEST_RULE else name


def _rows_at_fault(error: SchemaError, table: pd.DataFrame) -> Mask | None:
    """The rows that failed, by the check's own verdict on each where there is one.

    pandera's table of failures leaves out those whose values are null, and all but the first
    few where the check says so: rows that would then be sent.
    """
    if not isinstance(error.failure_cases, pd.DataFrame):
        return None
    if error.reason_code in _OF_DOUBLES:
        kept = _KEPT[error.schema.report_duplicates]
        return table.duplicated(_columns_of(error), keep=kept).to_numpy(dtype=bool)
    verdict = error.check_output
    if isinstance(verdict, pd.DataFrame):
        verdict = verdict.all(axis="columns")
    if isinstance(verdict, pd.Series):
        return ~verdict.astype(bool).reindex(table.index, fill_value=True).to_numpy()
    positions = error.failure_cases["index"]
    if positions.isna().any():
        return None
    rows = np.zeros(len(table), dtype=bool)
    rows[positions.astype("int64").to_numpy()] = True
    return rows


def _column_at_fault(error: SchemaError) -> str:
    if error.reason_code in _OF_COLUMNS:  # the failure case is the column's label here
        return str(error.failure_cases)
    return ", ".join(map(str, _columns_of(error))) or "segment"


def _columns_of(error: SchemaError) -> list[Any]:
    if isinstance(error.schema, pa.DataFrameSchema):
        unique = error.schema.unique if error.reason_code in _OF_DOUBLES else None
        return [unique] if isinstance(unique, str) else list(unique or ())
    return [error.schema.name if error.column_name is None else error.column_name]


def _refuse_broken_check(error: SchemaError) -> None:
    if error.reason_code is SchemaErrorReason.CHECK_ERROR:
        # What was raised comes as its repr, of which the message may hold values.
        raised = str(error.failure_cases).partition("(")[0]
        raise _cannot_run(f"its check {getattr(error.check, 'name', '')}", raised) from None


def _cannot_run(what: str, raised: str) -> MappingError:
    raised = raised if raised.isidentifier() else "error"
    return MappingError(
        f"schema: {what} cannot be run on this segment ({raised}). Run schema.validate(segment) "
        "to see where it fails."
    )


def _as_schema(schema: object) -> pa.DataFrameSchema:
    if isinstance(schema, type) and issubclass(schema, pa.DataFrameModel):
        schema = schema.to_schema()
    if not isinstance(schema, pa.DataFrameSchema):
        raise MappingError("schema: give a pandera DataFrameModel class or a DataFrameSchema.")
    if schema.index is not None:
        raise MappingError(
            "schema: it has rules for the index, which are not checked here. Turn the index "
            "into columns with segment.reset_index() and check those."
        )
    if schema.drop_invalid_rows:
        schema = copy.copy(schema)
        schema.drop_invalid_rows = False
    return schema
