"""The API's answers, read without trust: receipts, and the three documented error bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec
import pyarrow as pa

from cascade_frames import contract
from cascade_frames.planning.fates import TEXTS, as_texts
from cascade_frames.sending.evidence import as_it_is
from cascade_frames.sending.receipt_column import MAX_ID, are_sound, read_column

# Six digits or more, with whatever few signs between them.
_LONG_DIGITS = re.compile(r"\+?\d(?:[\W_]{0,3}\d){5,}")
_MAX_WORDS = 200

# Tracking ids, as they were sent.
Ids: TypeAlias = Sequence[str] | pa.LargeStringArray


@dataclass(frozen=True)
class ApiError:
    """What an error body says.

    Attributes:
        code: the API's code, as text.
        field: the message field at fault, where it is named.
        message: the API's words, shortened, with anything like a phone taken out, and what they
            quote of the request.
    """

    code: str | None = None
    field: str | None = None
    message: str | None = None

    def __str__(self) -> str:
        """Code, field and words in one line."""
        parts = [self.code, f"field {self.field}" if self.field else None, self.message]
        return ": ".join(part for part in parts if part) or "no reason given"


@dataclass(frozen=True)
class Receipts:
    """The receipts of one reply, matched to the ids that were sent.

    Attributes:
        message_ids: one per id sent, in their order, an Arrow array of `large_string`; null where
            the reply has no clear one.
        anomalies: what a well-behaved reply would not hold, in words.
    """

    message_ids: pa.LargeStringArray = field(repr=False)
    anomalies: tuple[str, ...] = ()

    @property
    def matched(self) -> int:
        """How many ids have a receipt."""
        return len(self.message_ids) - int(self.message_ids.null_count)


class _Entry(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A receipt as the API document has it, and nothing beside it."""

    message_id: str = msgspec.field(name=contract.RECEIPT_MESSAGE_ID)
    tracking_id: str = msgspec.field(name=contract.RECEIPT_ID)


_ENTRIES = msgspec.json.Decoder(list[_Entry])


def read_receipts(body: bytes, ids: Ids) -> Receipts | None:
    """The receipts in a 200's body, or None where it is not a JSON array.

    An id that comes twice keeps its first messageId; a messageId that comes for two ids is
    kept for both, since both were accepted. Either is an anomaly, as is an id never sent.

    A reply that is just as documented, in the order sent, is read at once; any other entry by
    entry, to the same effect.
    """
    sent = as_texts(ids)
    at_once = read_column(body, sent)
    if at_once is None:
        at_once = _read_in_order(body, sent)
    return read_carefully(body, sent) if at_once is None else Receipts(at_once)


def _read_in_order(body: bytes, ids: pa.LargeStringArray) -> pa.LargeStringArray | None:
    """The messageIds of a reply that answers every id in turn; None for any other reply."""
    try:
        entries = _ENTRIES.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not entries or [entry.tracking_id for entry in entries] != ids.to_pylist():
        return None
    message_ids = pa.array([entry.message_id for entry in entries], TEXTS)
    return message_ids if are_sound(message_ids) else None


def read_carefully(body: bytes, ids: Ids) -> Receipts | None:
    """The receipts of any reply, entry by entry; see `read_receipts`."""
    try:
        entries = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(entries, list):
        return None
    expected = {tracking_id: at for at, tracking_id in enumerate(as_texts(ids).to_pylist())}
    found: list[str | None] = [None] * len(ids)
    doubled = foreign = malformed = 0
    for entry in entries:
        receipt = _receipt(entry)
        if receipt is None:
            malformed += 1
            continue
        at = expected.get(receipt[0])
        if at is None:
            foreign += 1
        elif found[at] is not None:
            doubled += 1
        else:
            found[at] = receipt[1]
    kept = [one for one in found if one is not None]
    counts = {
        "ids twice": doubled,
        "ids never sent": foreign,
        "messageIds shared by several ids": len(kept) - len(set(kept)),
    }
    anomalies = tuple(f"{count} {what}" for what, count in counts.items() if count)
    return Receipts(pa.array(found, TEXTS), anomalies)


def _receipt(entry: object) -> tuple[str, str] | None:
    if not isinstance(entry, dict):
        return None
    tracking_id = entry.get(contract.RECEIPT_ID)
    message_id = entry.get(contract.RECEIPT_MESSAGE_ID)
    if not isinstance(tracking_id, str) or not isinstance(message_id, str):
        return None
    message_id = message_id.strip()
    sound = message_id.isprintable() and 0 < len(message_id) <= MAX_ID
    return (tracking_id, message_id) if sound else None


def read_error(body: bytes, hide: Callable[[str], str] = as_it_is) -> ApiError | None:
    """An error body of one of the documented shapes, or None.

    The API document has `{"error": {code, message, field}}`; the vendor's other pages have
    `{"status", "error", "message"}` with and without a numeric `code`.

    Args:
        body: of the answer.
        hide: takes out of the API's words what nobody is to see.
    """
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    inner = document.get("error")
    if isinstance(inner, dict) and ("code" in inner or "message" in inner):
        return _error(inner, hide)
    if isinstance(inner, str) and ("message" in document or "status" in document):
        return _error({"code": inner, **document}, hide)
    return None


def _error(parts: dict[str, Any], hide: Callable[[str], str]) -> ApiError:
    return ApiError(*(_words(parts.get(name), hide) for name in ("code", "field", "message")))


def _words(value: object, hide: Callable[[str], str]) -> str | None:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = "".join(letter if letter.isprintable() else " " for letter in hide(str(value)))
    return _LONG_DIGITS.sub("…", text)[:_MAX_WORDS].strip() or None
