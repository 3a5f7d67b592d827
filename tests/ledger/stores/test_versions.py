"""Ledgers of other versions: older ones are taken forward, newer ones left alone."""

import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cascade_frames.errors import LedgerError
from cascade_frames.ledger import Ledger, statements, tables
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.ledger.migrations import upgrade
from cascade_frames.ledger.stores import open_store
from cascade_frames.planning.fates import as_texts
from cascade_frames.sending.records import RunState

from .samples import ACCOUNT, AT, LABEL, Batch, accepted, intend, keys_of, settle


@pytest.fixture
def store(location):
    """Yield a store at the location."""
    opened = open_store(location)
    yield opened
    opened.close()


def _steps(store, more):
    newest = store.version()
    return [
        *((version, "SELECT 1 / 0") for version in range(1, newest + 1)),
        *((newest + at, statements) for at, statements in enumerate(more, 1)),
    ]


def test_steps_beyond_the_version_are_taken_once(store):
    """A migration runs the statements that are new to the ledger, and only once."""
    before = store.version()
    steps = _steps(store, ["CREATE TABLE one (a INTEGER)", "ALTER TABLE one ADD COLUMN b TEXT"])
    upgrade(store, steps)
    upgrade(store, steps)
    assert store.rows("SELECT a, b FROM one") == []
    assert store.version() == before + 2


def test_a_broken_step_undoes_all(store):
    """A ledger is never left between two versions."""
    before = store.version()
    with pytest.raises(LedgerError):
        upgrade(
            store, _steps(store, ["CREATE TABLE one (a INTEGER)", "ALTER TABLE none ADD b TEXT"])
        )
    assert store.version() == before
    upgrade(store, _steps(store, ["CREATE TABLE one (a INTEGER)"]))


def test_what_was_written_before_is_still_known_after(ledger, store):
    """A migration keeps every message."""
    keys = keys_of(ledger, ["id-1", "id-2"])
    ledger.register(LABEL, keys)
    upgrade(store, _steps(store, ["CREATE TABLE one (a INTEGER)"]))
    assert len(store.rows(statements.READ_HASHES, (ACCOUNT, 0))) == 1


def test_a_ledger_of_version_4_is_read_as_it_is(ledger, location):
    """Strings in the form of before, next to new ones: every message and receipt is known."""
    old = keys_of(ledger, ["id-1", "id-2", "id-3"])
    writer = ledger.open_run(ledger.register(LABEL, old).run_id)
    intend(writer, Batch(1, 0, 3))
    settle(writer, Batch(1, 0, 3), accepted(["id-1", "id-2", "id-3"]))
    writer.close(RunState.FINISHED)
    with ledger._store.transaction():
        ledger._store.rows("DROP TABLE delivery")
        ids = zlib.compress(b"id-1\nid-2\nid-3", 1)
        ledger._store.rows("UPDATE block SET ids = ?", (ids,))
        ledger._store.rows("UPDATE outcome SET message_ids = ?", (zlib.compress(b"m-1\n\nm-3"),))
        ledger._store.rows(statements.SET_META, {"key": "version", "value": b"4"})
    upgraded = Ledger(location)
    assert upgraded._store.version() == tables.STEPS[-1][0]
    both = keys_of(upgraded, ["id-3", "new", "id-1", "id-2"], np.array([2, 9, 0, 1]))
    assert upgraded.register(LABEL, both).pending.tolist() == [1]
    table = upgraded.stand(ACCOUNT, both).table
    assert table["messageId"].fillna("-").tolist() == ["m-3", "-", "m-1", "-"]
    upgraded.close()


def test_a_ledger_of_version_5_takes_deliveries_once_it_is_opened(ledger, location):
    """What was sent before is still known, and what becomes of it can be noted."""
    keys = keys_of(ledger, ["id-1", "id-2"], phones=["+380501112230", "+380501112231"])
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 2))
    settle(writer, Batch(1, 0, 2), accepted(["id-1", "id-2"]))
    writer.close(RunState.FINISHED)
    ledger.forget("+380501112231")
    with ledger._store.transaction():
        ledger._store.rows("DROP TABLE delivery")
        ledger._store.rows("DELETE FROM tombstone WHERE kind = 'receipt'")
        ledger._store.rows(statements.SET_META, {"key": "version", "value": b"5"})
    upgraded = Ledger(location)
    assert upgraded._store.version() == tables.STEPS[-1][0] == 6
    assert upgraded.stand(ACCOUNT, keys).table["outcome"].tolist() == ["accepted", "skipped"]
    upgraded.note([Reading("m-id-1", "delivered", AT)])
    found = upgraded.deliveries(as_texts(["m-id-1", "m-id-2"]))
    assert found["delivery"].fillna("-").tolist() == ["delivered", "-"]
    assert upgraded.forget("+380501112230") == 1
    upgraded.close()


def test_a_newer_ledger_is_refused_and_not_changed(location, store):
    """A ledger of a version to come is refused in words that say what to do."""
    with store.transaction():
        store.rows(statements.SET_META, {"key": "version", "value": b"99"})
    with pytest.raises(LedgerError, match=r"version 99.*Update cascade_frames"):
        open_store(location)
    assert store.version() == 99


@pytest.mark.parametrize("_again", range(3))
def test_opened_first_by_several_at_once(location, _again):
    """Of eight who open a ledger that is not there yet one makes it, and all have the same."""

    def secret(_number):
        ledger = Ledger(location)
        ledger.close()
        return ledger.secret

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(secret, range(8)))) == 1
