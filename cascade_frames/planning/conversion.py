"""From what was mapped to what the API takes: text, phones, seconds, UTC, lists of options."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cascade_frames.contract import Field, MessageType
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning import phones, templates, timing, utf8
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.mapping import Mapped, to_arrow
from cascade_frames.planning.templates import Placeholder


def convert(
    field: Field, source: Mapped | None, rows: int, region: str, faults: Faults
) -> pd.Series[Any]:
    """Bring one field's values to the dtype and form of the message table.

    Args:
        field: the API's field.
        source: the values as mapped; None where nothing was said of the field.
        rows: N.
        region: the country assumed for phones that do not name one.
        faults: takes the values that cannot be brought there; those come back missing.

    Raises:
        MappingError: a constant that no row could be sent with.
    """
    if source is None:
        return _absent(field, rows)
    if source.constant:
        told = Faults(1)
        one = _convert(field, source, region, told)
        faults.add_to_all(told)
        return _repeated(one, rows)
    return _convert(field, source, region, faults)


def _convert(field: Field, source: Mapped, region: str, faults: Faults) -> pd.Series[Any]:
    """Convert as many values as the source has, which of a constant is one."""
    if source.required or field is Field.TO_PHONE:
        faults.add(Reason.MISSING_VALUE, source.label, source.missing)
    if field is Field.TTL:
        return _ttl(source, faults)
    if field is Field.SCHEDULED_SENT:
        return _schedule(source, faults)
    if field is Field.SURVEY_OPTIONS:
        return _options(source)
    if field is Field.TO_PHONE:
        return _phone(source, region, faults)
    text = as_text(source, faults)
    if field is Field.MESSAGE_TYPE and source.constant:
        _check_message_type(text[0].as_py())
    return utf8.series(text)


def _repeated(one: pd.Series[Any], rows: int) -> pd.Series[Any]:
    if isinstance(one.dtype, pd.StringDtype):
        return utf8.series(utf8.repeated(utf8.strings(one)[0].as_py(), rows))
    if one.dtype == object:
        values = np.empty(rows, dtype=object)
        values.fill(one.iloc[0])
        return pd.Series(values, dtype=object, copy=False)
    return pd.Series(one.array.repeat(rows), dtype=one.dtype)


def _absent(field: Field, rows: int) -> pd.Series[Any]:
    if field is Field.TTL:
        one: pd.Series[Any] = pd.Series([None], dtype="Int64")
    elif field is Field.SCHEDULED_SENT:
        one = pd.Series(pd.DatetimeIndex([pd.NaT], tz="UTC").as_unit("us"))
    elif field is Field.SURVEY_OPTIONS:
        one = pd.Series([None], dtype=object)
    else:
        one = pd.Series([None], dtype="str")
    return _repeated(one, rows)


def _phone(source: Mapped, region: str, faults: Faults) -> pd.Series[Any]:
    values = source.values
    if source.missing.any():
        values = values.where(~pd.Series(source.missing), None)
    found = phones.normalise(values, region)
    faults.add(Reason.PHONE_INVALID, source.label, utf8.nulls(found) & ~source.missing)
    return utf8.series(found)


def _ttl(source: Mapped, faults: Faults) -> pd.Series[Any]:
    seconds, bad = timing.seconds_column(source.values, source.missing)
    if source.constant and bad.any():
        raise MappingError(f"ttl: give {timing.DURATION_HELP}.")
    faults.add(Reason.TTL_INVALID, source.label, bad)
    return seconds


def _schedule(source: Mapped, faults: Faults) -> pd.Series[Any]:
    when, naive, bad = timing.utc_column(source.values, source.missing)
    if source.constant and naive.any():
        raise MappingError(
            "scheduled_sent: the time has no zone, so the moment is ambiguous. Write it with an "
            'offset ("2025-01-25T11:00:00+02:00"), or .tz_localize("Europe/Kyiv") it first.'
        )
    if source.constant and bad.any():
        raise MappingError("scheduled_sent: give a tz-aware datetime or an ISO 8601 string.")
    faults.add(Reason.SCHEDULE_NAIVE, source.label, naive)
    faults.add(Reason.SCHEDULE_INVALID, source.label, bad)
    return when


def _options(source: Mapped) -> pd.Series[Any]:
    listed = np.empty(len(source.values), dtype=object)
    for at, value in enumerate(source.values):
        listed[at] = None if source.missing[at] else _as_options(value)
    return pd.Series(listed, dtype=object)


def _as_options(value: object) -> list[str | None]:
    """Options as strings; None where one is missing, which the schema refuses."""
    if not isinstance(value, list | tuple | np.ndarray):
        return [str(value)]
    return [item if isinstance(item, str) else _as_option(item) for item in value]


def _as_option(value: Any) -> str | None:  # noqa: ANN401 - whatever a list holds
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else str(value)


def as_text(source: Mapped, faults: Faults) -> pa.LargeStringArray:
    """Values as strings, null where missing or unsendable."""
    values = source.values
    if not pd.api.types.is_string_dtype(values.dtype) or values.dtype == object:
        values, failed = templates.format_values(values, Placeholder(""), source.missing)
        rule = "a value cannot be written as text"
        faults.add(Reason.FORMAT_FAILED, source.label, failed, rule)
    return to_arrow(values, source.label, faults)


def _check_message_type(value: object) -> None:
    if value not in set(MessageType):
        known = ", ".join(repr(str(kind)) for kind in MessageType)
        raise MappingError(f"message_type: {value!r} is not one the API knows ({known}).")
