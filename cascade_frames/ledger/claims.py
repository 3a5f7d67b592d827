"""Letting a run in: it claims, in one exclusive transaction, the messages that it may send.

Looking up and packing are done before the lock is taken. Under it only what has changed since
is looked at again, which is nothing as a rule.
"""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from cascade_frames.errors import RunBusy
from cascade_frames.ledger import statements
from cascade_frames.ledger.blobs import pack_hashes, pack_texts
from cascade_frames.ledger.commits import is_open
from cascade_frames.ledger.owner import Owner, this_process
from cascade_frames.ledger.standing import stand
from cascade_frames.ledger.store import Store
from cascade_frames.outcomes import Outcome
from cascade_frames.planning.memory import MessageKeys, Places, Standing
from cascade_frames.planning.pieces import alike
from cascade_frames.sending.records import Registration, RunLabel, RunState

BLOCK: Final = 65_536

Indices = npt.NDArray[np.int64]
# Where it begins in the run, and the values of its row.
_Packed = tuple[int, tuple[bytes | memoryview | None, ...]]


def of_account(account: str) -> str:
    """The name of the lock under which an account's messages are claimed."""
    return f"account:{account}"


def register(
    store: Store, label: RunLabel, keys: MessageKeys, before: Standing | None
) -> Registration:
    """See `Ledger.register`."""
    known = stand(store, label.account, keys, before)
    pending = _sendable(known)
    blocks = _pack(keys, pending)
    with store.transaction(of_account(label.account)):
        now = stand(store, label.account, keys, known)
        take_over(store, _runs_of(now))
        now = stand(store, label.account, keys, now)  # what was in flight there may be known now
        still = pending if now is known else _sendable(now)
        if not np.array_equal(still, pending):
            pending, blocks = still, _pack(keys, still)
        if not len(pending):
            return Registration(None, pending, now)
        run_id = secrets.token_hex(8)
        run = _add_run(store, run_id, label, len(pending))
        for start, values in blocks:
            store.rows(statements.ADD_BLOCK, (run, start, *values))
    return Registration(run_id, pending, _held(now, pending, run))


def take_over(store: Store, runs: Indices) -> None:
    """Take the messages of runs whose owners are gone; refuse while one is alive.

    A run of this very process is alive while its writer is open: one that was interrupted
    before it began, or broke down, must not lock its messages until the process ends.

    Raises:
        RunBusy: one is alive.
    """
    for run in runs.tolist():
        row = store.rows(statements.READ_RUN, (run,))[0]
        _, run_id, _, state, host, process, started, active_at = row
        if state != RunState.ACTIVE:
            continue
        owner = Owner(host, process, started)
        if owner == this_process():
            alive = is_open(run_id)
        else:
            alive = owner.is_alive(datetime.fromisoformat(active_at), store.now())
        if alive:
            raise RunBusy(
                f"Run {run_id} (process {process} on {host}) holds some of these messages and "
                "is alive. Wait for it to end, or stop it; nothing was sent from here."
            )
        store.rows(statements.SET_STATE, {"state": RunState.SUPERSEDED, "run": run})


def _runs_of(standing: Standing) -> Indices:
    assert standing.places is not None  # noqa: S101 - a ledger's standing has its places
    return standing.places.held_by.astype(np.int64)


def _sendable(standing: Standing) -> Indices:
    return np.flatnonzero(standing.having(Outcome.UNSENT) & ~standing.reused).astype(np.int64)


def _pack(keys: MessageKeys, pending: Indices) -> list[_Packed]:
    """The blocks of what a run holds. Compressing leaves the interpreter to others: two do it."""
    held = keys if len(pending) == len(keys) else keys.take(pending)
    pack, starts = partial(_pack_block, held), range(0, len(held), BLOCK)
    if len(starts) < 2:
        return [pack(start) for start in starts]
    with ThreadPoolExecutor(2, "cascade-claim") as threads:
        return list(threads.map(pack, starts))


def _pack_block(held: MessageKeys, start: int) -> _Packed:
    part = held.between(start, min(start + BLOCK, len(held)))
    recipients = None if part.recipients is None else pack_hashes(part.recipients)
    hashes = (pack_hashes(part.id_hashes), pack_hashes(part.contents), recipients)
    return start, (pack_texts(part.ids), *hashes)


def _add_run(store: Store, run_id: str, label: RunLabel, messages: int) -> int:
    owner = this_process()
    rows = store.rows(
        statements.ADD_RUN,
        {
            "run_id": run_id,
            "account": label.account,
            "campaign": label.campaign,
            "route": label.route,
            "digest": label.digest,
            "messages": messages,
            "state": RunState.ACTIVE,
            "host": owner.host,
            "process": owner.process,
            "process_started": owner.started,
            "at": store.now().isoformat(),
        },
    )
    return int(rows[0][0])


def _held(standing: Standing, pending: Indices, run: int) -> Standing:
    """The standing, with the places of the messages that the run now holds."""
    assert standing.places is not None  # noqa: S101 - a ledger's standing has its places
    places = standing.places
    if len(pending) == len(standing):
        every = alike(np.int32(run), len(pending)), np.arange(len(pending), dtype=np.int32)
        return replace(standing, places=Places(*every, alike(np.False_, len(pending)), upto=run))
    runs, positions, changed = places.runs.copy(), places.positions.copy(), places.changed.copy()
    runs[pending], changed[pending] = run, False
    positions[pending] = np.arange(len(pending), dtype=np.int32)
    return replace(standing, places=Places(runs, positions, changed, upto=run))
