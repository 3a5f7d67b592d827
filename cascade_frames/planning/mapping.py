"""Arguments to columns: the one rule by which what the caller wrote maps a segment to messages.

A string is a template (a constant where it has no braces; a lone `"{column}"` keeps the
column's type). Anything else is a constant, a `pd.col` expression or a Series. An argument
left out falls back to the segment's column of the API's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeAlias, Union

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.typing import Expression

from cascade_frames.contract import Field
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning import templates, utf8
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.templates import Placeholder, Template
from cascade_frames.planning.utf8 import Mask
from cascade_frames.planning.variables import Variables

Columnar: TypeAlias = Union["pd.Series[Any]", Expression]
TextLike: TypeAlias = str | Columnar
TtlLike: TypeAlias = int | str | timedelta | Columnar
ScheduleLike: TypeAlias = str | datetime | Columnar
OptionsLike: TypeAlias = Sequence[str] | str | Columnar


@dataclass(frozen=True)
class MessageMapping:
    """What the caller said each field of a message is made of; None where nothing was said."""

    id: TextLike | None = None
    to_phone: TextLike | None = None
    from_name: TextLike | None = None
    message_type: TextLike | None = None
    text: TextLike | None = None
    ttl: TtlLike | None = None
    scheduled_sent: ScheduleLike | None = None
    survey_options: OptionsLike | None = None
    extra: Mapping[str, Any] | None = None

    def __repr__(self) -> str:
        """Name the arguments that were given, without their values (texts among them)."""
        given = [field.name for field in fields(self) if getattr(self, field.name) is not None]
        return f"MessageMapping({', '.join(given)})"


ARGUMENTS: dict[Field, str] = {
    Field.ID: "id",
    Field.TO_PHONE: "to_phone",
    Field.FROM_NAME: "from_name",
    Field.MESSAGE_TYPE: "message_type",
    Field.TEXT: "text",
    Field.TTL: "ttl",
    Field.SCHEDULED_SENT: "scheduled_sent",
    Field.SURVEY_OPTIONS: "survey_options",
}

_TEXTS = frozenset(
    {Field.ID, Field.TO_PHONE, Field.FROM_NAME, Field.MESSAGE_TYPE, Field.TEXT},
)


@dataclass(frozen=True, repr=False)
class Mapped:
    """One field's values, before they are brought to the API's form.

    Attributes:
        values: N values on a positional index; of a constant, its one value.
        missing: bool mask, as long as `values`.
        label: the column (or argument) to name when a value is at fault.
        constant: the one value stands for all rows.
        required: a missing value rejects the row, whatever the field.
    """

    values: pd.Series[Any]
    missing: Mask
    label: str
    constant: bool = False
    required: bool = False


def map_field(
    segment: pd.DataFrame,
    field: str,
    argument: str,
    given: object,
    faults: Faults,
    variables: Variables,
) -> Mapped | None:
    """The values of one field; None where neither the argument nor the column is there.

    Args:
        segment: the caller's table, N rows.
        field: the API's name, which is the column to fall back to.
        argument: the Python name, for errors.
        given: what the caller passed.
        faults: takes the rows whose template cannot be filled.
        variables: takes the server-side variables of `{link:short_url}`.

    Raises:
        MappingError: see `templates.parse` and `templates.find_column`; a Series on another
            index than the segment's; something that is no text where a text is needed.
    """
    if not has_source(segment, field, given):
        return None
    if given is None:
        return _from_column(templates.find_column(segment, str(field), argument), field)
    if isinstance(given, str):
        return _from_template(segment, argument, given, faults, variables)
    if isinstance(given, Expression):
        return _from_column(_evaluate(segment, given, argument), argument)
    if isinstance(given, pd.Series):
        return _from_column(_aligned(segment, given, argument), argument)
    if field in _TEXTS and not _is_writable(given):
        raise MappingError(
            f"{argument}: a {type(given).__name__} was given. Give a string (a template), a "
            "number, a pd.col expression or a Series with the segment's index."
        )
    return _constant(given, argument)


def has_source(segment: pd.DataFrame, field: str, given: object) -> bool:
    """Whether there is anything to take a field's values from: an argument, or the column."""
    return given is not None or any(str(label) == field for label in segment.columns)


def _is_writable(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _from_column(values: pd.Series[Any], label: str) -> Mapped:
    return Mapped(values, templates.is_missing(values), label)


def _constant(value: object, argument: str) -> Mapped:
    if isinstance(value, np.ndarray | pd.Index | pd.DataFrame):
        raise MappingError(
            f"{argument}: a {type(value).__name__} was given. Pass a pandas Series with the "
            "segment's index, a template, or one constant."
        )
    one = np.empty(1, dtype=object)
    one[0] = value
    return Mapped(pd.Series(one, dtype=object), np.zeros(1, dtype=bool), argument, constant=True)


def _evaluate(segment: pd.DataFrame, expression: Expression, argument: str) -> pd.Series[Any]:
    try:
        values = segment.assign(**{"\0mapped": expression})["\0mapped"]
    except Exception as error:  # noqa: BLE001 - whatever the expression meets, values in its message
        raise MappingError(
            f"{argument}: the expression cannot be computed on this segment "
            f"({type(error).__name__}). Try segment.assign(x=…) to see where it fails."
        ) from None
    return values.reset_index(drop=True)


def _aligned(segment: pd.DataFrame, given: pd.Series[Any], argument: str) -> pd.Series[Any]:
    if len(given) != len(segment) or not given.index.equals(segment.index):
        raise MappingError(
            f"{argument}: the Series has {len(given):,} values on another index than the "
            f"segment's {len(segment):,} rows. Build it from the segment, or give it "
            "index=segment.index."
        )
    return given.reset_index(drop=True)


def _from_template(
    segment: pd.DataFrame, argument: str, source: str, faults: Faults, variables: Variables
) -> Mapped:
    template = templates.parse(source, argument)
    if not template.placeholders:
        return _constant("".join(map(str, template.parts)), argument)
    bare = template.bare
    if bare:
        values = templates.find_column(segment, bare.column, argument)
        missing = templates.is_missing(values)
        return Mapped(values, missing, bare.column, required=True)
    return _render(segment, argument, template, faults, variables)


def _render(
    segment: pd.DataFrame,
    argument: str,
    template: Template,
    faults: Faults,
    variables: Variables,
) -> Mapped:
    unfilled = np.zeros(len(segment), dtype=bool)
    parts: list[str | pa.Array] = []
    for part in template.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        values, bad = _fill(segment, argument, part, faults, variables)
        unfilled |= bad
        parts.append(to_arrow(values, part.column, faults))
    joined = utf8.series(templates.concatenate(parts, len(segment)))
    label = argument if len(template.placeholders) > 1 else template.placeholders[0].column
    # Rows that could not be filled already have their fault, which names the column.
    return Mapped(joined, unfilled, label)


def _fill(
    segment: pd.DataFrame,
    argument: str,
    placeholder: Placeholder,
    faults: Faults,
    variables: Variables,
) -> tuple[pd.Series[Any], Mask]:
    values = templates.find_column(segment, placeholder.column, argument)
    missing = templates.is_missing(values)
    faults.add(Reason.MISSING_VALUE, placeholder.column, missing)
    if placeholder.variable:
        if argument != ARGUMENTS[Field.TEXT]:
            raise MappingError(
                f"{argument}: {{{placeholder.column}:{placeholder.spec}}} is replaced by the "
                "API inside texts only."
            )
        plain, _ = templates.format_values(values, Placeholder(""), missing)
        texts = to_arrow(plain, placeholder.column, faults)
        return variables.refer(texts, placeholder.variable), missing
    rendered, failed = templates.format_values(values, placeholder, missing)
    if failed.any() and bool(failed[~missing].all()):
        raise MappingError(
            f"{argument}: the format {placeholder.spec!r} fits no value of column "
            f"{placeholder.column!r} (dtype {values.dtype}). Convert the column first, or mend "
            "the format."
        )
    rule = f"a value does not fit the format {placeholder.spec!r}"
    faults.add(Reason.FORMAT_FAILED, placeholder.column, failed, rule)
    return rendered, missing | failed


def to_arrow(values: pd.Series[Any], label: str, faults: Faults) -> pa.Array:
    """Strings as an Arrow column; half an emoji (a lone surrogate) is a fault and a null."""
    try:
        return utf8.strings(values)
    except UnicodeEncodeError:
        spoiled = values.map(templates.is_spoiled).to_numpy(dtype=bool)
        faults.add(Reason.TEXT_CHARACTERS, label, spoiled)
        return utf8.strings(values.where(~pd.Series(spoiled), None))
