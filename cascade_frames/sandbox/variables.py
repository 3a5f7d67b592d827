"""Variables: values uploaded apart from the texts that place them.

`POST /api/items` and the placeholders `%name=1%`, `%url=2%` and `%short_url=3%` are described
on the vendor's pages. That ids of all types share one space, and that a placeholder must name
the type its id was uploaded with, is our reading.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from cascade_frames.sandbox.refusals import Refusal

LARGEST_ID = 2**63 - 1
PLACEHOLDER = re.compile(r"%(name|url|short_url)=([0-9]+)%")
WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f]+")
TYPES = ("name", "url", "short_url")


class Variable(NamedTuple):
    """One uploaded value; `link` is the code of its short link, or "" when it has none."""

    id: int
    type: str
    value: str
    link: str


def check_variables(body: object, new_link: Callable[[], str]) -> list[Variable]:
    """Return the variables of a decoded `POST /api/items` body, or raise `Refusal`."""
    items = body.get("variables") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        raise Refusal(400, "INVALID_BODY", "variables must be a non-empty array", "variables")
    return [_check_variable(item, new_link) for item in items]


def _check_variable(item: object, new_link: Callable[[], str]) -> Variable:
    if not isinstance(item, dict):
        raise Refusal(400, "INVALID_VARIABLE", "a variable must be an object", "variables")
    number, kind, value = item.get("id"), item.get("type"), item.get("value")
    if type(number) is not int or not 0 <= number <= LARGEST_ID:
        raise Refusal(400, "INVALID_VARIABLE", "id must be an integer from 0 to 2^63-1", "id")
    if kind not in TYPES:
        raise Refusal(400, "INVALID_VARIABLE", "type must be name, url or short_url", "type")
    if not isinstance(value, str) or "\0" in value:
        raise Refusal(400, "INVALID_VARIABLE", "value must be a string without NUL", "value")
    if kind != "name" and not WEB_ADDRESS.fullmatch(value):
        raise Refusal(400, "INVALID_VARIABLE", "value must be an http(s) address", "value")
    return Variable(number, kind, value, new_link() if kind == "short_url" else "")


def placed_ids(texts: Iterable[object]) -> set[int]:
    """Return the ids that the placeholders in `texts` name; what is no string is passed over."""
    return {
        number
        for text in texts
        if isinstance(text, str)
        for _, digits in PLACEHOLDER.findall(text)
        if (number := _number(digits)) is not None
    }


def resolve(text: str, variables: Mapping[int, Variable], link_base: str) -> str:
    """Return `text` with every placeholder replaced, or raise `Refusal` for an unknown one."""

    def value(match: re.Match[str]) -> str:
        number = _number(match[2])
        variable = None if number is None else variables.get(number)
        if variable is None or variable.type != match[1]:
            raise Refusal(400, "UNKNOWN_VARIABLE", "text names a variable not uploaded", "text")
        return link_base + variable.link if variable.link else variable.value

    return PLACEHOLDER.sub(value, text)


def _number(digits: str) -> int | None:
    if len(digits) > len(str(LARGEST_ID)):
        return None
    number = int(digits)
    return number if number <= LARGEST_ID else None
