"""The receipts of a reply that answers every id in turn, read as one column.

Where ids are of one length, and messageIds are too, such a reply is a table of rows of one length,
each a constant, a messageId, a constant, the id and a constant. So the table is written that has
the first row's constants, the ids that were sent and the messageIds that came; where it is equal
to the reply, the reply says just that. No text is made of any entry.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.contract import RECEIPT_ID, RECEIPT_MESSAGE_ID
from cascade_frames.planning import utf8
from cascade_frames.planning.utf8 import Bytes, Utf8

MAX_ID: Final = 255
_SPACE, _LAST = b" ~"
_BLANK: Final = rb"[ \t\n\r]*"


def _pattern(*parts: bytes) -> re.Pattern[bytes]:
    """Parts of JSON with blanks wherever it may have them."""
    return re.compile(b"".join(parts).replace(b" ", _BLANK))


# The first entry up to its id; the rest of an entry, and the comma behind it; the end.
_OPENING: Final = _pattern(
    rb'( \[ )(\{ "%b" : ")' % RECEIPT_MESSAGE_ID.encode(),
    rb'([^"]{1,%d})(" , "%b" : ")' % (MAX_ID, RECEIPT_ID.encode()),
)
_CLOSING: Final = _pattern(rb'(" \})( , )?')
_END: Final = _pattern(rb" \] ")


def read_column(body: bytes, ids: pa.LargeStringArray) -> pa.LargeStringArray | None:
    """The messageIds of a reply that has one for every id, in turn, and nothing beside.

    Args:
        body: of the reply.
        ids: N tracking ids without nulls.

    Returns:
        N messageIds, all different, of visible ASCII; None for any other reply, and where ids or
        messageIds are of several lengths.
    """
    sent = Utf8.of(ids)
    opening = _OPENING.match(body)
    if opening is None or not len(sent.data) or not _are_alike(sent.lengths):
        return None
    start, before, first, between = opening.groups()
    width = len(sent.data) // len(sent)
    closing = _CLOSING.match(body, opening.end() + width)
    if closing is None:
        return None
    close, comma = closing.groups(b"")
    message_id = slice(len(before), len(before) + len(first))
    tracking_id = slice(message_id.stop + len(between), message_id.stop + len(between) + width)
    row = tracking_id.stop + len(close + comma)
    end = len(start) + len(sent) * row - len(comma)  # no comma stands behind the last
    if not _END.fullmatch(body, end):
        return None
    # What follows the last entry stands in the place of its comma.
    whole = body.ljust(end + len(comma))
    said = np.frombuffer(whole, np.uint8, len(sent) * row, len(start)).reshape(len(sent), row)
    received = np.ascontiguousarray(said[:, message_id])
    expected = np.empty_like(said)
    expected[:] = said[0]
    expected[:, message_id] = received
    expected[:, tracking_id] = sent.data.reshape(len(sent), width)
    expected[-1, row - len(comma) :] = said[-1, row - len(comma) :]
    if not np.array_equal(said, expected) or _needs_escape(sent.data):
        return None
    if _needs_escape(received) or not _are_visible(received):
        return None
    found = utf8.fixed_width(received)
    return found if _end_differently(received) or _differ(found) else None


def are_sound(message_ids: pa.LargeStringArray) -> bool:
    """Whether these are visible ASCII without spaces, of a length that is kept, and all differ."""
    column = Utf8.of(message_ids)
    kept = column.lengths.min() > 0 and column.lengths.max() <= MAX_ID
    return bool(kept) and _are_visible(column.data) and _differ(message_ids)


def _are_visible(letters: Bytes) -> bool:
    return bool(letters.min() > _SPACE and letters.max() <= _LAST)


def _differ(texts: pa.LargeStringArray) -> bool:
    return len(pc.unique(texts)) == len(texts)


def _are_alike(numbers: npt.NDArray[np.int64]) -> bool:
    return bool((numbers == numbers[0]).all())


def _end_differently(letters: Bytes) -> bool:
    """Whether the last eight bytes already tell these rows apart, as those of UUIDs do."""
    if letters.shape[1] < 8:
        return False
    ends = np.sort(np.ascontiguousarray(letters[:, -8:]).view(np.uint64), axis=None)
    return bool((ends[1:] != ends[:-1]).all())


def _needs_escape(letters: Bytes) -> bool:
    """Whether JSON would write some of these bytes otherwise."""
    octets = letters.tobytes()
    return b'"' in octets or b"\\" in octets or bool(letters.min() < _SPACE)
