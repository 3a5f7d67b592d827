"""The receipts of a reply that answers every id in turn, read as one column.

Where ids are of one length, and messageIds are too, such a reply is a table of rows of one length,
each a constant, a messageId, a constant, the id and a constant. So it is looked at as that, and
where the columns are the constants and the ids that were sent, it says just that. No text is made
of any entry.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.contract import RECEIPT_ID, RECEIPT_MESSAGE_ID
from cascade_frames.planning import utf8
from cascade_frames.planning.utf8 import Bytes, Utf8

MAX_ID: Final = 255
_SPACE, _LAST = b" ~"
_COLUMNS: Final = ("before", "message_id", "between", "id", "after")
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
    if opening is None or not len(sent.data) or (np.diff(sent.lengths) != 0).any():
        return None
    start, before, first, between = opening.groups()
    width = len(sent.data) // len(sent)
    closing = _CLOSING.match(body, opening.end() + width)
    if closing is None:
        return None
    close, comma = closing.groups(b"")
    widths = (len(before), len(first), len(between), width, len(close + comma))
    end = len(start) + len(ids) * sum(widths) - len(comma)  # no comma stands behind the last
    if not _END.fullmatch(body, end):
        return None
    row = np.dtype([(name, f"V{width}") for name, width in zip(_COLUMNS, widths, strict=True)])
    rows = np.frombuffer(body[len(start) : end] + comma, dtype=row, count=len(ids))
    column = {name: rows[name].tobytes() for name in _COLUMNS}
    constants = {"before": before, "between": between, "after": close + comma}
    if any(column[name] != text * len(ids) for name, text in constants.items()):
        return None
    if column["id"] != sent.data.tobytes() or _needs_escape(column["id"]):
        return None
    found = _of_width(column["message_id"], len(first))
    if _needs_escape(column["message_id"]) or not _are_visible(Utf8.of(found).data):
        return None
    return found if _end_differently(column["message_id"], len(first)) or _differ(found) else None


def _of_width(texts: bytes, width: int) -> pa.LargeStringArray:
    offsets = np.arange(0, len(texts) + 1, width)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(texts)]
    return pa.Array.from_buffers(utf8.TYPE, len(offsets) - 1, buffers)


def are_sound(message_ids: pa.LargeStringArray) -> bool:
    """Whether these are visible ASCII without spaces, of a length that is kept, and all differ."""
    column = Utf8.of(message_ids)
    kept = column.lengths.min() > 0 and column.lengths.max() <= MAX_ID
    return bool(kept) and _are_visible(column.data) and _differ(message_ids)


def _are_visible(letters: Bytes) -> bool:
    return bool(letters.min() > _SPACE and letters.max() <= _LAST)


def _differ(texts: pa.LargeStringArray) -> bool:
    return len(pc.unique(texts)) == len(texts)


def _end_differently(texts: bytes, width: int) -> bool:
    """Whether the last eight bytes already tell these apart, as those of UUIDs do."""
    if width < 8:
        return False
    letters = np.frombuffer(texts, dtype=np.uint8).reshape(-1, width)
    ends = np.sort(np.ascontiguousarray(letters[:, -8:]).view(np.uint64), axis=None)
    return bool((ends[1:] != ends[:-1]).all())


def _needs_escape(texts: bytes) -> bool:
    """Whether JSON would write some of these bytes otherwise."""
    return (
        b'"' in texts or b"\\" in texts or bool(np.frombuffer(texts, dtype=np.uint8).min() < _SPACE)
    )
