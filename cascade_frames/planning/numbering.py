"""The world's rules of phone numbers. The door to phonenumbers.

A number is taken when its length and country code are possible for a mobile number of its country
(the library's metadata); whether the range has been handed out yet is not asked, since metadata
lags behind. Only where digits without a plus are no number of the region is it asked, before they
are taken for a country code and a number: a digit too many must not reach somebody in Belize.
"""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

_PLAIN_E164: Final = {380: re.compile(r"\+380[1-9][0-9]{8}")}


def is_region(region: str) -> bool:
    """Whether that is a two-letter country code, in capitals, of which rules are known."""
    return region in phonenumbers.SUPPORTED_REGIONS


def read_digits(digits: str, region: str) -> str | None:
    """A number in E.164, or None where it is none.

    Args:
        digits: nothing else, but for pluses.
        region: the country assumed where the number does not say.
    """
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


def is_settled_by_shape(digits: str) -> bool:
    """Whether country code and length decide, whatever the other digits are."""
    if digits.startswith("0"):
        return False
    for size in (1, 2, 3):
        code, national = int(digits[:size]), digits[size:]
        if code not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            continue
        region = phonenumbers.region_code_for_country_code(code)
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        if metadata is None or national[0] == "0":
            return False
        prefix = metadata.national_prefix_for_parsing or ""
        return not prefix or (prefix.isdigit() and not national.startswith(prefix[0]))
    return False
