"""A ledger's SQLite file. The door to apsw.

apsw carries its own SQLite: the one Python links may have the WAL-reset bug (mended in 3.51.3).
Every commit is synced in full before it counts.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Generator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import apsw

from cascade_frames.errors import LedgerError
from cascade_frames.ledger import statements, tables
from cascade_frames.ledger.migrations import refuse_newer, upgrade
from cascade_frames.ledger.owner import now
from cascade_frames.ledger.store import Row
from cascade_frames.ledger.volumes import network_file_system

_BUSY_MILLISECONDS: Final = 30_000
_AGAIN_SECONDS: Final = 0.02
_PRAGMAS: Final = (
    "page_size = 16384",  # of new files: blocks are long, and SQLite's usual page is 4096
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
)
_OURS: Final = frozenset({"meta", "run"})


class SqliteStore:
    """One connection to a ledger file; makes the file, and its folder, where there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with _as_ledger_error(path):
            _refuse_network(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                path.touch(0o600, exist_ok=False)
            self._connection = apsw.Connection(str(path))
            try:
                self._set_up()
            except BaseException:
                self._connection.close()
                raise

    def _set_up(self) -> None:
        self._connection.set_busy_timeout(_BUSY_MILLISECONDS)
        self._refuse_foreign()
        refuse_newer(self, tables.STEPS[-1][0])
        for pragma in _PRAGMAS:
            self._execute_in_time(f"PRAGMA {pragma}")
        upgrade(self, tables.STEPS)

    def _execute_in_time(self, statement: str) -> None:
        """Run a statement again while another process is making the same file.

        Two that turn a new file's log on at once are told that it is busy without any wait, since
        each holds what the other is waiting for.
        """
        give_up = time.monotonic() + _BUSY_MILLISECONDS / 1000
        while True:
            try:
                self._connection.execute(statement)
            except apsw.BusyError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(_AGAIN_SECONDS)
            else:
                return

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    @property
    def near(self) -> bool:
        """Yes: the file is on a disk of this machine."""
        return True

    def now(self) -> datetime:
        """The clock of this machine, which is that of all who use the file."""
        return now()

    def again(self) -> SqliteStore:
        """Another connection to the same file, for another thread."""
        return SqliteStore(self.path)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def rows(self, statement: str, values: Any = ()) -> list[Row]:  # noqa: ANN401 - bound values
        """Every row a statement gives."""
        # The lock keeps another thread from reading what is not committed yet.
        with self._lock, _as_ledger_error(self.path):
            return list(self._connection.execute(statement, values))

    def each(self, statement: str, values: Any = ()) -> Generator[Row, None, None]:  # noqa: ANN401
        """The rows one by one, for those too large to hold together."""
        with self._lock, _as_ledger_error(self.path):
            yield from self._connection.execute(statement, values)

    @contextlib.contextmanager
    def transaction(self, exclusive: str | None = None) -> Iterator[None]:  # noqa: ARG002
        """One durable transaction, exclusive whatever its name; undone when anything fails."""
        with self._lock, self._transaction():
            yield

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with _as_ledger_error(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        with _as_ledger_error(self.path):
            try:
                self._connection.execute("COMMIT")
            except apsw.Error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def script(self, statements: str) -> None:
        """Run several statements that take no values and give no rows."""
        with _as_ledger_error(self.path):
            self._connection.execute(statements)

    def scrub(self) -> None:
        """Empty the write-ahead log; freed pages are overwritten with zeros anyway."""
        (blocked,) = self.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][:1]
        if blocked:
            raise LedgerError(
                f"What was erased is gone from the ledger {self.path}, but not from its log: "
                "another process is reading. Do the same again when it is done."
            )

    def version(self) -> int | None:
        """The version of the ledger's tables; None where there are none."""
        with _as_ledger_error(self.path):
            if not self._tables() >= _OURS:
                return None
            found = self._connection.execute(statements.READ_META, ("version",)).fetchone()
            return int(found[0]) if found else None

    def _refuse_foreign(self) -> None:
        tables = self._tables()
        if tables and not tables >= _OURS:
            raise LedgerError(f"{self.path} is the database of something else. Name another file.")

    def _tables(self) -> set[str]:
        return {name for (name,) in self._connection.execute("SELECT name FROM sqlite_schema")}


def _refuse_network(path: Path) -> None:
    kind = network_file_system(path)
    if kind:
        raise LedgerError(
            f"The ledger {path} is on a network file system ({kind}), where SQLite cannot keep "
            "two processes apart. Name a file on a local disk, or for a team a database: "
            "ledger='postgresql://…'."
        )


@contextlib.contextmanager
def _as_ledger_error(path: Path) -> Iterator[None]:
    """Turn what apsw and the file system raise into the package's error, without any value."""
    try:
        yield
    except apsw.NotADBError:
        raise LedgerError(f"{path} is not a ledger. Name another file.") from None
    except apsw.BusyError:
        raise LedgerError(
            f"The ledger {path} stayed locked by another process. Try again when it is done."
        ) from None
    except apsw.Error as error:
        raise LedgerError(
            f"The ledger {path} cannot be used ({type(error).__name__}). Check that the disk is "
            "there, writable and not full."
        ) from error
    except OSError as error:
        raise LedgerError(
            f"The ledger {path} cannot be made ({error.strerror}). Name a writable place with "
            "ledger= or CASCADE_LEDGER."
        ) from error
