"""Server-side variables: values uploaded once, to which texts refer (`%short_url=7%`).

Only the server can shorten a URL. Variable ids are integers of the caller's choosing and two
campaigns must not share one, so an id is a keyed hash of kind and value: the same value has
the same id in every run, and another value another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from cascade_frames.contract import VariableType
from cascade_frames.errors import MappingError
from cascade_frames.planning import utf8
from cascade_frames.planning.hashing import derive_key, hash_texts
from cascade_frames.planning.utf8 import Texts

# Larger integers would be rounded by servers that read JSON numbers as doubles.
_ID_BITS = 53
_BLOCK = 10_000
_REFERENCE = re.compile(r"%(?:url|short_url)=(\d{1,19})%")


@dataclass(frozen=True)
class Variable:
    """One value to upload."""

    id: int
    type: VariableType
    value: str = field(repr=False)


@dataclass
class Variables:
    """The variables that a plan's texts refer to, gathered while they are rendered."""

    secret: bytes = field(repr=False)
    found: dict[int, Variable] = field(default_factory=dict, repr=False)

    def refer(self, values: Texts, kind: VariableType) -> pd.Series[Any]:
        """Replace N values by references to variables; None where a value is.

        Raises:
            MappingError: two values share an id (one chance in 2^53 for each pair).
        """
        coded = utf8.strings(values).dictionary_encode()
        hashed = hash_texts(coded.dictionary, derive_key(self.secret, f"variable:{kind}"))
        ids = [int(value) >> (64 - _ID_BITS) or 1 for value in hashed]
        for number, value in zip(ids, coded.dictionary.to_pylist(), strict=True):
            self._keep(Variable(number, kind, value))
        references = pa.array([f"%{kind}={number}%" for number in ids], utf8.TYPE)
        return utf8.series(references.take(coded.indices))

    def used_in(self, texts: Texts) -> tuple[Variable, ...]:
        """Those of the variables that any of the texts refers to."""
        if not self.found:
            return ()
        column = utf8.strings(texts).drop_null()
        used: set[int] = set()
        for start in range(0, len(column), _BLOCK):
            # A line's end is no part of a reference, so none runs over from one text to the next.
            block = "\n".join(column.slice(start, _BLOCK).to_pylist())
            used.update(map(int, _REFERENCE.findall(block)))
        return tuple(variable for number, variable in self.found.items() if number in used)

    def _keep(self, variable: Variable) -> None:
        held = self.found.setdefault(variable.id, variable)
        if held != variable:
            raise MappingError(
                "text: two links came to the same variable id, which happens once in many "
                "billions. Write one of them a little differently (add ?a=1) and plan again."
            )


def show(text: str, variables: Mapping[int, Variable]) -> str:
    """A text as its reader will see it, with references replaced by their values."""

    def value(reference: re.Match[str]) -> str:
        known = variables.get(int(reference[1]))
        return known.value if known else reference[0]

    return _REFERENCE.sub(value, text)
