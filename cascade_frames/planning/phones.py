"""Phone numbers as people type them, brought to E.164 (`+380501112233`).

The plain spellings of the default region are read by patterns over the whole column; what is
left goes through `phonenumbers`, one distinct value at a time. A number is taken when its
length and country code are possible for a mobile number of its country (the library's
metadata); whether the range has been handed out yet is not asked, since metadata lags behind.
Only where digits without a plus are no number of the region is it asked, before they are taken
for a country code and a number: a digit too many must not reach somebody in Belize.
"""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from cascade_frames.errors import MappingError
from cascade_frames.planning.distinct import distinct_values, float_bits

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WRITTEN: Final = re.compile(r"\(?\+?[\d\s().\-\u2010-\u2015/]+")
_SCIENTIFIC: Final = re.compile(r"(\d)[.,]?(\d*)[eE]\+?(\d{1,2})")
_PUNCTUATION: Final = r"[^\d+]+"
# What may stand before the nine digits; 80 is the old long-distance 8 before the 0.
_PLAIN: Final = {"UA": re.compile(r"^(?:\+380|00380|380|80|0|)([1-9][0-9]{8})$")}
_PLAIN_PREFIX: Final = {"UA": "+380"}
_PLAIN_E164: Final = {380: re.compile(r"\+380[1-9][0-9]{8}")}


def check_region(region: str) -> str:
    """The region in capitals.

    Raises:
        MappingError: not a region `phonenumbers` knows.
    """
    known = region.upper() if isinstance(region, str) else ""
    if known not in phonenumbers.SUPPORTED_REGIONS:
        raise MappingError(f"region: {region!r} is not a two-letter country code such as 'UA'.")
    return known


def normalise(values: pd.Series[Any], region: str) -> pd.Series[Any]:
    """Bring a column of phones to E.164.

    Args:
        values: N phones: strings, integers, or the floats that blanks make of them.
        region: the country assumed where a number does not say, such as `"UA"`.

    Returns:
        N strings (object dtype); None where a value is missing or no phone.
    """
    codes, uniques = distinct_values(values)
    written = _as_written(uniques)
    phones = np.array([*_read(written, region), None], dtype=object)
    return pd.Series(phones[codes], dtype=object)


def _as_written(uniques: pd.Series[Any]) -> pd.Series[Any]:
    if 0 < float_bits(uniques.dtype) < 64:
        return pd.Series("", index=uniques.index, dtype=object)
    return pd.Series([_digits(value) for value in uniques.tolist()], dtype=object)


def _digits(value: object) -> str:
    """A value as text; nothing where a number is negative, or too wide or narrow to be exact."""
    if isinstance(value, float):
        return str(int(value)) if 0 <= value < 2**53 and value.is_integer() else ""
    if isinstance(value, np.floating) or (isinstance(value, int | np.integer) and value < 0):
        return ""
    return str(value)


def _read(written: pd.Series[Any], region: str) -> npt.NDArray[np.object_]:
    phones = np.full(len(written), None, dtype=object)
    if region in _PLAIN:
        found = written.str.extract(_PLAIN[region], expand=False)
        plain = found.notna().to_numpy()
        phones[plain] = (_PLAIN_PREFIX[region] + found[plain]).to_numpy(dtype=object)
    for at, text in enumerate(written):
        if phones[at] is None:
            phones[at] = read_phone(str(text), region)
    return phones


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
    try:
        number = phonenumbers.parse(digits, region)
        if digits.isdigit() and not _possible(number):
            number = phonenumbers.parse(f"+{digits.removeprefix('00')}", None)
            if not digits.startswith("00") and not phonenumbers.is_valid_number(number):
                return None
    except phonenumbers.NumberParseException:
        return None
    if not _possible(number):
        return None
    phone = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    # The library keeps a leading 0 that stands where a digit was lost.
    strict = _PLAIN_E164.get(number.country_code or 0)
    return None if strict and not strict.fullmatch(phone) else phone


def _possible(number: phonenumbers.PhoneNumber) -> bool:
    verdict = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
    return verdict == ValidationResult.IS_POSSIBLE


def _unspoil(text: str) -> str | None:
    """Undo what a spreadsheet does to digits; None where it has thrown some away."""
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        first, rest, exponent = scientific.groups()
        return f"{first}{rest}" if len(rest) == int(exponent) else None
    return re.sub(r"(?<=\d)\.0+$", "", text) if re.fullmatch(r"\+?\d+\.0+", text) else text
