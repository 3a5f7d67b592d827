"""The message table's rules, as a pandera model: every rule of the API document's message object.

Each check is named after the reason code that a row gets when it fails, so that what failed is
read without a second list. This module and `segment_schema` are the doors to pandera.

`validation` says which rows of a table are in doubt, and loads this module where there are any.
They are held to the rules one by one, by the model's own checks, whose masks are the reasons.
pandera's table of failures is not asked for: with every row failing it takes ten times longer
than all the checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

from cascade_frames import contract
from cascade_frames.contract import Field, MessageType
from cascade_frames.outcomes import Reason
from cascade_frames.planning.distinct import map_objects
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.utf8 import Mask

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
        return ~_unsendable(names)

    @pa.check("toPhone", name=Reason.PHONE_INVALID)
    def _phone_e164(cls, phones: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return phones.str.fullmatch(contract.E164_PATTERN)

    @pa.check("messageType", name=Reason.MESSAGE_TYPE_UNKNOWN)
    def _type_known(cls, types: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return types.isin(list(MessageType))

    @pa.check("text", name=Reason.TEXT_CHARACTERS)
    def _text_sendable(cls, texts: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return ~_unsendable(texts)

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
        good = map_objects(table[Field.SURVEY_OPTIONS], _good_options).astype(bool)
        return good | ~_is_survey(table)

    @pa.check("surveyOptions", name=Reason.TEXT_CHARACTERS)
    def _options_sendable(cls, listed: pd.Series[Any]) -> pd.Series[bool]:  # noqa: N805
        return map_objects(listed, _sendable_options).astype(bool)

    @pa.dataframe_check(name=f"{Field.SURVEY_OPTIONS}:{Reason.SURVEY_OPTIONS_UNEXPECTED}")
    def _options_only_in_surveys(cls, table: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        return table[Field.SURVEY_OPTIONS].isna() | _is_survey(table)


def _unsendable(texts: pd.Series[str]) -> pd.Series[bool]:
    # Half an emoji cannot be in a column of UTF-8.
    return texts.str.contains("\0", regex=False)


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


def check_rows(
    table: pd.DataFrame, rows: npt.NDArray[np.int64], now: datetime, faults: Faults
) -> None:
    """Hold some rows of a message table to every rule.

    Args:
        table: N rows on a positional index.
        rows: the positions of those rows.
        now: tz-aware; schedules must lie after it and at most 30 days ahead.
        faults: takes what is found.

    Raises:
        AssertionError: the table is not of the model's shape.
    """
    rules = MessageTable.to_schema()
    rules.columns[Field.SCHEDULED_SENT].checks = list(_within_reach(now))
    with every_check():
        _check_shape(rules, table)
        _check_rules(rules, table.iloc[rows], rows, faults)


@contextmanager
def every_check() -> Iterator[None]:
    """Have pandera check whatever the environment says: it may be told to skip every check."""
    with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
        yield


def _check_shape(rules: pa.DataFrameSchema, table: pd.DataFrame) -> None:
    """Check columns and dtypes, in which no row has a say."""
    columns = {name: pa.Column(column.dtype) for name, column in rules.columns.items()}
    try:
        pa.DataFrameSchema(columns).validate(table.iloc[:0], lazy=True)
    except SchemaErrors as error:
        broken = sorted({str(one.check) for one in error.schema_errors})
        raise AssertionError(f"the message table is malformed: {broken}") from None


def _check_rules(
    rules: pa.DataFrameSchema, part: pd.DataFrame, rows: npt.NDArray[np.int64], faults: Faults
) -> None:
    """Hold some of the rows to every rule of every column."""

    def note(reason: str, field: Field, broken: Mask) -> None:
        mask = np.zeros(faults.size, dtype=bool)
        mask[rows[broken]] = True
        faults.add(Reason(reason), field, mask)

    for field in Field:
        column = rules.columns[field]
        if not column.nullable:
            note(Reason.MISSING_VALUE, field, part[field].isna().to_numpy(dtype=bool))
        for check in column.checks:
            note(check.name, field, _broken(check, part[field]))
        for check in rules.checks:
            of, _, reason = check.name.partition(":")
            if of == field:
                note(reason, field, _broken(check, part))


def _broken(check: pa.Check, values: pd.Series[Any] | pd.DataFrame) -> Mask:
    """Where a check fails; it is not asked of a missing value."""
    verdict = check(values).check_output
    broken: Mask = ~verdict.astype(bool).reindex(values.index, fill_value=True).to_numpy()
    return broken
