"""Templates: `"{first_name}, {amount:.2f} UAH"` parsed once, rendered a column at a time."""

from __future__ import annotations

import difflib
import math
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.contract import VariableType
from cascade_frames.errors import MappingError
from cascade_frames.planning import decimals, utf8
from cascade_frames.planning.distinct import distinct_values, float_bits

_VARIABLE_SPECS = frozenset(VariableType)
_CONVERSIONS: dict[str, Callable[[Any], str]] = {"s": str, "r": repr, "a": ascii}


@dataclass(frozen=True)
class Placeholder:
    """One `{column:spec}` of a template."""

    column: str
    spec: str = ""
    conversion: str | None = None

    @property
    def variable(self) -> VariableType | None:
        """The server-side variable this becomes (`{link:short_url}`), if any."""
        return VariableType(self.spec) if self.spec in _VARIABLE_SPECS else None


@dataclass(frozen=True)
class Template:
    """A parsed template: literal strings and placeholders, in order."""

    parts: tuple[str | Placeholder, ...]

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """The placeholders, in order."""
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    @property
    def bare(self) -> Placeholder | None:
        """The placeholder, when the template is exactly one and asks for no format."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Placeholder):
            only = self.parts[0]
            return only if not only.spec and not only.conversion else None
        return None


def parse(source: str, argument: str) -> Template:
    """Parse a template.

    Args:
        source: the string as the caller wrote it; `{{` and `}}` stand for braces.
        argument: the argument's name, for errors.

    Raises:
        MappingError: a brace without its partner, an empty placeholder, half an emoji.
    """
    if is_spoiled(source):
        raise MappingError(
            f"{argument}: the text holds half an emoji (a lone surrogate), which cannot be sent. "
            "Type that character anew."
        )
    try:
        pieces = list(string.Formatter().parse(source))
    except ValueError as error:
        raise MappingError(
            f"{argument}: the template has a brace that does not match ({error}). "
            "Write {column} for a column's value and {{ or }} for a brace itself."
        ) from None
    parts: list[str | Placeholder] = []
    for literal, name, spec, conversion in pieces:
        if literal:
            parts.append(literal)
        if name is not None:
            parts.append(_placeholder(name, spec or "", conversion, argument))
    return Template(_join_literals(parts))


def _placeholder(name: str, spec: str, conversion: str | None, argument: str) -> Placeholder:
    if not name.strip():
        raise MappingError(
            f"{argument}: the template has an empty placeholder {{}}. Name a column inside it, "
            "or write {{}} doubled for the braces themselves."
        )
    if "{" in spec:
        raise MappingError(
            f"{argument}: the format of {{{name}}} holds another placeholder, which is not "
            "supported. Compute that column first with segment.assign(…)."
        )
    if conversion is not None and conversion not in _CONVERSIONS:
        raise MappingError(f"{argument}: {{{name}!{conversion}}} is not a known conversion.")
    return Placeholder(name, spec, conversion)


def _join_literals(parts: list[str | Placeholder]) -> tuple[str | Placeholder, ...]:
    joined: list[str | Placeholder] = []
    for part in parts:
        if joined and isinstance(part, str) and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


def find_column(segment: pd.DataFrame, name: str, argument: str) -> pd.Series[Any]:
    """The segment's column of that name, on a positional index.

    Raises:
        MappingError: no such column (near matches are named), or two of that name.
    """
    positions = [at for at, label in enumerate(segment.columns) if str(label) == name]
    if not positions:
        raise MappingError(
            f"{argument}: the segment has no column {name!r}.{_near(name, segment.columns)}"
        )
    if len(positions) > 1:
        raise MappingError(
            f"{argument}: the segment has {len(positions)} columns named {name!r}. Rename one."
        )
    return segment.iloc[:, positions[0]].reset_index(drop=True)


def _near(name: str, columns: Iterable[object]) -> str:
    labels = {str(label).lower(): str(label) for label in columns}
    near = [labels[hit] for hit in difflib.get_close_matches(name.lower(), labels, n=3)]
    if near:
        return f" Did you mean {' or '.join(repr(label) for label in near)}?"
    return f" It has {', '.join(repr(label) for label in list(labels.values())[:20])}."


def is_missing(values: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """True where a value is None, NaN, NaT or NA, or a string of nothing but white space."""
    missing: npt.NDArray[np.bool_] = values.isna().to_numpy(dtype=bool, copy=True)
    if pd.api.types.is_float_dtype(values.dtype):
        # Arrow and masked floats tell NaN from NA; a text shows neither.
        missing |= np.isnan(_as_floats(values))
    elif (texts := utf8.strings_only(values)) is not None:
        missing |= utf8.blanks(texts)
    elif values.dtype.kind in "OSU":
        missing |= np.fromiter(map(_is_blank, values), dtype=bool, count=len(values))
    return missing


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _as_floats(values: pd.Series[Any]) -> npt.NDArray[np.float64]:
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def is_spoiled(value: object) -> bool:
    """Whether a string holds half an emoji (a lone surrogate), which UTF-8 cannot carry."""
    return isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value)


def format_values(
    values: pd.Series[Any], placeholder: Placeholder, missing: npt.NDArray[np.bool_]
) -> tuple[pd.Series[Any], npt.NDArray[np.bool_]]:
    """The column as text, by the placeholder's format.

    A float column whose values are all whole (what a blank makes of an integer column) is
    written without `.0` where no format is asked for.

    Args:
        values: N values.
        placeholder: its spec and conversion, as `str.format` would apply them.
        missing: bool, length N; those come back as None.

    Returns:
        N strings (dtype `str` or object) and a bool mask of values that the format does not fit.
    """
    quick = None
    if not placeholder.conversion:
        as_they_are = None if placeholder.spec else _as_they_are(values, missing)
        quick = as_they_are or decimals.written(values, placeholder.spec)
    if quick is None:
        return _format_distinct(values, placeholder, missing)
    rendered, unsettled = quick
    unsettled = unsettled & ~missing
    if not unsettled.any():
        return utf8.series(utf8.with_nulls(rendered, missing)), np.zeros(len(values), dtype=bool)
    others, failed = _format_distinct(values, placeholder, ~unsettled)
    rendered = pc.if_else(pa.array(unsettled), utf8.strings(others), rendered)
    return utf8.series(utf8.with_nulls(rendered, missing)), failed


def _as_they_are(
    values: pd.Series[Any], missing: npt.NDArray[np.bool_]
) -> tuple[pa.LargeStringArray, npt.NDArray[np.bool_]] | None:
    """Strings, integers and whole floats as text, and a mask of rows left out, which are none."""
    if float_bits(values.dtype):
        numbers = np.where(missing, 0.0, _as_floats(values))
        found = pa.array(numbers.astype(np.int64)).cast(utf8.TYPE) if _are_whole(numbers) else None
    elif pd.api.types.is_integer_dtype(values.dtype):
        found = pa.array(values, from_pandas=True).cast(utf8.TYPE)
    else:
        found = utf8.strings_only(values)
    return None if found is None else (found, np.zeros(len(values), dtype=bool))


def _are_whole(numbers: npt.NDArray[np.float64]) -> bool:
    return bool((np.abs(numbers) < 2**53).all() and (np.trunc(numbers) == numbers).all())


def _format_distinct(
    values: pd.Series[Any], placeholder: Placeholder, missing: npt.NDArray[np.bool_]
) -> tuple[pd.Series[Any], npt.NDArray[np.bool_]]:
    """What `format_values` gives, each distinct value formatted by Python."""
    codes, uniques = distinct_values(values, missing)
    distinct = _plain_numbers(uniques, placeholder)
    rendered = np.empty(len(distinct) + 1, dtype=object)
    failed = np.zeros(len(distinct) + 1, dtype=bool)
    rendered[-1] = None
    for at, value in enumerate(distinct):
        try:
            rendered[at] = _format(value, placeholder)
        except (ValueError, TypeError, OverflowError):
            rendered[at], failed[at] = None, True
    return pd.Series(rendered[codes], dtype=object), failed[codes] & ~missing


def _plain_numbers(distinct: pd.Series[Any], placeholder: Placeholder) -> list[Any]:
    bits = float_bits(distinct.dtype)
    if not bits:
        return distinct.tolist()
    numbers = _as_floats(distinct)
    if not placeholder.spec and not placeholder.conversion and _are_whole(numbers):
        return [int(number) for number in numbers]
    # A narrow float read as a wide one shows digits nobody wrote: 19.99 as 19.989999771118164.
    return [float(str(number)) for number in numbers.astype(f"float{bits}")]


def _format(value: object, placeholder: Placeholder) -> str:
    if isinstance(value, float | np.floating | Decimal) and not math.isfinite(value):
        raise ValueError("infinity is nothing to write to people")
    if isinstance(value, bytes) and not placeholder.conversion:
        raise TypeError("bytes are not text")
    if placeholder.conversion:
        value = _CONVERSIONS[placeholder.conversion](value)
    return format(value, placeholder.spec)


def concatenate(parts: list[str | pa.Array], rows: int) -> pa.Array:
    """Join literals and string columns of length `rows`; a null anywhere makes a null."""
    if not parts:
        return utf8.repeated("", rows)
    if all(isinstance(part, str) for part in parts):
        return utf8.repeated("".join(map(str, parts)), rows)
    columns = [pa.scalar(p, pa.large_string()) if isinstance(p, str) else p for p in parts]
    return pc.binary_join_element_wise(*columns, pa.scalar("", pa.large_string()))
