"""From a segment and a mapping to a message table, with the faults of every row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from cascade_frames import contract
from cascade_frames.contract import Field, MessageType
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning import hashing, phones, utf8
from cascade_frames.planning.beside import HashedBeside
from cascade_frames.planning.conversion import as_text, convert
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.mapping import (
    ARGUMENTS,
    Mapped,
    MessageMapping,
    has_source,
    map_field,
)
from cascade_frames.planning.validation import check_messages
from cascade_frames.planning.variables import Variables

_ABSENT = frozenset({Reason.MISSING_VALUE, Reason.TEXT_MISSING, Reason.SURVEY_OPTIONS_COUNT})
_OPTIONAL = (Field.TTL, Field.SCHEDULED_SENT, Field.SURVEY_OPTIONS)
_REQUIRED = (Field.TO_PHONE, Field.FROM_NAME, Field.MESSAGE_TYPE)
# Phones, which take the longest to read, last: the others are hashed meanwhile.
_ORDER = (*(field for field in Field if field is not Field.TO_PHONE), Field.TO_PHONE)


@dataclass(frozen=True)
class DraftedMessages:
    """Every row of the segment as a message, good or bad.

    Attributes:
        table: N rows on a positional index; the columns of `schema.MessageTable`, then the
            fields passed through. Only rows without a fault are sound.
        faults: what is wrong with which rows.
        variables: the server-side variables that texts refer to.
        id_hashes: N `uint64`, by which the ledger knows the ids.
        hashed: what else it knows them by.
    """

    table: pd.DataFrame
    faults: Faults
    variables: Variables
    id_hashes: hashing.Hashes
    hashed: HashedBeside

    def __repr__(self) -> str:
        """Say how many rows there are, and nothing that is in them."""
        return f"DraftedMessages({len(self.table)} rows)"


def draft(
    segment: pd.DataFrame,
    mapping: MessageMapping,
    *,
    campaign: str | None,
    region: str,
    secret: bytes,
    now: datetime,
    faults: Faults,
) -> DraftedMessages:
    """Map, convert and check every row.

    Args:
        segment: N rows, any index.
        mapping: what the caller said of each field.
        campaign: what ids are derived from where none are given.
        region: the country assumed for phones that do not name one.
        secret: the ledger's, for derived ids and variables.
        now: tz-aware; the moment against which schedules are checked.
        faults: may hold some already (the caller's schema); takes what is found.

    Raises:
        MappingError: an argument does not fit the segment as a whole.
    """
    region = phones.check_region(region)
    variables = Variables(secret)
    told = {field: Faults(len(segment)) for field in Field}
    for field in _REQUIRED:
        if not has_source(segment, field, getattr(mapping, ARGUMENTS[field])):
            raise _no_source(segment, field)
    unwritable = Faults(len(segment))
    mapped: dict[Field, Mapped | None] = {}
    columns: dict[Field, pd.Series[Any]] = {}
    with HashedBeside(len(segment), secret) as hashed:
        for field in _ORDER:
            source = _map(segment, field, mapping, told[field], variables)
            columns[field] = convert(field, source, len(segment), region, told[field])
            if source is not None:
                hashed.add(field, columns[field])
            mapped[field] = source
        derived = mapped[Field.ID] is None
        if derived:
            columns[Field.ID] = _derive(columns[Field.TO_PHONE], campaign, secret)
            hashed.add(Field.ID, columns[Field.ID])
        passed_through = _passed_through(segment, mapping, unwritable, variables)
        for name, values in passed_through.items():
            hashed.add(name, values)
    modelled = pd.DataFrame({str(field): columns[field] for field in Field})
    table = modelled.assign(**passed_through)
    _add_rules_broken(modelled, now, mapped, told)
    for found in (*told.values(), unwritable):
        faults.found.extend(found.found)
    id_hashes = hashed.ids()
    _check_unique(table[Field.ID], id_hashes, derived, faults, mapped)
    return DraftedMessages(table, faults, variables, id_hashes, hashed)


def _map(
    segment: pd.DataFrame,
    field: Field,
    mapping: MessageMapping,
    faults: Faults,
    variables: Variables,
) -> Mapped | None:
    argument = ARGUMENTS[field]
    given = getattr(mapping, argument)
    if field is Field.SURVEY_OPTIONS and isinstance(given, list | tuple):
        return _map_options(segment, given, faults, variables)
    return map_field(segment, field, argument, given, faults, variables)


def _no_source(segment: pd.DataFrame, field: Field) -> MappingError:
    argument = ARGUMENTS[field]
    if field is Field.MESSAGE_TYPE:
        known = ", ".join(repr(str(kind)) for kind in MessageType)
        return MappingError(f"message_type is needed: one of {known}.")
    if field is Field.FROM_NAME:
        return MappingError('from_name is needed: the sender people will see, as "YourBrand".')
    words = ("phone", "tel", "mobile", "msisdn")
    likely = [str(c) for c in segment.columns if any(word in str(c).lower() for word in words)]
    example = likely[0] if likely else "phone"
    return MappingError(
        f'{argument} is needed: name the column with the phones, as {argument}="{{{example}}}".'
    )


def _map_options(
    segment: pd.DataFrame, options: Sequence[object], faults: Faults, variables: Variables
) -> Mapped:
    """Options given one by one: each a constant or a template."""
    argument = ARGUMENTS[Field.SURVEY_OPTIONS]
    if not all(isinstance(option, str) for option in options):
        raise MappingError(f"{argument}: each option is a string (a constant or a template).")
    mapped = [
        map_field(segment, Field.SURVEY_OPTIONS, argument, option, faults, variables)
        for option in options
    ]
    for source in mapped:
        if source is not None and source.required:
            faults.add(Reason.MISSING_VALUE, source.label, source.missing)
    constant = all(source is not None and source.constant for source in mapped)
    size = 1 if constant else len(segment)
    texts = [_option(source, size, faults) for source in mapped if source is not None]
    rows = [list(row) for row in zip(*texts, strict=True)] or [[] for _ in range(size)]
    complete = [all(isinstance(option, str) for option in row) for row in rows]
    values = pd.Series([row if ok else None for row, ok in zip(rows, complete, strict=True)])
    missing = ~np.array(complete, dtype=bool)
    return Mapped(values.astype(object), missing, argument, constant=constant)


def _option(source: Mapped, size: int, faults: Faults) -> list[str | None]:
    """One option for each row, None where it is missing."""
    if source.constant:
        constant: list[str | None] = as_text(source, Faults(1)).to_pylist()
        return constant * size
    varying: list[str | None] = as_text(source, faults).to_pylist()
    return varying


def _derive(recipients: pd.Series[Any], campaign: str | None, secret: bytes) -> pd.Series[Any]:
    if campaign is None:
        raise MappingError(
            "Give campaign= (ids are then derived from it, one per recipient) or "
            'id= (as id="order-{order_id}").'
        )
    return utf8.series(hashing.derive_ids(recipients, campaign, slug(campaign), secret))


def slug(campaign: str) -> str:
    """The part of a campaign's name that may stand in an id; `campaign` where none may."""
    plain = unicodedata.normalize("NFKD", campaign).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.:-]+", "-", plain).strip("-")[:60] or "campaign"


def _add_rules_broken(
    table: pd.DataFrame,
    now: datetime,
    mapped: Mapping[Field, Mapped | None],
    told: Mapping[Field, Faults],
) -> None:
    """Add what the schema finds, in the caller's words.

    A value that could not be converted is absent from the table. Why has been told; its absence
    is not told again.
    """
    found = Faults(len(table))
    check_messages(table, now, found, _absent(mapped))
    for fault in found.found:
        field = Field(fault.column)
        source = mapped[field]
        rows = fault.rows
        if fault.reason in _ABSENT:
            cause = Field.TO_PHONE if field is Field.ID and source is None else field
            rows = rows & ~told[cause].any
        told[field].add(fault.reason, source.label if source else ARGUMENTS[field], rows)


def _absent(mapped: Mapping[Field, Mapped | None]) -> frozenset[Field]:
    """The fields of which nothing was said, and which need not be there."""
    return frozenset(field for field in _OPTIONAL if mapped[field] is None)


def _passed_through(
    segment: pd.DataFrame, mapping: MessageMapping, faults: Faults, variables: Variables
) -> dict[str, pd.Series[Any]]:
    """The fields we do not model, as JSON fragments (object dtype, bytes or None)."""
    given = _fields_of(mapping.extra)
    for name in contract.PASSED_THROUGH:
        given.setdefault(name, None)
    columns = {}
    for name, value in given.items():
        if name in set(Field):
            raise MappingError(
                f"extra: {name} has an argument of its own, {ARGUMENTS[Field(name)]}."
            )
        source = map_field(segment, name, f"extra[{name!r}]", value, faults, variables)
        if source is None:
            continue
        if source.required:
            faults.add(Reason.MISSING_VALUE, source.label, source.missing)
        encoded = [
            None if absent else _encode(value)
            for value, absent in zip(source.values, source.missing, strict=True)
        ]
        bad = np.array([item is None for item in encoded], dtype=bool) & ~source.missing
        repeats = len(segment) if source.constant else 1
        faults.add(Reason.EXTRA_INVALID, source.label, bad.repeat(repeats))
        columns[name] = pd.Series(encoded, dtype=object).repeat(repeats).reset_index(drop=True)
    return columns


def _fields_of(extra: object) -> dict[str, Any]:
    if extra is None:
        return {}
    if not isinstance(extra, Mapping) or not all(isinstance(name, str) for name in extra):
        raise MappingError(
            'extra: give a dict of the API\'s fields by name, as {"viberMessage": {…}}.'
        )
    return dict(extra)


def _encode(value: object) -> bytes | None:
    plain = value.item() if isinstance(value, np.generic) else value
    plain = plain.tolist() if isinstance(plain, np.ndarray) else plain
    try:
        return msgspec.json.encode(plain, order="sorted")
    except (TypeError, ValueError, UnicodeEncodeError, RecursionError):
        return None


def _check_unique(
    ids: pd.Series[Any],
    hashes: hashing.Hashes,
    derived: bool,
    faults: Faults,
    mapped: Mapping[Field, Mapped | None],
) -> None:
    """The first sound row of an id stands; later ones are faulty."""
    doubled = hashing.repeats(ids, hashes, ~faults.any)
    reason = Reason.DUPLICATE_RECIPIENT if derived else Reason.DUPLICATE_ID
    source = mapped[Field.TO_PHONE if derived else Field.ID]
    faults.add(reason, source.label if source else Field.ID, doubled)
