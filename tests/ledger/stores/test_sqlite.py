"""What only a ledger file can meet."""

import sqlite3
from pathlib import Path

import pytest

from cascade_frames.errors import LedgerError
from cascade_frames.ledger import Ledger, open_ledger, statements, volumes


def _mounted(monkeypatch, place, kind):
    mounts = [(Path("/"), "ext4"), (place, kind)]
    monkeypatch.setattr(volumes, "mounts", lambda: mounts)


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smbfs", "smb3", "fuse.sshfs"])
def test_a_network_file_system_is_refused(tmp_path, monkeypatch, kind):
    """A ledger file on a network share is refused before it is made, and PostgreSQL named."""
    _mounted(monkeypatch, tmp_path, kind)
    with pytest.raises(LedgerError, match=rf"network file system \({kind}\).*postgresql://"):
        Ledger(tmp_path / "deep" / "ledger.sqlite3")
    assert not (tmp_path / "deep").exists()


def test_a_local_file_system_is_taken(tmp_path, monkeypatch):
    """A network share elsewhere does no harm."""
    _mounted(monkeypatch, tmp_path / "share", "nfs4")
    Ledger(tmp_path / "shareholders.sqlite3").close()


def test_another_programs_database_is_left_alone(tmp_path):
    """A SQLite file that is no ledger is refused, byte for byte unchanged."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="something else"):
        Ledger(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path):
    """Any other file is refused too."""
    path = tmp_path / "segment.csv"
    path.write_text("phone\n" * 1000)
    with pytest.raises(LedgerError, match="is not a ledger"):
        Ledger(path)


def test_hashes_stream_past(tmp_path):
    """The hashes of all that was sent are read in order, without SQLite sorting them first."""
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    steps = ledger._store.rows(f"EXPLAIN QUERY PLAN {statements.READ_HASHES}", ("account", 0))
    assert not any("TEMP" in step[3] for step in steps)
    ledger.close()


def test_an_unknown_kind_of_ledger_is_refused():
    """A scheme that is not ours is refused by name, without the rest of the address."""
    with pytest.raises(LedgerError, match="mysql://") as caught:
        open_ledger("mysql://me:hunter2@db/x", "live")
    assert "hunter2" not in str(caught.value)
