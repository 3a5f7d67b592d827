"""A ledger on PostgreSQL, for teams. The door to psycopg.

Every transaction begins by setting what it relies on and keeps no state in the session, so
that it is the same behind PgBouncer's transaction mode. A connection that is found lost before
a transaction is made anew; one lost within it fails that transaction, and what depends on it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg import conninfo, errors

from cascade_frames.errors import LedgerError
from cascade_frames.ledger import statements, statements_postgres, tables_postgres
from cascade_frames.ledger.migrations import upgrade
from cascade_frames.ledger.store import EVERYONE, ConnectionLost, Row

# A server that has gone silent is noticed within half a minute.
_DEFAULTS: Final = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "30000",
    "application_name": "cascade_frames",
    "client_encoding": "utf8",
}


# Of a cursor on the server, and how many rows it gives at once: 8 MB of hashes.
_DECLARE: Final = "DECLARE cascade_frames NO SCROLL CURSOR FOR"
_FETCH: Final = "FETCH 16 FROM cascade_frames"
_CLOSE: Final = "CLOSE cascade_frames"


class Place:
    """Where a database is; shows no user and no password."""

    def __init__(self, url: str) -> None:
        try:
            given = conninfo.conninfo_to_dict(url)
        except psycopg.Error:
            raise LedgerError(
                "The ledger's postgresql:// address cannot be read. Write it as "
                "postgresql://user:password@host:port/database, with special characters "
                "percent-encoded."
            ) from None
        self.parameters: dict[str, Any] = {**_DEFAULTS, **given}
        port = given.get("port")
        where = f"{given.get('host') or ''}{f':{port}' if port else ''}"
        self.name = f"postgresql://{where}/{given.get('dbname') or ''}"

    def __repr__(self) -> str:
        return self.name


class PostgresStore:
    """One connection to a ledger's database; makes the tables where there are none.

    Args:
        url: `postgresql://…`; what it leaves out, libpq takes from its own environment
            variables and password file. Or the place of a ledger that is open already.
    """

    def __init__(self, url: str | Place) -> None:
        self._place = Place(url) if isinstance(url, str) else url
        self._lock = threading.RLock()
        self._inside = False
        self._process = os.getpid()
        self._connection = self._connect()
        if isinstance(url, str):
            self._refuse_forgetful()
            upgrade(self, tables_postgres.STEPS)

    def __del__(self) -> None:
        """A ledger that is simply dropped lets go of its connection; a forked child must not."""
        if getattr(self, "_connection", None) is not None and self._process == os.getpid():
            self._connection.close()

    def __repr__(self) -> str:
        """The database's place."""
        return f"PostgresStore({self.name!r})"

    @property
    def name(self) -> str:
        """Where the ledger is, without a user or password."""
        return self._place.name

    @property
    def near(self) -> bool:
        """No: a commit goes over the network."""
        return False

    def again(self) -> PostgresStore:
        """Another connection to the same ledger, for another thread."""
        return PostgresStore(self._place)

    def close(self) -> None:
        """Close the connection; whoever uses it again gets a new one."""
        with self._lock:
            self._connection.close()

    def now(self) -> datetime:
        """The database's clock."""
        moment = self.rows(statements_postgres.NOW)[0][0]
        assert isinstance(moment, datetime)  # noqa: S101 - timestamptz
        return moment.astimezone(UTC)

    def rows(self, statement: str, values: Any = ()) -> list[Row]:  # noqa: ANN401 - bound values
        """Every row a statement gives."""
        with self._lock:
            if not self._inside:
                with self.transaction():
                    return self.rows(statement, values)
            with self._as_ledger_error():
                return self._rows(statements_postgres.own(statement), values)

    def each(self, statement: str, values: Any = ()) -> Generator[Row, None, None]:  # noqa: ANN401
        """The rows one by one, a few at a time from the server."""
        with self._lock:
            if not self._inside:
                with self.transaction():
                    yield from self.each(statement, values)
                return
            # Not a cursor of psycopg's, which stays open where its connection is lost.
            with self._as_ledger_error():
                self._rows(f"{_DECLARE} {statements_postgres.own(statement)}", values)
                try:
                    while fetched := self._rows(_FETCH):
                        yield from fetched
                finally:
                    with contextlib.suppress(psycopg.Error):  # the transaction's end closes it too
                        self._rows(_CLOSE)

    def script(self, statements: str) -> None:
        """Run several statements that take no values and give no rows."""
        with self._lock, self._as_ledger_error():
            self._connection.execute(statements.encode())

    def version(self) -> int | None:
        """The version of the ledger's tables; None where there are none."""
        with self._lock:
            if not self._inside:
                with self.transaction():
                    return self.version()
            if not self.rows(statements_postgres.FIND_META)[0][0]:
                return None
            found = self.rows(statements.READ_META, ("version",))
            return int(bytes(found[0][0])) if found else None

    @contextlib.contextmanager
    def transaction(self, exclusive: str | None = None) -> Iterator[None]:
        """One durable transaction; undone when anything in it fails."""
        with self._lock:
            assert not self._inside  # noqa: S101 - transactions do not nest
            with self._as_ledger_error():
                self._begin()
            self._inside = True
            try:
                if exclusive is not None:
                    if exclusive != EVERYONE:
                        self.rows(statements_postgres.LOCK_SHARED, (_lock_key(EVERYONE),))
                    self.rows(statements_postgres.LOCK, (_lock_key(exclusive),))
                yield
                with self._as_ledger_error():
                    self._commit()
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._inside = False

    def scrub(self) -> None:
        """Vacuum what was overwritten; where this user may not, the server does it in time."""
        with self._lock, contextlib.suppress(LedgerError), self._as_ledger_error():
            self._connection.execute(statements_postgres.VACUUM.encode())

    def _connect(self) -> psycopg.Connection[Row]:
        with self._as_ledger_error():
            return psycopg.connect(
                autocommit=True, prepare_threshold=None, **self._place.parameters
            )

    def _refuse_forgetful(self) -> None:
        with self._as_ledger_error():
            (durable,) = self._rows(statements_postgres.FSYNC)[0]
        if durable != "on":
            raise LedgerError(
                f"The server of the ledger {self.name} runs with fsync = off and may forget what "
                "was sent. Turn fsync on, or name another ledger."
            )

    def _begin(self) -> None:
        try:
            self._connection.execute(statements_postgres.BEGIN.encode())
        except psycopg.OperationalError:
            # Lost before anything was said in it: nothing hangs on that connection.
            self._connection.close()
            self._connection = self._connect()
            self._connection.execute(statements_postgres.BEGIN.encode())

    def _commit(self) -> None:
        done = self._connection.execute(b"COMMIT")
        if done.statusmessage != "COMMIT":  # PostgreSQL answers a failed one with ROLLBACK
            raise LedgerError(f"The ledger {self.name} undid a transaction. Try again.")

    def _roll_back(self) -> None:
        try:
            self._connection.execute(b"ROLLBACK")
        except psycopg.Error:
            self._connection.close()  # the server undoes what it has not committed

    def _rows(self, statement: str, values: Any = ()) -> list[Row]:  # noqa: ANN401
        cursor = self._connection.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def _as_ledger_error(self) -> Iterator[None]:
        """Turn what psycopg raises into the package's error, without any value or password."""
        try:
            yield
        except psycopg.Error as error:
            lost = isinstance(error, psycopg.OperationalError) and not isinstance(
                error, errors.LockNotAvailable
            )
            raise (ConnectionLost if lost else LedgerError)(_explain(self.name, error)) from None


def _explain(name: str, error: psycopg.Error) -> str:
    code = f"{type(error).__name__}{f', SQLSTATE {error.sqlstate}' if error.sqlstate else ''}"
    match error:
        case errors.LockNotAvailable():
            return f"The ledger {name} stayed locked by another run. Try again when it is done."
        case errors.InsufficientPrivilege():
            return (
                f"The ledger {name} may not be used by this user ({code}). The user needs CREATE "
                "on the database once, and the schema cascade_frames from then on."
            )
        case errors.ReadOnlySqlTransaction() | errors.FeatureNotSupported():
            return f"The ledger {name} is read-only, perhaps a standby. Name the primary server."
        case psycopg.OperationalError():
            return (
                f"The ledger {name} cannot be reached, or the connection was lost ({code}). Check "
                "host, port, database, user and password, and that the server is up."
            )
        case _:
            return f"The ledger {name} could not be used ({code})."


def _lock_key(name: str) -> int:
    digest = hashlib.blake2b(f"cascade_frames:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
