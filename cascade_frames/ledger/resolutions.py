"""Unknown rows settled on purpose, and how a run's rows stand for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cascade_frames.errors import MappingError
from cascade_frames.ledger import statements
from cascade_frames.ledger.blobs import pack_hashes, unpack_hashes
from cascade_frames.ledger.owner import this_process
from cascade_frames.ledger.store import Row, Store
from cascade_frames.outcomes import Outcome
from cascade_frames.planning.fates import Codes, Fate, Fates

# "accepted": the vendor has the message; "resend": it does not, and the next call sends it.
Decision = Literal["accepted", "resend"]


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


def add(store: Store, run: int, positions: npt.NDArray[np.int64], decision: Decision) -> None:
    """Note a decision about rows of a run; within a transaction."""
    who = this_process()
    store.rows(
        statements.ADD_RESOLUTION,
        {
            "run": run,
            "decision": decision,
            "at": store.now().isoformat(),
            "host": who.host,
            "process": who.process,
            "positions": pack_hashes(positions.astype(np.uint64)),
        },
    )


def apply(fates: Fates, codes: Codes, resolutions: list[Row]) -> None:
    """Settle a run's rows that are still unknown as was decided; a late answer outweighs it."""
    for decision, at, _, _, blob in resolutions:
        positions = unpack_hashes(blob).astype(np.int64)
        day = datetime.fromisoformat(at).strftime("%Y-%m-%d %H:%M UTC")
        told: dict[str, Any] = {
            "detail": f"resolved as {decision}, {day}",
            "outcome": str(Outcome.UNSENT),
        }
        if decision == "accepted":
            told |= {"outcome": str(Outcome.ACCEPTED), "reason": None}
        fates.change(codes, positions, partial(_settled, told))


def _settled(told: dict[str, Any], fate: Fate) -> Fate:
    return fate._replace(**told) if fate.outcome == Outcome.UNKNOWN else fate


def history(store: Store, account: str | None, campaign: str | None) -> pd.DataFrame:
    """What was settled on purpose, when and by whom."""
    asked = {"account": account, "campaign": campaign}
    made = [
        (run_id, decision, len(unpack_hashes(blob)), at, host, process)
        for run, run_id in store.rows(statements.FIND_RUNS, asked)
        for decision, at, host, process, blob in store.rows(statements.READ_RESOLUTIONS, (run,))
    ]
    table = pd.DataFrame(made, columns=["run", "decision", "rows", "at", "host", "process"])
    types = {"run": "str", "decision": "str", "rows": "int64", "host": "str", "process": "int64"}
    return table.astype(types).assign(
        at=pd.to_datetime(table["at"].astype("str"), utc=True).dt.as_unit("us")
    )
