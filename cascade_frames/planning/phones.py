"""Phone numbers as people type them, brought to E.164 (`+380501112233`).

The plain spellings of the default region, and numbers with a plus, are read a shape at a time
(`phone_shapes`); what is left is read by the rules of numbering (`numbering`), one distinct value
at a time. Those take a while to load, and where all phones are plain they are not needed.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.errors import MappingError
from cascade_frames.loading import one_at_a_time
from cascade_frames.planning import utf8
from cascade_frames.planning.distinct import distinct_values, float_bits
from cascade_frames.planning.phone_shapes import Verdict, complete, sort_by_shape

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WRITTEN: Final = re.compile(r"\(?\+?[\d\s().\-\u2010-\u2015/]+")
_SCIENTIFIC: Final = re.compile(r"(\d)[.,]?(\d*)[eE]\+?(\d{1,2})")
_PUNCTUATION: Final = r"[^\d+]+"
# What may stand before the nine digits; 80 is the old long-distance 8 before the 0.
_PLAIN: Final = {"UA": re.compile(r"^(?:\+380|00380|380|80|0|)([1-9][0-9]{8})$")}
_PLAIN_PREFIX: Final = {"UA": "+380"}


def check_region(region: str) -> str:
    """The region in capitals.

    Raises:
        MappingError: not a region `phonenumbers` knows.
    """
    known = region.upper() if isinstance(region, str) else ""
    if known in _PLAIN:
        return known
    with one_at_a_time:
        from cascade_frames.planning.numbering import is_region
    if not is_region(known):
        raise MappingError(f"region: {region!r} is not a two-letter country code such as 'UA'.")
    return known


def normalise(values: pd.Series[Any], region: str) -> pa.LargeStringArray:
    """Bring a column of phones to E.164.

    Args:
        values: N phones: strings, integers, or the floats that blanks make of them.
        region: the country assumed where a number does not say, such as `"UA"`.

    Returns:
        N strings; null where a value is missing or no phone.
    """
    written = _as_written(values)
    if written is not None:
        return _read(written, region)
    codes, uniques = distinct_values(values)
    distinct = utf8.strings(np.array([*map(_digits, uniques.tolist()), None], dtype=object))
    return _read(distinct, region).take(pa.array(np.where(codes < 0, len(uniques), codes)))


def _as_written(values: pd.Series[Any]) -> pa.LargeStringArray | None:
    """Strings as they are and numbers in digits; None where a column holds other things too.

    No phone is what is negative, and what is too wide or narrow a float to be exact.
    """
    bits = float_bits(values.dtype)
    if bits:
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        exact = (numbers >= 0) & (numbers < 2**53) & (np.trunc(numbers) == numbers)
        exact &= bits == 64
        whole = pa.array(np.where(exact, numbers, 0).astype(np.int64)).cast(utf8.TYPE)
        return utf8.with_nulls(whole, ~exact)
    if pd.api.types.is_integer_dtype(values.dtype):
        numbers = pa.array(values, from_pandas=True)
        return pc.if_else(pc.less(numbers, 0), pa.scalar(None, utf8.TYPE), numbers.cast(utf8.TYPE))
    return utf8.strings_only(values)


def _digits(value: object) -> str:
    """A value as text; nothing where a number is no phone, or a text is half an emoji."""
    if isinstance(value, float):
        return str(int(value)) if 0 <= value < 2**53 and value.is_integer() else ""
    if isinstance(value, np.floating) or (isinstance(value, int | np.integer) and value < 0):
        return ""
    text = str(value)
    return "" if any("\ud800" <= letter <= "\udfff" for letter in text) else text


def _read(written: pa.LargeStringArray, region: str) -> pa.LargeStringArray:
    found = sort_by_shape(written, partial(_judge, region=region))
    kept, completed = found.rows(Verdict.KEEP), found.rows(Verdict.COMPLETE)
    asked = found.rows(Verdict.ASK)
    if len(kept) == len(written):
        return found.digits
    if len(completed) == len(written):
        return complete(found.digits, completed, _PLAIN_PREFIX[region])
    distinct = written.take(pa.array(asked)).dictionary_encode()
    texts = distinct.dictionary.to_pylist()
    read = pa.array([read_phone(text, region) for text in texts], utf8.TYPE)
    pieces = [
        pa.nulls(1, utf8.TYPE),
        found.digits.take(pa.array(kept)),
        complete(found.digits, completed, _PLAIN_PREFIX.get(region, "")),
        read.take(distinct.indices),
    ]
    place = np.zeros(len(written), dtype=np.int64)
    at = 1
    for rows in (kept, completed, asked):
        place[rows] = np.arange(at, at + len(rows))
        at += len(rows)
    return pa.concat_arrays(pieces).take(pa.array(place))


def _judge(sample: str, region: str) -> Verdict:
    """What holds for all phones of the sample's length that begin with its six characters.

    The plain spellings ask for no more than that. Neither does the library of a number with a
    plus, as long as it takes none of the digits for a national prefix: that it asks for the
    digits themselves.
    """
    if region in _PLAIN and _PLAIN[region].fullmatch(sample):
        return Verdict.KEEP if sample.startswith("+") else Verdict.COMPLETE
    if not sample.startswith("+"):
        return Verdict.ASK
    with one_at_a_time:
        from cascade_frames.planning.numbering import is_settled_by_shape
    if not is_settled_by_shape(sample[1:]):
        return Verdict.ASK
    return {sample: Verdict.KEEP, None: Verdict.REFUSE}.get(read_phone(sample, region), Verdict.ASK)


def read_phone(written: str, region: str) -> str | None:
    """One phone in E.164, or None where it cannot be read as one.

    Understands spaces, brackets, dashes, the apostrophe and the `.0` that spreadsheets leave,
    and scientific notation as long as it kept every digit.
    """
    text = _unspoil(_INVISIBLE.sub("", written).strip().lstrip("'’").strip())
    if text is None or not _WRITTEN.fullmatch(text):
        return None
    digits = re.sub(_PUNCTUATION, "", text)
    plain = _PLAIN[region].fullmatch(digits) if region in _PLAIN else None
    if plain:
        return _PLAIN_PREFIX[region] + plain[1]
    with one_at_a_time:
        from cascade_frames.planning.numbering import read_digits
    return read_digits(digits, region)


def _unspoil(text: str) -> str | None:
    """Undo what a spreadsheet does to digits; None where it has thrown some away."""
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        first, rest, exponent = scientific.groups()
        return f"{first}{rest}" if len(rest) == int(exponent) else None
    return re.sub(r"(?<=\d)\.0+$", "", text) if re.fullmatch(r"\+?\d+\.0+", text) else text
