"""Ledgers of other versions: older ones are taken forward, newer ones left alone."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from cascade_frames.errors import LedgerError
from cascade_frames.ledger import Ledger, schema
from cascade_frames.ledger.migrations import upgrade
from cascade_frames.ledger.stores import open_store

from .samples import ACCOUNT, LABEL, keys_of


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
    assert len(store.rows(schema.READ_HASHES, (ACCOUNT, 0))) == 1


def test_a_newer_ledger_is_refused_and_not_changed(location, store):
    """A ledger of a version to come is refused in words that say what to do."""
    with store.transaction():
        store.rows(schema.SET_META, {"key": "version", "value": b"99"})
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
