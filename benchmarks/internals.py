"""Single stages of the package, for those who time a stage alone.

The only module of the benchmarks that reaches behind the public names.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

import cascade_frames as cf
from benchmarks.contract import BATCH, KEY, PATH
from cascade_frames.joining.join import join_results
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.content import message_hashes
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.hashing import Hashes, id_hashes
from cascade_frames.planning.validation import check_messages
from cascade_frames.progress import progress_view
from cascade_frames.sending.bodies import Bodies
from cascade_frames.sending.encoding import MessageEncoder
from cascade_frames.sending.evidence import Evidence
from cascade_frames.sending.gateway import Gateway
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import Batch, Registration, RunLabel
from cascade_frames.sending.replies import Receipts, read_receipts
from cascade_frames.sending.transport import Json
from cascade_frames.sending.verdicts import Settlement

_SECRET: Final = bytes(32)
_ID: Final = "00000000-0000-4000-8000-000000000000"


def message_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as planning makes it: every field, in its own dtype."""
    account = cf.Account(base_url="http://127.0.0.1:1", api_key=KEY)
    with tempfile.TemporaryDirectory() as folder:
        return cf.plan(frame, account=account, ledger=Path(folder) / "ledger.sqlite3").messages


def encode(table: pd.DataFrame) -> list[Json]:
    """Every batch's body, as a run writes them."""
    starts = range(0, len(table), BATCH)
    batches = (Batch(1, start, min(start + BATCH, len(table))) for start in starts)
    with Bodies(MessageEncoder(table), np.arange(len(table)), BATCH) as bodies:
        return [bodies.of(batch).json for batch in batches]


def validate(table: pd.DataFrame) -> pd.DataFrame:
    """Check every rule, ids used twice included; the rows that fail, with their reasons."""
    faults = Faults(len(table))
    check_messages(table, datetime.now(UTC), faults)
    faults.add(Reason.DUPLICATE_ID, "id", table["id"].duplicated())
    return faults.told()


def post(bodies: list[Json], account: cf.Account) -> list[Evidence]:
    """Post every body, as many at once as the account allows."""
    return asyncio.run(_post(bodies, account))


async def _post(bodies: list[Json], account: cf.Account) -> list[Evidence]:
    waiting = iter(bodies)
    async with Gateway(account) as gateway:

        async def work() -> list[Evidence]:
            return [await gateway.post(PATH, body) for body in waiting]

        gathered = await asyncio.gather(*(work() for _ in range(account.max_in_flight)))
    return [evidence for of_one in gathered for evidence in of_one]


def decode(replies: list[bytes], ids: list[pa.LargeStringArray]) -> list[Receipts | None]:
    """Every reply's receipts, matched to the ids that were sent."""
    return [read_receipts(reply, sent) for reply, sent in zip(replies, ids, strict=True)]


def hash_messages(table: pd.DataFrame) -> tuple[Hashes, Hashes, Hashes]:
    """What a ledger knows the messages by: ids, contents, recipients."""
    return (id_hashes(table["id"], _SECRET), *message_hashes(table, _SECRET))


def register(ledger: cf.Ledger, plan: cf.Plan) -> Registration:
    """Claim the plan's messages for a run."""
    label = RunLabel(plan.account.identity, plan.campaign, str(plan.route), plan.digest)
    return ledger.register(label, plan.keys)


def join(ledger: cf.Ledger, plan: cf.Plan) -> pd.DataFrame:
    """The result table, as the ledger has it."""
    return join_results(plan.origin, ledger.stand(plan.account.identity, plan.keys))


def report_progress(batches: int) -> None:
    """Count and show what a run of so many batches counts and shows, on a terminal."""
    view = progress_view("auto", _Terminal())
    progress = Progress(total=batches * BATCH)
    settlement = Settlement(Outcome.UNKNOWN, message_ids=pa.array([_ID] * BATCH, pa.large_string()))
    for _ in range(batches):
        progress = progress.after_request().after_batch(BATCH, settlement)
        view.show(progress)
    view.close()


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True
