"""What only a ledger on PostgreSQL can meet."""

import contextlib
import gc
import sys
import threading
import time
import traceback

import psycopg
import pytest

from cascade_frames.errors import LedgerError
from cascade_frames.ledger import Ledger, claims, open_ledger, statements, statements_postgres
from cascade_frames.ledger.postgres import PostgresStore
from cascade_frames.ledger.store import ConnectionLost
from cascade_frames.sending.records import RunState

from .samples import LABEL, Batch, accepted, intend, keys_of, outcomes, settle

IDS = [f"id-{number}" for number in range(10)]
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
def place(database):
    """The address of an empty database."""
    return database


@pytest.fixture
def administrator(place):
    """Yield a plain connection to the same database."""
    with psycopg.connect(place, autocommit=True) as connection:
        yield connection


@pytest.fixture
def shared(place):
    """Yield a ledger on it."""
    ledger = Ledger(place)
    yield ledger
    ledger.close()


def test_without_psycopg_the_extra_is_named(monkeypatch):
    """Where psycopg is missing, the error says what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "cascade_frames.ledger.postgres")
    with pytest.raises(LedgerError, match=r"pip install 'cascade-frames\[postgres\]'"):
        Ledger("postgresql://db/x")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@127.0.0.1:1/shop",
        "postgresql://me:hunter2@127.0.0.1:1/shop?nonsense=1",
        "postgresql://me:hunter2@[half/shop",
        "postgresql://me@127.0.0.1:1/shop?password=hunter2",
        "postgresql://me:hunter2@no-such-host.invalid/shop",
    ],
)
def test_no_password_in_any_error(url):
    """However an address is wrong, its password and user stay out of the error and its chain."""
    with pytest.raises(LedgerError) as caught:
        Ledger(url)
    told = "".join(traceback.format_exception(caught.value))
    assert "hunter2" not in told.replace(repr(url), "")
    assert "me:" not in str(caught.value)


def test_no_password_in_a_repr(server, place):
    """A ledger shows where it is, and neither user nor password."""
    ledger = Ledger(place.replace("postgres:@", "postgres:hunter2@"))
    store = PostgresStore(place.replace("postgres:@", "postgres:hunter2@"))
    for shown in (repr(ledger), repr(store), repr(vars(store)), store.name):
        assert "hunter2" not in shown
        assert str(server.pgdata) in shown
    ledger.close()
    store.close()


def test_every_commit_waits_for_the_disk(shared, administrator):
    """`synchronous_commit` is on in each transaction, whatever the user's default is."""
    administrator.execute("ALTER ROLE postgres SET synchronous_commit = off")
    try:
        again = shared._store.again()
        with again.transaction():
            assert again.rows("SHOW synchronous_commit") == [("on",)]
        assert again._connection.execute("SHOW synchronous_commit").fetchall() == [("off",)]
        again.close()
    finally:
        administrator.execute("ALTER ROLE postgres RESET synchronous_commit")


def test_nothing_stays_in_the_session(shared, administrator):
    """After a registration and a run no setting, lock or prepared statement is left behind."""
    writer = shared.open_run(shared.register(LABEL, keys_of(shared, IDS)).run_id)
    for number in range(1, 10):
        intend(writer, Batch(number, number - 1, number))
    session = shared._store._connection
    assert session.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
    assert session.execute("SHOW search_path").fetchone() == ('"$user", public',)
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    assert administrator.execute(held).fetchone() == (0,)
    writer.close(RunState.FINISHED)


def test_a_session_per_transaction_is_enough(place):
    """Every transaction on another server process, as a pooler may do, comes to the same."""
    ledger = Ledger(place)
    store = ledger._store
    begin = store._begin

    def on_a_new_connection():
        store._connection.close()
        begin()

    store._begin = on_a_new_connection
    keys = keys_of(ledger, IDS)
    assert ledger.register(LABEL, keys).pending.tolist() == list(range(10))
    assert outcomes(ledger, keys) == ["unsent"] * 10
    ledger.close()


@pytest.mark.usefixtures("shared")
def test_tables_lie_in_a_schema_of_their_own(administrator):
    """Nothing is made in `public`, where others have their tables."""
    where = "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('run', 'meta', 'intent')"
    assert administrator.execute(where).fetchall() == [("cascade_frames",)]


def test_a_connection_lost_between_writes_is_made_anew(shared, administrator):
    """The next write after a lost connection goes through on a new one."""
    keys = keys_of(shared, IDS)
    writer = shared.open_run(shared.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 5))
    administrator.execute(END_OTHERS)
    settle(writer, Batch(1, 0, 5), accepted(IDS[:5]))
    administrator.execute(END_OTHERS)
    intend(writer, Batch(2, 5, 10))
    writer.close(RunState.PAUSED)
    assert outcomes(shared, keys) == ["accepted"] * 5 + ["unknown"] * 5


def test_a_connection_lost_within_a_transaction_undoes_it(shared, administrator, monkeypatch):
    """What was written before the loss is not there, and the loss is a LedgerError."""
    keys = keys_of(shared, IDS)
    add_run = claims._add_run

    def lose(*args):
        run = add_run(*args)
        administrator.execute(END_OTHERS)
        return run

    with monkeypatch.context() as patched:
        patched.setattr(claims, "_add_run", lose)
        with pytest.raises(LedgerError, match="connection was lost"):
            shared.register(LABEL, keys)
    assert shared._store.rows("SELECT count(*) FROM run") == [(0,)]
    assert shared.register(LABEL, keys).pending.tolist() == list(range(10))


@pytest.mark.parametrize("committed", [False, True], ids=["before", "after"])
def test_an_intent_whose_commit_was_lost_does_not_leave(
    shared, administrator, monkeypatch, committed
):
    """A lost COMMIT halts: its rows are unsent where it did not happen, unknown where it did."""
    keys = keys_of(shared, IDS)
    writer = shared.open_run(shared.register(LABEL, keys).run_id)
    commit = PostgresStore._commit

    def lost(store):
        if committed:
            commit(store)
        administrator.execute(END_OTHERS)
        commit(store)

    with monkeypatch.context() as patched:
        patched.setattr(PostgresStore, "_commit", lost)
        with pytest.raises(LedgerError, match="connection was lost"):
            intend(writer, Batch(1, 0, 10))
    writer.close(RunState.HALTED)
    assert set(outcomes(shared, keys)) == {"unknown" if committed else "unsent"}


def test_outcomes_wait_for_a_database_together(shared, monkeypatch):
    """While the database is away outcomes are tried again; all give up after the same while."""
    monkeypatch.setattr("cascade_frames.ledger.commits._KNOCK_SECONDS", 0.3)
    writer = shared.open_run(shared.register(LABEL, keys_of(shared, IDS)).run_id)
    for number in range(1, 11):
        intend(writer, Batch(number, number - 1, number))
    tries = []

    def away(_store):
        tries.append(time.monotonic())
        raise ConnectionLost("away")

    with monkeypatch.context() as patched:
        patched.setattr(PostgresStore, "_begin", away)
        for number in range(1, 11):
            with pytest.raises(LedgerError, match="away"):
                settle(
                    writer, Batch(number, number - 1, number), accepted(IDS[number - 1 : number])
                )
        assert len(tries) > 12
        assert tries[-1] - tries[0] < 5
    settle(writer, Batch(1, 0, 1), accepted(IDS[:1]))
    writer.close(RunState.FINISHED)
    assert outcomes(shared, keys_of(shared, IDS)) == ["accepted"] + ["unknown"] * 9


def test_a_server_that_may_forget_is_refused(place, monkeypatch):
    """A server without fsync cannot hold a ledger."""
    monkeypatch.setattr(statements_postgres, "FSYNC", "SELECT 'off'")
    with pytest.raises(LedgerError, match="fsync"):
        Ledger(place)


def test_every_statement_has_its_wording_there(shared):
    """PostgreSQL can read every statement of the ledger."""
    texts = [
        value
        for name, value in vars(statements).items()
        if name.isupper() and isinstance(value, str)
    ]
    with shared._store.transaction():
        for statement in texts:
            own = statements_postgres.own(statement)
            plain = own.replace("%s", "NULL")
            for name in ("run", "state", "key", "value", "at"):
                plain = plain.replace(f"%({name})s", "NULL")
            if "%(" not in plain:
                shared._store.rows(f"EXPLAIN {plain}")


def test_plans_share_a_connection(database):
    """However many plans are kept, the server has one connection for them; then none."""
    first, second = open_ledger(database, "live"), open_ledger(database, "live")
    assert first is second
    first.close()
    assert second.stand(LABEL.account, keys_of(second, IDS)).count("unsent") == 10
    with psycopg.connect(database, autocommit=True) as connection:
        ours = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cascade_frames'"
        ours += " AND datname = current_database()"
        assert connection.execute(ours).fetchone() == (1,)
        del first, second
        gc.collect()
        while connection.execute(ours).fetchone() != (0,):
            threading.Event().wait(0.01)


def test_pgbouncer_gives_each_transaction_another_connection(bounced):
    """What the tests call PgBouncer's transaction mode is that, and the ledger goes through it."""
    with contextlib.ExitStack() as stack:
        ledgers = [Ledger(bounced) for _ in range(8)]
        for ledger in ledgers:
            stack.callback(ledger.close)
        processes = {ledger._store.rows("SELECT pg_backend_pid()")[0][0] for ledger in ledgers}
    assert len(processes) <= 3
