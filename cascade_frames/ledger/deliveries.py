"""What became of accepted messages: heard one by one, in any order, perhaps more than once.

Of all that is heard of a message one state stays: a final one before any other, a word we do not
know before `processing`, and that before `scheduled`. Of two that rank alike but differ, such as
`undeliverable` and `delivered`, it is the one that the API told of last: by its own timestamp, or
by when we heard it where it gave none. So the order in which they come does not matter.

Channel, parts and cost belong to the state they came with. The same state heard again fills what
was missing, and what is known is never replaced by nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.ledger import statements
from cascade_frames.ledger.blobs import pack_hashes, unpack_hashes
from cascade_frames.ledger.store import Store
from cascade_frames.outcomes import Delivery, is_final
from cascade_frames.planning.fates import TEXTS, as_column, as_texts
from cascade_frames.planning.hashing import Hashes, derive_key, hash_texts

# Messages a statement. A transaction is held for as long as one piece takes, a tenth of a second.
_PIECE: Final = 10_000
# The transactions that write here wait for each other, and for the erasure of a person.
_EXCLUSIVE: Final = "deliveries"

_DIGITS: Final = 16  # of a hash, hexadecimal
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_RANKS: Final = {str(Delivery.SCHEDULED): 0, str(Delivery.PROCESSING): 1}
_UNKNOWN_WORD: Final = 2
_FINAL: Final = 3


@dataclass(frozen=True)
class Reading:
    """What was heard of one message, once.

    Attributes:
        message_id: the API's receipt.
        state: the API's word, perhaps one that `Delivery` does not have.
        heard_at: when we heard it, tz-aware, by the ledger's clock.
        since: when it became so by the API's own clock, tz-aware; None where it does not say.
        channel: the one that delivered it.
        parts: how many it was split into.
        cost: in `currency`; finite.
        currency: as the API writes it.
    """

    message_id: str = field(repr=False)
    state: str
    heard_at: datetime
    since: datetime | None = None
    channel: str | None = None
    parts: int | None = None
    cost: float | None = None
    currency: str | None = None


class Known(NamedTuple):
    """What is known of one message: a row of the ledger, its moments in microseconds."""

    message_id: str
    state: str
    since: int | None
    told_at: int
    heard_at_first: int
    heard_at: int
    channel: str | None
    parts: int | None
    cost: float | None
    currency: str | None


def known_by(reading: Reading) -> Known:
    """What is known of a message by one reading.

    Raises:
        ValueError: a moment has no time zone.
    """
    heard = _microseconds(reading.heard_at)
    since = None if reading.since is None else _microseconds(reading.since)
    return Known(
        reading.message_id,
        reading.state,
        since,
        heard if since is None else since,
        heard,
        heard,
        reading.channel,
        reading.parts,
        reading.cost,
        reading.currency,
    )


def merge(one: Known, other: Known) -> Known:
    """What is known of a message by both."""
    if one.state == other.state:
        return _fill(*sorted((one, other), key=lambda known: known.heard_at))
    lesser, stronger = sorted((one, other), key=_strength)
    return stronger._replace(
        heard_at=max(one.heard_at, other.heard_at),
        currency=stronger.currency or lesser.currency,  # an account has one
    )


def _fill(older: Known, newer: Known) -> Known:
    """The same state, heard of twice."""
    # A cost is worth more with the currency that it came with.
    priced = older if newer.cost is None or (newer.currency is None and older.currency) else newer
    cost = priced.cost if priced.cost is not None else newer.cost
    return Known(
        older.message_id,
        older.state,
        newer.since if older.since is None else older.since,
        max(older.told_at, newer.told_at),
        min(older.heard_at_first, newer.heard_at_first),
        max(older.heard_at, newer.heard_at),
        newer.channel or older.channel,
        older.parts if newer.parts is None else newer.parts,
        cost,
        priced.currency or newer.currency or older.currency,
    )


def _strength(known: Known) -> tuple[int, int, bool, str]:
    rank = _FINAL if is_final(known.state) else _RANKS.get(known.state, _UNKNOWN_WORD)
    return rank, known.told_at, known.state == Delivery.DELIVERED, known.state


def note(store: Store, secret: bytes, readings: Iterable[Reading]) -> None:
    """See `Ledger.note`."""
    left = iter(readings)
    while piece := list(islice(left, _PIECE)):
        heard: dict[str, Known] = {}
        for reading in piece:
            known = known_by(reading)
            before = heard.get(known.message_id)
            heard[known.message_id] = known if before is None else merge(before, known)
        with store.transaction(_EXCLUSIVE):
            _write(store, secret, heard)


def _write(store: Store, secret: bytes, heard: dict[str, Known]) -> None:
    for row in store.rows(statements.READ_DELIVERIES, {"ids": _as_json(list(heard))}):
        before = Known(*row)
        heard[before.message_id] = merge(before, heard[before.message_id])
    kept = list(heard.values())
    hashes = _receipt_hashes(as_texts(list(heard)), secret)
    buried = _buried(store, hashes)
    if len(buried):
        erased = np.isin(hashes, buried).tolist()
        kept = [known for known, gone in zip(kept, erased, strict=True) if not gone]
    if kept:
        store.rows(statements.WRITE_DELIVERIES, {"deliveries": msgspec.json.encode(kept).decode()})


def erase(store: Store, message_ids: pa.LargeStringArray, secret: bytes) -> Hashes:
    """Erase what is known of these messages; within a transaction.

    Returns:
        The hashes by which `note` is to know their receipts again.
    """
    for ids in _pieces(message_ids):
        store.rows(statements.ERASE_DELIVERIES, {"ids": _as_json(ids.to_pylist())})
    return _receipt_hashes(message_ids, secret)


def count(store: Store, message_ids: pa.LargeStringArray) -> dict[str, int]:
    """How many of these messages are in which state; those that nothing is known of are left out.

    Args:
        store: what holds the ledger.
        message_ids: all different, none null.
    """
    found: Counter[str] = Counter()
    for ids in _pieces(message_ids.take(pc.sort_indices(message_ids))):
        asked = {"ids": _as_json(ids.to_pylist())}
        found.update(
            {state: int(rows) for state, rows in store.rows(statements.COUNT_DELIVERIES, asked)}
        )
    return dict(found)


def look_up(store: Store, message_ids: pa.LargeStringArray) -> pd.DataFrame:
    """See `Ledger.deliveries`."""
    source = np.full(len(message_ids), -1, dtype=np.int64)
    tables = [_SHOWN.empty_table()]
    # In the order in which they are stored, neighbours are on the same page.
    order = pc.sort_indices(message_ids).to_numpy().astype(np.int64)
    order = order[: len(order) - message_ids.null_count]  # nulls are last
    begin, found = 0, 0
    for ids in _pieces(message_ids.take(pa.array(order))):
        rows = store.rows(statements.SHOW_DELIVERIES, {"ids": _as_json(ids.to_pylist())})
        if rows:
            places, *columns = zip(*rows, strict=True)
            source[order[begin + np.array(places)]] = np.arange(found, found + len(rows))
            arrays = [pa.array(one, kind.type) for one, kind in zip(columns, _SHOWN, strict=True)]
            tables.append(pa.table(arrays, schema=_SHOWN))
        begin, found = begin + len(ids), found + len(rows)
    return _frame(pa.concat_tables(tables), source)


_SHOWN: Final = pa.schema(
    [
        ("delivery", TEXTS),
        ("channel", TEXTS),
        ("parts", pa.int64()),
        ("cost", pa.float64()),
        ("currency", TEXTS),
        ("delivered_at", pa.int64()),
        ("heard_at", pa.int64()),
    ]
)


def _frame(table: pa.Table, source: np.typing.NDArray[np.int64]) -> pd.DataFrame:
    """The rows in the order of their source; missing where that is negative."""
    places = pa.array(source, mask=source < 0)
    columns = {name: table[name].combine_chunks().take(places) for name in table.column_names}
    return pd.DataFrame(
        {
            "delivery": as_column(columns["delivery"]),
            "channel": as_column(columns["channel"]),
            "parts": pd.arrays.IntegerArray(*_masked(columns["parts"])),
            "cost": pd.arrays.FloatingArray(*_masked(columns["cost"])),
            "currency": as_column(columns["currency"]),
            "delivered_at": _moments(columns["delivered_at"]),
            "heard_at": _moments(columns["heard_at"]),
        }
    )


def _masked(values: pa.Array) -> tuple[Any, Any]:
    return (
        values.fill_null(0).to_numpy(zero_copy_only=False),
        values.is_null().to_numpy(zero_copy_only=False),
    )


def _moments(values: pa.Array) -> Any:  # noqa: ANN401 - pandas names no public type
    """Microseconds since 1970 as a pandas array of datetime64[us, UTC]."""
    numbers, missing = _masked(values)
    moments = numbers.astype("datetime64[us]")
    moments[missing] = np.datetime64("NaT")
    return pd.DatetimeIndex(moments).tz_localize("UTC").array


def _buried(store: Store, hashes: Hashes) -> Hashes:
    """Which of these hashes are of receipts that were erased."""
    digits = pack_hashes(hashes).hex()
    each = [digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS)]
    sought = msgspec.json.encode(each).decode()
    rows = store.rows(statements.FIND_RECEIPT_TOMBSTONES, {"hashes": sought})
    return unpack_hashes(b"".join(bytes(blob) for (blob,) in rows))


def _receipt_hashes(message_ids: pa.LargeStringArray, secret: bytes) -> Hashes:
    return hash_texts(message_ids, derive_key(secret, "receipt"))


def _pieces(ids: pa.LargeStringArray) -> Iterator[pa.LargeStringArray]:
    for start in range(0, len(ids), _PIECE):
        yield ids.slice(start, _PIECE)


def _as_json(ids: list[str]) -> str:
    return msgspec.json.encode(ids).decode()


def _microseconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("A reading's moments need a time zone.")
    return (moment - _EPOCH) // _MICROSECOND
