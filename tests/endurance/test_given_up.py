"""A worker of the engine that is given up while its record is being written."""

import asyncio
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime

import apsw
import numpy as np
import pytest

from cascade_frames.ledger import Ledger
from cascade_frames.ledger.sqlite import SqliteStore
from cascade_frames.planning.fates import as_texts
from cascade_frames.planning.memory import MessageKeys
from cascade_frames.sending.records import Batch, RunLabel, RunState

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("near", [True, False], ids=["in the loop", "by a thread"])
def test_a_record_that_nobody_waits_for_does_not_end_the_writer(tmp_path, monkeypatch, near):
    """The record is written all the same, and the writer goes on and closes at once."""
    monkeypatch.setattr(SqliteStore, "near", near)
    path = tmp_path / "ledger.sqlite3"
    ledger = Ledger(path)
    numbers = np.array([1, 2], dtype="uint64")
    keys = MessageKeys(as_texts(["a", "b"]), numbers, numbers)
    label = RunLabel("account", None, "standard", "digest")
    writer = ledger.open_run(ledger.register(label, keys).run_id)
    waits = (nullcontext(), 0) if near else (_held_up(path), 0.1)
    asyncio.run(_give_up(writer, *waits))
    writer.close(RunState.FINISHED)
    table = ledger.stand("account", keys).table
    assert table["reason"].tolist() == ["in_flight", "in_flight"]
    ledger.close()


async def _give_up(writer, held_up, seconds):
    """Cancel one whose record has waited to be written for so long, and go on with another."""
    with held_up:
        waiting = asyncio.create_task(writer.intend(Batch(1, 0, 1), 1, NOW))
        await asyncio.sleep(seconds)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await asyncio.wait_for(writer.intend(Batch(2, 1, 2), 1, NOW), 20)


@contextmanager
def _held_up(path):
    """Keep a thread that writes to this ledger waiting."""
    with closing(apsw.Connection(str(path))) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        yield
        blocker.execute("ROLLBACK")
