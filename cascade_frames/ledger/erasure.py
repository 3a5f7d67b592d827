"""Erasing a person: the ids and receipts go, a keyed hash stays so that nobody resends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.ledger import deliveries, statements
from cascade_frames.ledger.blobs import pack_hashes, pack_texts, unpack_hashes, unpack_texts
from cascade_frames.ledger.store import Store
from cascade_frames.outcomes import Reason
from cascade_frames.planning.hashing import Hashes
from cascade_frames.planning.memory import Keys
from cascade_frames.sending.records import Batch

# Why messages to people who were erased are held back.
REASON: Final = str(Reason.FORGOTTEN)

_ID: Final = "id"
_RECIPIENT: Final = "recipient"
_RECEIPT: Final = "receipt"

Indices = npt.NDArray[np.int64]
# A block, by its run and start, and positions in it.
_Hit = tuple[int, int, Indices]


def erase(store: Store, recipients: Hashes, take_over: Callable[[Indices], None]) -> int:
    """Erase the messages of these recipients and leave tombstones; within a transaction.

    Args:
        store: what holds the ledger.
        recipients: their keyed hashes.
        take_over: refuses while one of these runs is alive.

    Returns:
        The number of messages erased.
    """
    hits: list[_Hit] = []
    for run, start, blob in store.each(statements.READ_RECIPIENTS):
        at = np.flatnonzero(np.isin(unpack_hashes(blob), recipients))
        if len(at):
            hits.append((run, start, at))
    take_over(np.unique(np.array([run for run, _, _ in hits], dtype="int64")))
    for run in dict.fromkeys(run for run, _, _ in hits):
        # An outcome that is still being written is waited for, or else waits and sees the gaps.
        store.rows(statements.RUN_STATE, (run,))
    ids = [_erase_from_block(store, hit) for hit in hits]
    for run in dict.fromkeys(run for run, _, _ in hits):
        positions = np.concatenate([s + at for r, s, at in hits if r == run])
        for receipts in _erase_receipts(store, run, positions):
            _bury_receipts(store, receipts)
    _bury(store, _RECIPIENT, recipients)
    for hashes in ids:
        _bury(store, _ID, hashes)
    return sum(len(at) for _, _, at in hits)


def forgotten(store: Store, keys: Keys) -> npt.NDArray[np.bool_]:
    """Which of the messages have an id or a recipient that was erased."""
    met = np.zeros(len(keys), dtype=bool)
    buried: dict[str, list[bytes]] = {_ID: [], _RECIPIENT: []}
    for kind, blob in store.rows(statements.READ_TOMBSTONES):
        buried[kind].append(bytes(blob))
    for kind, blobs in buried.items():
        if not blobs:
            continue
        hashes = keys.id_hashes if kind == _ID else keys.recipients
        if hashes is not None:
            met |= np.isin(hashes, unpack_hashes(b"".join(blobs)))
    return met


def _erase_from_block(store: Store, hit: _Hit) -> Hashes:
    """Take people out of a block; the hashes of the ids they had."""
    run, start, at = hit
    blobs = store.rows(statements.READ_WHOLE_BLOCK, (run, start))[0]
    ids = without(unpack_texts(blobs[0]), at)
    id_hashes, contents, recipients = (unpack_hashes(blob).copy() for blob in blobs[1:])
    had = id_hashes[at]
    for hashes in (id_hashes, contents, recipients):
        hashes[at] = 0
    rewritten = (pack_texts(ids), *map(pack_hashes, (id_hashes, contents, recipients)))
    store.rows(statements.REWRITE_BLOCK, (*rewritten, run, start))
    return had


def _erase_receipts(store: Store, run: int, positions: Indices) -> Iterator[pa.LargeStringArray]:
    """Take receipts out of a run's outcomes; those that were there, outcome by outcome."""
    for row in store.rows(statements.READ_ATTEMPTS, (run,)):
        batch, attempt, start, stop, _, outcome, _, _, message_ids = row
        inside = positions[(positions >= start) & (positions < stop)] - start
        if outcome is None or not len(inside):
            continue
        blob = message_ids
        if blob is not None:
            receipts = unpack_texts(blob)
            yield receipts.take(pa.array(inside)).drop_null()
            blob = pack_texts(without(receipts, inside))
        store.rows(statements.REWRITE_OUTCOME, (blob, run, batch, attempt))


def spare(
    store: Store, run: int, batch: Batch, detail: str | None, message_ids: bytes | None
) -> tuple[str | None, bytes | None]:
    """The detail and receipts of a late outcome, without those of people erased meanwhile."""
    gone = [np.zeros(0, dtype=np.int64)]
    for start, blob in store.rows(statements.READ_IDS, (run,)):
        erased = unpack_texts(blob).is_null().to_numpy(zero_copy_only=False)
        gone.append(start + np.flatnonzero(erased))
    positions = np.concatenate(gone)
    inside = positions[(positions >= batch.start) & (positions < batch.stop)] - batch.start
    if not len(inside):
        return detail, message_ids
    if message_ids is None:
        return None, None
    receipts = unpack_texts(message_ids)
    _bury_receipts(store, receipts.take(pa.array(inside)).drop_null())
    return None, pack_texts(without(receipts, inside))


def without(texts: pa.LargeStringArray, positions: Indices) -> pa.LargeStringArray:
    """The strings, null at these positions."""
    gone = np.zeros(len(texts), dtype=bool)
    gone[positions] = True
    return pc.if_else(pa.array(gone), None, texts)


def _bury_receipts(store: Store, receipts: pa.LargeStringArray) -> None:
    """Erase what was heard of messages, and keep out what may still be heard."""
    secret = bytes(store.rows(statements.READ_META, ("secret",))[0][0])
    _bury(store, _RECEIPT, deliveries.erase(store, receipts, secret))


def _bury(store: Store, kind: str, hashes: Hashes) -> None:
    at = store.now().isoformat()
    for one in np.unique(hashes):
        store.rows(statements.ADD_TOMBSTONE, (kind, pack_hashes(np.array([one], np.uint64)), at))
