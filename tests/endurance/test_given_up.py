"""A worker of the engine that is given up while its record is being written."""

import asyncio
from datetime import UTC, datetime

import apsw
import numpy as np
import pytest

from cascade_frames.ledger import Ledger
from cascade_frames.planning.fates import as_texts
from cascade_frames.planning.memory import MessageKeys
from cascade_frames.sending.records import Batch, RunLabel, RunState

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_a_record_that_nobody_waits_for_does_not_end_the_writer(tmp_path):
    """The record is written all the same, and the writer goes on and closes at once."""
    path = tmp_path / "ledger.sqlite3"
    ledger = Ledger(path)
    numbers = np.array([1, 2], dtype="uint64")
    keys = MessageKeys(as_texts(["a", "b"]), numbers, numbers)
    label = RunLabel("account", None, "standard", "digest")
    writer = ledger.open_run(ledger.register(label, keys).run_id)
    asyncio.run(_give_up(writer, path))
    writer.close(RunState.FINISHED)
    table = ledger.stand("account", keys).table
    assert table["reason"].tolist() == ["in_flight", "in_flight"]
    ledger.close()


async def _give_up(writer, path):
    """Cancel one who waits for the ledger, and go on with another."""
    blocker = apsw.Connection(str(path))
    blocker.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(writer.intend(Batch(1, 0, 1), 1, NOW))
    await asyncio.sleep(0.1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    blocker.execute("ROLLBACK")
    blocker.close()
    await asyncio.wait_for(writer.intend(Batch(2, 1, 2), 1, NOW), 20)
