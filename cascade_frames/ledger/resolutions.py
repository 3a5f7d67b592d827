"""Unknown rows settled on purpose, and how a run's rows stand for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cascade_frames.contract import RECEIPT_ID
from cascade_frames.errors import MappingError
from cascade_frames.ledger import schema
from cascade_frames.ledger.blobs import pack_hashes, unpack_hashes, unpack_texts
from cascade_frames.ledger.owner import this_process
from cascade_frames.ledger.store import Row, Store
from cascade_frames.outcomes import Outcome

# "accepted": the vendor has the message; "resend": it does not, and the next call sends it.
Decision = Literal["accepted", "resend"]

Columns = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, repr=False)
class UnknownRows:
    """The unknown rows of one run.

    Attributes:
        run, run_id: its number and its public name.
        positions: of the rows in the run.
        ids: their tracking ids.
        columns: how all rows of the run stand.
    """

    run: int
    run_id: str
    positions: npt.NDArray[np.int64]
    ids: npt.NDArray[np.object_]
    columns: Columns

    def only(self, ids: Collection[str]) -> UnknownRows:
        """Those with an id among these."""
        kept = np.array([one in ids for one in self.ids], dtype=bool)
        return UnknownRows(
            self.run, self.run_id, self.positions[kept], self.ids[kept], self.columns
        )

    def table(self) -> pd.DataFrame:
        """Their ids, run, batch, time and reason."""
        at = self.positions
        return pd.DataFrame(
            {
                RECEIPT_ID: pd.Series(self.ids, dtype="str"),
                "run": pd.Series([self.run_id] * len(at), dtype="str"),
                "batch": pd.array(self.columns["batch"][at], dtype="Int64"),
                "sent_at": pd.DatetimeIndex(self.columns["sent_at"][at])
                .as_unit("us")
                .tz_localize("UTC"),
                "reason": pd.Series(self.columns["reason"][at], dtype="str"),
            }
        )


def check_decision(decision: str, campaign: str | None, ids: Collection[str] | None) -> None:
    """Refuse what cannot be meant.

    Raises:
        MappingError: no such decision, or nothing says which rows.
    """
    if decision not in get_args(Decision):
        raise MappingError(
            'decision: choose "accepted" (the vendor has the messages) or "resend" (it does not).'
        )
    if campaign is None and ids is None:
        raise MappingError("campaign: name one, or pass ids= of the messages to settle.")


def find_unknown(
    store: Store,
    read_run: Callable[[int], Columns],
    account: str | None,
    campaign: str | None,
) -> list[UnknownRows]:
    """The unknown rows of an account and a campaign (None for all), run by run."""
    found = []
    for run, run_id in store.rows(schema.FIND_RUNS, {"account": account, "campaign": campaign}):
        columns = read_run(run)
        positions = np.flatnonzero(columns["outcome"] == Outcome.UNKNOWN)
        if len(positions):
            ids = _ids_at(store, run, positions)
            named = ids != None  # noqa: E711 - elementwise
            found.append(UnknownRows(run, run_id, positions[named], ids[named], columns))
    return found


def choose(found: list[UnknownRows], ids: Collection[str] | None) -> list[UnknownRows]:
    """Of the unknown rows those with these ids; all where none are given.

    Raises:
        MappingError: some of the ids are not unknown.
    """
    if ids is None:
        return found
    wanted = set(ids)
    chosen = [rows for rows in (one.only(wanted) for one in found) if len(rows.positions)]
    missing = len(wanted.difference(*(rows.ids for rows in chosen)))
    if missing:
        raise MappingError(
            f"ids: {missing:,} of {len(wanted):,} are not unknown in this campaign and account, "
            "so nothing was changed. Ledger.unknown(campaign) has those that are."
        )
    return chosen


def add(store: Store, rows: UnknownRows, decision: Decision) -> None:
    """Note a decision; within a transaction."""
    who = this_process()
    store.rows(
        schema.ADD_RESOLUTION,
        {
            "run": rows.run,
            "decision": decision,
            "at": store.now().isoformat(),
            "host": who.host,
            "process": who.process,
            "positions": pack_hashes(rows.positions.astype(np.uint64)),
        },
    )


def apply(columns: Columns, resolutions: list[Row]) -> None:
    """Settle a run's rows that are still unknown as was decided; a late answer outweighs it."""
    for decision, at, _, _, blob in resolutions:
        positions = unpack_hashes(blob).astype(np.int64)
        rows = positions[columns["outcome"][positions] == Outcome.UNKNOWN]
        day = datetime.fromisoformat(at).strftime("%Y-%m-%d %H:%M UTC")
        columns["detail"][rows] = f"resolved as {decision}, {day}"
        if decision == "accepted":
            columns["outcome"][rows] = str(Outcome.ACCEPTED)
            columns["reason"][rows] = None
        else:
            columns["outcome"][rows] = str(Outcome.UNSENT)


def told(found: list[UnknownRows]) -> pd.DataFrame:
    """The rows of several runs in one table: `trackinId`, `run`, `batch`, `sent_at`, `reason`."""
    tables = [rows.table() for rows in found]
    if not tables:
        none = np.zeros(0, dtype="int64")
        empty = {
            "batch": none,
            "sent_at": none.astype("datetime64[us]"),
            "reason": none.astype(object),
        }
        tables = [UnknownRows(0, "", none, none.astype(object), empty).table()]
    return pd.concat(tables, ignore_index=True)


def history(store: Store, account: str | None, campaign: str | None) -> pd.DataFrame:
    """What was settled on purpose, when and by whom."""
    made = [
        (run_id, decision, len(unpack_hashes(blob)), at, host, process)
        for run, run_id in store.rows(schema.FIND_RUNS, {"account": account, "campaign": campaign})
        for decision, at, host, process, blob in store.rows(schema.READ_RESOLUTIONS, (run,))
    ]
    table = pd.DataFrame(made, columns=["run", "decision", "rows", "at", "host", "process"])
    types = {"run": "str", "decision": "str", "rows": "int64", "host": "str", "process": "int64"}
    return table.astype(types).assign(
        at=pd.to_datetime(table["at"].astype("str"), utc=True).dt.as_unit("us")
    )


def _ids_at(store: Store, run: int, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    ids = np.full(len(positions), None, dtype=object)
    for start, blob in store.rows(schema.READ_IDS, (run,)):
        held = unpack_texts(blob)
        inside = (positions >= start) & (positions < start + len(held))
        ids[inside] = held[positions[inside] - start]
    return ids
