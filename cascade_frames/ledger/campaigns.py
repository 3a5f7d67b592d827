"""What the ledger knows of campaigns: their runs, and how each of their messages stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from cascade_frames.ledger import deliveries, statements
from cascade_frames.ledger.blobs import unpack_texts
from cascade_frames.ledger.record import read_run
from cascade_frames.ledger.store import Store
from cascade_frames.outcomes import Delivery, Outcome, is_final
from cascade_frames.planning.fates import TEXTS, Codes, Fates, as_column, having
from cascade_frames.planning.pieces import one_array

_COUNTED: Final = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNSENT, Outcome.UNKNOWN)
_DTYPES: Final = {
    "campaign": "str",
    "account": "str",
    "first_sent_at": "datetime64[us, UTC]",
    "last_sent_at": "datetime64[us, UTC]",
}


@dataclass(frozen=True)
class CampaignRun:
    """One run of a campaign.

    Attributes:
        run, run_id: its number and its public name.
        account: the account's identity.
        campaign: None where the run had none.
        route, digest: of its plan.
        first_at, last_at: when its first and last batch left, tz-aware; None where none did.
    """

    run: int
    run_id: str
    account: str
    campaign: str | None
    route: str
    digest: str
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, repr=False)
class CampaignMessages:
    """The M messages of a campaign, without those of people who were erased.

    Attributes:
        runs: those of the campaign, in the order in which they began.
        ids: M tracking ids, all different.
        message_ids: M receipts, null where there is none.
        fates: the distinct fates, with `fates.COLUMNS`.
        codes: int32, length M: the position of each message's fate in `fates`.
    """

    runs: tuple[CampaignRun, ...]
    ids: pa.LargeStringArray
    message_ids: pa.LargeStringArray
    fates: pa.Table
    codes: Codes

    def count(self, outcome: str) -> int:
        """How many messages have this outcome."""
        return int(having(self.fates, self.codes, outcome).sum())


def find_runs(
    store: Store, account: str | None = None, campaign: str | None = None
) -> list[CampaignRun]:
    """The runs of an account, a campaign, both or all, in the order in which they began."""
    rows = store.rows(statements.DESCRIBE_RUNS, {"account": account, "campaign": campaign})
    return [CampaignRun(*row[:-2], *map(_moment, row[-2:])) for row in rows]


def read_messages(store: Store, runs: Sequence[CampaignRun]) -> CampaignMessages:
    """How the messages of these runs of one account stand; a message of several as in the last."""
    fates = Fates()
    ids, receipts, codes = [pa.nulls(0, TEXTS)], [pa.nulls(0, TEXTS)], [np.zeros(0, np.int32)]
    for run in runs:
        record = read_run(store, run.run, fates)
        held = [unpack_texts(blob) for _, blob in store.rows(statements.READ_IDS, (run.run,))]
        ids.extend(held)
        nobody = pa.nulls(len(record.codes), TEXTS)
        receipts.append(nobody if record.message_ids is None else one_array(record.message_ids))
        codes.append(record.codes)
    every = pa.concat_arrays(ids)
    kept = every.is_valid().to_numpy(zero_copy_only=False)
    if len(runs) > 1:
        kept = kept & ~pd.Series(as_column(every)).duplicated(keep="last").to_numpy()
    return CampaignMessages(
        tuple(runs),
        every.filter(pa.array(kept)),
        pa.concat_arrays(receipts).filter(pa.array(kept)),
        fates.table(),
        np.concatenate(codes)[kept],
    )


def overview(store: Store, account: str | None) -> pd.DataFrame:
    """See `Ledger.campaigns`."""

    def label(run: CampaignRun) -> tuple[str, str]:
        return run.account, run.campaign or ""

    runs = sorted(find_runs(store, account), key=label)  # stable: in each, the runs stay in order
    groups = [list(group) for _, group in groupby(runs, label)]
    groups.sort(key=lambda group: group[-1].run, reverse=True)
    rows = [_sum_up(store, group) for group in groups]
    table = pd.DataFrame(rows, columns=list(_row([], {}, {})))
    counts = [name for name in table.columns if name not in _DTYPES]
    return table.astype(_DTYPES | dict.fromkeys(counts, "int64"))


def _sum_up(store: Store, runs: list[CampaignRun]) -> dict[str, Any]:
    messages = read_messages(store, runs)
    outcomes = {str(one): messages.count(one) for one in _COUNTED}
    states = deliveries.count(store, messages.message_ids.drop_null())
    return _row(runs, outcomes, states)


def _row(
    runs: list[CampaignRun], outcomes: dict[str, int], states: dict[str, int]
) -> dict[str, Any]:
    counts = {str(one): outcomes.get(one, 0) for one in _COUNTED}
    delivered = states.get(Delivery.DELIVERED, 0)
    undelivered = sum(rows for state, rows in states.items() if is_final(state)) - delivered
    moments = [moment for run in runs for moment in (run.first_at, run.last_at) if moment]
    return {
        "campaign": runs[0].campaign if runs else None,
        "account": runs[0].account if runs else None,
        "first_sent_at": min(moments, default=None),
        "last_sent_at": max(moments, default=None),
        "runs": len(runs),
        "messages": sum(counts.values()),
        **counts,
        "delivered": delivered,
        "undelivered": undelivered,
        "pending": counts[Outcome.ACCEPTED] - delivered - undelivered,
    }


def _moment(at: str | None) -> datetime | None:
    return None if at is None else datetime.fromisoformat(at)
