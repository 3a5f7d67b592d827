"""The message table's rules, as a pandera model: every rule of the API document's message object.

Each check is named after the reason code that a row gets when it fails, so that pandera's
report of failures is read without a second list. This module is the door to pandera.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from cascade_frames import contract
from cascade_frames.contract import Field, MessageType
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning.faults import Faults

_UNSENDABLE: Final = r"[\x00\ud800-\udfff]"


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


def _note_failures(schema: pa.DataFrameSchema, table: pd.DataFrame, faults: Faults) -> None:
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as error:
        failures = error.failure_cases
    else:
        return
    if failures["index"].isna().any():
        broken = sorted(set(failures.loc[failures["index"].isna(), "check"]))
        raise AssertionError(f"the message table is malformed: {broken}")
    found = {
        _read_check(str(check), str(column)): rows
        for (check, column), rows in failures.groupby(["check", "column"], sort=False)["index"]
    }
    for field in Field:
        for (reason, column), rows in found.items():
            if column == field:
                faults.add(reason, column, _mask(rows, faults.size))


def _read_check(check: str, column: str) -> tuple[Reason, str]:
    """The reason and the column of a failure; a frame-level check names its column itself.

    pandera reports a frame-level failure once for every column of the row, hence the name.
    """
    if check == "not_nullable":
        return Reason.MISSING_VALUE, column
    field, _, reason = check.rpartition(":")
    return Reason(reason), field or column


def _mask(positions: pd.Series[Any], size: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    mask = np.zeros(size, dtype=bool)
    mask[positions.astype("int64").to_numpy()] = True
    return mask


def check_segment(
    segment: pd.DataFrame, schema: pa.DataFrameSchema | type[pa.DataFrameModel], faults: Faults
) -> None:
    """Check the caller's segment against the caller's own pandera schema.

    Only the verdict is taken: values that the schema coerces or fills are not used.

    Raises:
        MappingError: the argument is no pandera schema, checks the index, or finds fault with
            the table as a whole (a column missing, a dtype wrong throughout).
    """
    rules = _as_schema(schema)
    try:
        rules.validate(segment.reset_index(drop=True), lazy=True)
    except SchemaErrors as error:
        failures = error.failure_cases
    else:
        return
    whole = failures[failures["index"].isna()]
    if len(whole):
        told = sorted({f"{_column_of(row)}: {row['check']}" for _, row in whole.iterrows()})
        raise MappingError(
            f"schema: the segment as a whole does not fit it ({'; '.join(told)}). "
            "Mend the table, or set coerce=True in the schema."
        )
    for (check, column), rows in failures.groupby(["check", "column"], sort=False, dropna=False):
        positions = _mask(rows["index"], faults.size)
        name = "schema" if pd.isna(column) else str(column)
        faults.add(Reason.SCHEMA, name, positions, f"fails {check} of the schema")


def _column_of(failure: pd.Series[Any]) -> str:
    # For a missing column pandera names it as the failure case; it is a label, not a value.
    if failure["check"] == "column_in_dataframe":
        return str(failure["failure_case"])
    return str(failure["column"])


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
    return schema
