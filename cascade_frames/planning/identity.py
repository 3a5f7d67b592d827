"""Which message a row of a segment is: its tracking id, found as a plan finds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from cascade_frames.contract import RECEIPT_ID, Field
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning import hashing, phones, utf8
from cascade_frames.planning.conversion import convert
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.mapping import ARGUMENTS, TextLike, map_field
from cascade_frames.planning.memory import MessageKeys
from cascade_frames.planning.messages import slug
from cascade_frames.planning.variables import Variables


@dataclass(frozen=True, repr=False)
class Identified:
    """The tracking ids of a segment's N rows.

    Attributes:
        ids: null where a row can have none.
        faults: why it cannot, and which rows repeat the id of an earlier one.
        keys: by which a ledger knows them; the hashes of the contents are not to be used.
    """

    ids: pa.LargeStringArray
    faults: Faults
    keys: MessageKeys


def identify(
    segment: pd.DataFrame,
    *,
    id: TextLike | None,  # noqa: A002 - the API's name, as in a plan
    to_phone: TextLike | None,
    campaign: str,
    region: str,
    secret: bytes,
) -> Identified:
    """Find the tracking ids of a segment's rows, as a plan does.

    By `id`; by a column `trackinId`, where neither argument is given; by a column `id`; else
    derived from the campaign and the phone.

    Args:
        segment: N rows, any index.
        id, to_phone: as the plan had them.
        campaign: what derived ids are derived from.
        region: the country of phones that do not name one.
        secret: the ledger's.

    Raises:
        MappingError: the arguments do not fit the segment, or nothing says who is who.
    """
    region = phones.check_region(region)
    faults, variables = Faults(len(segment)), Variables(secret)
    by_receipt = id is None and to_phone is None and _has(segment, RECEIPT_ID)
    given = f"{{{RECEIPT_ID}}}" if by_receipt else id
    # That a row of a result table has no tracking id is no fault of the row.
    told = Faults(len(segment)) if by_receipt else faults
    own = map_field(segment, Field.ID, ARGUMENTS[Field.ID], given, told, variables)
    recipients = None
    if own is None or to_phone is not None:
        phone = map_field(
            segment, Field.TO_PHONE, ARGUMENTS[Field.TO_PHONE], to_phone, faults, variables
        )
        if phone is None:
            raise _nobody()
        recipients = utf8.strings(convert(Field.TO_PHONE, phone, len(segment), region, faults))
    if own is not None:
        ids = utf8.strings(convert(Field.ID, own, len(segment), region, told))
    else:
        ids = hashing.derive_ids(recipients, campaign, slug(campaign), secret)
    keys = _keys(ids, recipients, secret)
    sound = ~faults.any & ~utf8.nulls(ids)
    repeated = hashing.repeats(utf8.series(ids), keys.id_hashes, sound)
    if own is not None:
        faults.add(Reason.DUPLICATE_ID, own.label, repeated)
    elif phone is not None:
        faults.add(Reason.DUPLICATE_RECIPIENT, phone.label, repeated)
    return Identified(ids, faults, keys)


def _has(segment: pd.DataFrame, name: str) -> bool:
    return any(str(label) == name for label in segment.columns)


def _nobody() -> MappingError:
    return MappingError(
        'Say which row is which message, as the send did: to_phone="{phone}", or '
        f'id="order-{{order_id}}"; or pass a table with the column {RECEIPT_ID}.'
    )


def _keys(
    ids: pa.LargeStringArray, recipients: pa.LargeStringArray | None, secret: bytes
) -> MessageKeys:
    people = None
    if recipients is not None:
        people = hashing.recipient_hashes(recipients, secret)
        people[utf8.nulls(recipients)] = 0
    contents = np.zeros(len(ids), dtype=np.uint64)
    return MessageKeys(ids, hashing.id_hashes(ids, secret), contents, people)
