"""How messages stand: what became of them in the runs that hold them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.ledger import erasure, statements
from cascade_frames.ledger.lookup import look_up
from cascade_frames.ledger.record import read_run
from cascade_frames.ledger.store import Store
from cascade_frames.outcomes import Outcome
from cascade_frames.planning.fates import NOT_STARTED, Codes, Fate, Fates, Texts, lay_out, taken
from cascade_frames.planning.memory import Keys, Places, Standing
from cascade_frames.planning.pieces import alike


def stand(store: Store, account: str, keys: Keys, before: Standing | None = None) -> Standing:
    """How these messages of an account stand now.

    A ledger is only ever added to, and its numbers of records tell whether it was. They are
    read before all else: what comes between them and the rest is then noticed the next time.

    Args:
        store: what holds the ledger.
        account: its `identity`.
        keys: of M messages.
        before: how the same messages stood earlier; given back where nothing has changed.
    """
    records = tuple(store.rows(statements.COUNT_RECORDS, {"account": account})[0])
    places = look_up(store, account, keys, before.places if before else None)
    if before is not None and places.records == records:
        return before if places is before.places else replace(before, places=places)
    return _read(store, keys, replace(places, records=records))


def _read(store: Store, keys: Keys, places: Places) -> Standing:
    fates = Fates()
    codes, receipts = _read_runs(store, places, fates)
    forgotten = erasure.forgotten(store, keys)
    if forgotten.any():
        skipped = Fate(str(Outcome.SKIPPED), erasure.REASON)
        codes = _writable(codes)
        fates.change(codes, np.flatnonzero(forgotten), lambda _: skipped)
        if receipts is not None:
            receipts = pc.if_else(pa.array(forgotten), None, receipts)
    reused = alike(np.False_, len(codes))
    changed = np.flatnonzero(places.changed)
    if len(changed):
        outcomes = np.array([fates[code].outcome for code in range(len(fates))])[codes[changed]]
        reused = np.zeros(len(codes), dtype=bool)
        reused[changed] = np.isin(outcomes, [Outcome.ACCEPTED, Outcome.UNKNOWN])
        # A refused message with new content is a new try, not the old one.
        codes = _writable(codes)
        fates.change(codes, changed[outcomes == Outcome.REFUSED], _as_unsent)
    return Standing(fates.table(), codes, receipts, reused, places)


def _read_runs(store: Store, places: Places, fates: Fates) -> tuple[Codes, Texts | None]:
    """The codes of all that runs hold, and their receipts."""
    size = len(places.runs)
    codes: Codes = alike(np.int32(fates.code(NOT_STARTED)), size)
    parts: list[tuple[Any, Texts]] = []
    for run in places.held_by.tolist():
        record = read_run(store, run, fates)
        if len(record.codes) == size and places.are_all_of(run):
            return record.codes, record.message_ids
        rows = np.flatnonzero(places.runs == run)
        positions = places.positions[rows].astype(np.int64)
        codes = _writable(codes)
        codes[rows] = record.codes[positions]
        if record.message_ids is not None:
            parts.append((rows, taken(record.message_ids, positions)))
    return codes, lay_out(size, parts) if parts else None


def _writable(codes: Codes) -> Codes:
    return codes if codes.flags.writeable else codes.copy()


def _as_unsent(fate: Fate) -> Fate:
    return fate._replace(outcome=str(Outcome.UNSENT))
