"""The rows of which nobody knows whether they were accepted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.contract import RECEIPT_ID
from cascade_frames.errors import MappingError
from cascade_frames.ledger import statements
from cascade_frames.ledger.blobs import unpack_texts
from cascade_frames.ledger.record import read_run
from cascade_frames.ledger.store import Store
from cascade_frames.outcomes import Outcome
from cascade_frames.planning.fates import (
    TEXTS,
    Codes,
    Fates,
    as_column,
    as_texts,
    fate_table,
    lay_out,
    spread,
)

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class UnknownRows:
    """The U unknown rows of one run.

    Attributes:
        run, run_id: its number and its public name.
        positions: of the rows in the run.
        ids: their tracking ids.
        fates, codes: how they stand.
    """

    run: int
    run_id: str
    positions: Indices
    ids: pa.LargeStringArray
    fates: pa.Table
    codes: Codes

    def take(self, kept: npt.NDArray[np.bool_]) -> UnknownRows:
        """Some of them."""
        ids = self.ids.filter(pa.array(kept))
        where = self.positions[kept]
        return UnknownRows(self.run, self.run_id, where, ids, self.fates, self.codes[kept])

    def table(self) -> pd.DataFrame:
        """Their ids, run, batch, time and reason."""
        columns = spread(self.fates, self.codes)
        return pd.DataFrame(
            {
                RECEIPT_ID: as_column(self.ids),
                "run": pd.Series([self.run_id] * len(self.ids), dtype="str"),
                **{name: columns[name] for name in ("batch", "sent_at", "reason")},
            }
        )


def find_unknown(store: Store, account: str | None, campaign: str | None) -> list[UnknownRows]:
    """The unknown rows of an account and a campaign (None for all), run by run."""
    found = []
    for run, run_id in store.rows(statements.FIND_RUNS, {"account": account, "campaign": campaign}):
        record = read_run(store, run, Fates())
        positions = record.having(Outcome.UNKNOWN)
        if len(positions):
            ids = _ids_at(store, run, positions)
            rows = UnknownRows(
                run, run_id, positions, ids, record.fates.table(), record.codes[positions]
            )
            found.append(rows.take(_plain(ids.is_valid())))
    return found


def choose(found: list[UnknownRows], ids: Collection[str] | None) -> list[UnknownRows]:
    """Of the unknown rows those with these ids; all where none are given.

    Raises:
        MappingError: some of the ids are not unknown.
    """
    if ids is None:
        return found
    wanted = set(ids)
    values = as_texts(list(wanted))
    chosen = [one.take(_plain(pc.is_in(one.ids, value_set=values))) for one in found]
    chosen = [rows for rows in chosen if len(rows.positions)]
    missing = len(wanted.difference(*(rows.ids.to_pylist() for rows in chosen)))
    if missing:
        raise MappingError(
            f"ids: {missing:,} of {len(wanted):,} are not unknown in this campaign and account, "
            "so nothing was changed. Ledger.unknown(campaign) has those that are."
        )
    return chosen


def told(found: list[UnknownRows]) -> pd.DataFrame:
    """The rows of several runs in one table: `trackinId`, `run`, `batch`, `sent_at`, `reason`."""
    tables = [rows.table() for rows in found]
    if not tables:
        nobody = pa.nulls(0, TEXTS)
        none = np.zeros(0, dtype=np.int64)
        codes = none.astype(np.int32)
        tables = [UnknownRows(0, "", none, nobody, fate_table([]), codes).table()]
    return pd.concat(tables, ignore_index=True)


def _ids_at(store: Store, run: int, positions: Indices) -> pa.LargeStringArray:
    """The ids of messages of a run; null for those that were erased."""
    parts = []
    for start, blob in store.rows(statements.READ_IDS, (run,)):
        held = unpack_texts(blob)
        inside = np.flatnonzero((positions >= start) & (positions < start + len(held)))
        parts.append((inside, held.take(pa.array(positions[inside] - start))))
    return lay_out(len(positions), parts)


def _plain(mask: pa.BooleanArray) -> npt.NDArray[np.bool_]:
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool)
