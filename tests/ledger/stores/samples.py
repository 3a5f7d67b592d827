"""Messages, runs and settlements to write into ledgers."""

import asyncio
from datetime import UTC, datetime

import numpy as np

from cascade_frames.outcomes import Outcome
from cascade_frames.planning.fates import as_texts
from cascade_frames.planning.hashing import derive_key, hash_texts, recipient_hashes
from cascade_frames.planning.memory import MessageKeys
from cascade_frames.sending.records import Batch, RunLabel
from cascade_frames.sending.verdicts import Settlement

ACCOUNT = "shop@api.example"
AT = datetime(2026, 11, 2, 10, tzinfo=UTC)
LABEL = RunLabel(ACCOUNT, "autumn", "standard", "0123456789abcdef")


def keys_of(ledger, ids, contents=None, phones=None):
    """The keys of messages with these ids."""
    texts = np.array(list(ids), dtype=object)
    hashes = hash_texts(texts, derive_key(ledger.secret, "id"))
    same = np.arange(len(texts), dtype=np.uint64) if contents is None else contents
    if phones is None:
        return MessageKeys(as_texts(texts), hashes, same)
    people = recipient_hashes(np.array(list(phones), dtype=object), ledger.secret)
    return MessageKeys(as_texts(texts), hashes, same, people)


def accepted(ids):
    """The settlement of a batch that was accepted in full."""
    return Settlement(Outcome.ACCEPTED, None, None, tuple(f"m-{one}" for one in ids))


def intend(writer, batch, attempt=1):
    """Write an intent and wait until it is durable."""
    asyncio.run(writer.intend(batch, attempt, AT))


def settle(writer, batch, settlement, attempt=1):
    """Write an outcome and wait until it is durable."""

    async def settled():
        await writer.settle(batch, attempt, AT, settlement)

    asyncio.run(settled())


def outcomes(ledger, keys):
    """How the messages stand."""
    return ledger.stand(ACCOUNT, keys).table["outcome"].tolist()


__all__ = [
    "ACCOUNT",
    "AT",
    "LABEL",
    "Batch",
    "accepted",
    "intend",
    "keys_of",
    "outcomes",
    "settle",
]
