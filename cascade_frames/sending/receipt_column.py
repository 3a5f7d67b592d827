"""The receipts of a reply that answers every id in turn, read as one column.

Where ids are of one length, and messageIds are too, such a reply is a table of rows of one length,
each a constant, a messageId, a constant, the id and a constant. So the table is written that has
the first row's constants, the ids that were sent and the messageIds that came; where it is equal
to the reply, the reply says just that. No text is made of any entry.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import numpy as np
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
    opening, sent = _OPENING.match(body), _rows_of(ids)
    if opening is None or sent is None:
        return None
    count, width = sent.shape
    start, before, first, between = opening.groups()
    closing = _CLOSING.match(body, opening.end() + width)
    if closing is None:
        return None
    close, comma = closing.groups(b"")
    if count > 1 and not comma:
        return None
    row = before + bytes(len(first)) + between + bytes(width) + close + comma
    end = len(start) + len(row) * count - len(comma)
    if not _END.fullmatch(body, end):
        return None
    table = bytearray(_rows(row, count, len(comma)))
    message_ids = slice(len(before), len(before) + len(first))
    tracking_ids = slice(message_ids.stop + len(between), message_ids.stop + len(between) + width)
    entries = utf8.fixed_column(body, len(start), len(row), count, message_ids)
    octets = entries.tobytes()
    received = np.frombuffer(octets, np.uint8).reshape(count, len(first))
    utf8.fixed_column(table, 0, len(row), count, message_ids)[:] = entries
    utf8.fixed_column(table, 0, len(row), count, tracking_ids)[:] = sent.view(f"V{width}")[:, 0]
    if table != memoryview(body)[len(start) : end] or _needs_escape(sent.tobytes()):
        return None
    if _has_marks(octets) or not _are_visible(received):
        return None
    buffers = [None, pa.py_buffer(_ends(count, len(first))), pa.py_buffer(octets)]
    found = pa.Array.from_buffers(utf8.TYPE, count, buffers)
    return found if _end_differently(received) or _differ(found) else None


def _rows_of(ids: pa.LargeStringArray) -> Bytes | None:
    """The ids as rows of bytes; None where they are of several lengths."""
    sent = Utf8.of(ids)
    width = len(sent.data) // max(len(sent), 1)
    if not width or sent.offsets.tobytes() != _ends(len(sent), width):
        return None
    return sent.data.reshape(len(sent), width)


@lru_cache(maxsize=4)
def _rows(row: bytes, count: int, comma: int) -> bytes:
    """The row so many times, without the comma behind the last; where values are, it has none."""
    return (row * count)[: len(row) * count - comma]


@lru_cache(maxsize=8)
def _ends(rows: int, width: int) -> bytes:
    """Where texts of one length end, after a 0, as Arrow has it."""
    return np.arange(0, (rows + 1) * width, width, dtype=np.int64).tobytes()


def are_sound(message_ids: pa.LargeStringArray) -> bool:
    """Whether these are visible ASCII without spaces, of a length that is kept, and all differ."""
    column = Utf8.of(message_ids)
    kept = column.lengths.min() > 0 and column.lengths.max() <= MAX_ID
    return bool(kept) and _are_visible(column.data) and _differ(message_ids)


def _are_visible(letters: Bytes) -> bool:
    return bool(letters.min() > _SPACE and letters.max() <= _LAST)


def _differ(texts: pa.LargeStringArray) -> bool:
    return len(pc.unique(texts)) == len(texts)


def _end_differently(letters: Bytes) -> bool:
    """Whether the last eight bytes already tell these rows apart, as those of UUIDs do."""
    if letters.shape[1] < 8:
        return False
    ends = letters[:, -8:].view("<u8").flatten()
    ends.sort()
    return bool((ends[1:] != ends[:-1]).all())


def _needs_escape(octets: bytes) -> bool:
    """Whether JSON would write some of these bytes otherwise."""
    return _has_marks(octets) or bool(np.frombuffer(octets, np.uint8).min() < _SPACE)


def _has_marks(octets: bytes) -> bool:
    """Whether a quote or a backslash is among them."""
    return b'"' in octets or b"\\" in octets
