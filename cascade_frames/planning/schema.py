"""The message table's rules, as a pandera model: every rule of the API document's message object.

Each check is named after the reason code that a row gets when it fails, so that what failed is
read without a second list. This module is the door to pandera.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from cascade_frames import contract
from cascade_frames.contract import Field, MessageType
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning.faults import Faults, Mask

_UNSENDABLE: Final = r"[\x00\ud800-\udfff]"
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


class MessageTable(pa.DataFrameModel):
    """A table of messages: one row a message, columns by the API's names.

    `id`, `fromName`, `toPhone`, `messageType`, `text`: str. `ttl`: Int64, seconds.
    `scheduledSent`: datetime64[us, UTC]. `surveyOptions`: object, a list of str or None.
    """

    id: str = pa.Field(nullable=False)
    fromName: str = pa.Field(nullable=False)  # noqa: N815 - the API's spelling
    toPhone: str = pa.Field(nullable=False)  # noqa: N815
    messageType: str = pa.Field(nullable=False)  # noqa: N815
    text: str = pa.Field(nullable=True)
    ttl: pd.Int64Dtype = pa.Field(nullable=True)
    scheduledSent: pd.DatetimeTZDtype = pa.Field(  # noqa: N815
        nullable=True, dtype_kwargs={"unit": "us", "tz": "UTC"}
    )
    surveyOptions: object = pa.Field(nullable=True)  # noqa: N815

    @pa.check("id", name=Reason.ID_TOO_LONG)
    def _id_length(cls, ids: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return ids.str.len() <= contract.ID_MAX_CHARACTERS

    @pa.check("id", name=Reason.ID_CHARACTERS)
    def _id_characters(cls, ids: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return ids.str.fullmatch(contract.ID_PATTERN)

    @pa.check("fromName", name=Reason.SENDER_EMPTY)
    def _sender_filled(cls, names: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return names.str.strip() != ""

    @pa.check("fromName", name=Reason.TEXT_CHARACTERS)
    def _sender_sendable(cls, names: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return ~names.str.contains(_UNSENDABLE)

    @pa.check("toPhone", name=Reason.PHONE_INVALID)
    def _phone_e164(cls, phones: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return phones.str.fullmatch(contract.E164_PATTERN)

    @pa.check("messageType", name=Reason.MESSAGE_TYPE_UNKNOWN)
    def _type_known(cls, types: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return types.isin(list(MessageType))

    @pa.check("text", name=Reason.TEXT_CHARACTERS)
    def _text_sendable(cls, texts: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return ~texts.str.contains(_UNSENDABLE)

    @pa.check("ttl", name=Reason.TTL_INVALID)
    def _ttl_positive(cls, seconds: pd.Series[int]) -> pd.Series[bool]:  # noqa: N805
        return seconds > 0

    @pa.dataframe_check(name=f"{Field.TEXT}:{Reason.TEXT_MISSING}")
    def _text_filled(cls, table: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        filled = table[Field.TEXT].fillna("").str.strip() != ""
        return filled | (table[Field.MESSAGE_TYPE] == MessageType.FLASHCALL)

    @pa.dataframe_check(name=f"{Field.TEXT}:{Reason.SURVEY_TEXT_TOO_LONG}")
    def _survey_text_short(cls, table: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        short = table[Field.TEXT].fillna("").str.len() <= contract.SURVEY_TEXT_MAX_CHARACTERS
        return short | ~_is_survey(table)

    @pa.dataframe_check(name=f"{Field.SURVEY_OPTIONS}:{Reason.SURVEY_OPTIONS_COUNT}")
    def _survey_has_options(cls, table: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        return table[Field.SURVEY_OPTIONS].map(_good_options).astype(bool) | ~_is_survey(table)

    @pa.check("surveyOptions", name=Reason.TEXT_CHARACTERS)
    def _options_sendable(cls, listed: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return listed.map(_sendable_options).astype(bool)

    @pa.dataframe_check(name=f"{Field.SURVEY_OPTIONS}:{Reason.SURVEY_OPTIONS_UNEXPECTED}")
    def _options_only_in_surveys(cls, table: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        return table[Field.SURVEY_OPTIONS].isna() | _is_survey(table)


def _is_survey(table: pd.DataFrame) -> pd.Series[bool]:
    return (table[Field.MESSAGE_TYPE] == MessageType.VIBER_SURVEY).fillna(value=False)


def _good_options(options: object) -> bool:
    return (
        isinstance(options, list)
        and contract.SURVEY_OPTIONS_MIN <= len(options) <= contract.SURVEY_OPTIONS_MAX
        and all(isinstance(option, str) and option.strip() for option in options)
    )


def _sendable_options(options: object) -> bool:
    return not isinstance(options, list) or not any(
        isinstance(option, str) and re.search(_UNSENDABLE, option) for option in options
    )


def _within_reach(now: datetime) -> tuple[pa.Check, pa.Check]:
    moment = pd.Timestamp(now)
    latest = moment + contract.SCHEDULE_MAX_AHEAD
    return (
        pa.Check(lambda when: when > moment, name=Reason.SCHEDULE_PAST),
        pa.Check(lambda when: when <= latest, name=Reason.SCHEDULE_TOO_FAR),
    )


def check_messages(table: pd.DataFrame, now: datetime, faults: Faults) -> None:
    """Check a message table against `MessageTable`, all rules and rows at once.

    Args:
        table: N rows on a positional index.
        now: tz-aware; schedules must lie after it and at most 30 days ahead.
        faults: takes what is found.
    """
    schema = MessageTable.to_schema()
    schema.columns[Field.SCHEDULED_SENT].checks = list(_within_reach(now))
    _note_failures(schema, table, faults)


@contextmanager
def _every_check() -> Iterator[None]:
    """Have pandera check whatever the environment says: it may be told to skip every check."""
    with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
        yield


def _note_failures(schema: pa.DataFrameSchema, table: pd.DataFrame, faults: Faults) -> None:
    try:
        with _every_check():
            schema.validate(table, lazy=True)
    except SchemaErrors as error:
        failures = [_read_failure(one, table) for one in error.schema_errors]
    else:
        return
    broken = sorted({failure.told for failure in failures if failure.rows is None})
    if broken:
        raise AssertionError(f"the message table is malformed: {broken}")
    for field in Field:
        for failure in failures:
            reason, column = _read_check(failure)
            if column == field and failure.rows is not None:
                faults.add(reason, column, failure.rows)


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


def _read_check(failure: _Failure) -> tuple[Reason, str]:
    """The reason and the column of a failure; a check of whole rows names its column itself."""
    if failure.check == "not_nullable":
        return Reason.MISSING_VALUE, failure.column
    field, _, reason = failure.check.rpartition(":")
    return Reason(reason), field or failure.column


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
        with _every_check():
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
