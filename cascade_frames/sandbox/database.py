"""Private databases: each in a file without a name that is gone with its owner."""

import sqlite3
import weakref


def open_database(owner: object, schema: str, cache: int) -> sqlite3.Connection:
    """Return an empty database that lives as long as `owner`.

    SQLite keeps at most `cache` KiB of it in memory and the rest in a temporary file, deleted
    as it is opened. What threads share it must lock it; a transaction is begun explicitly.
    """
    database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
    weakref.finalize(owner, database.close)
    # nothing survives a crash, so nothing is spent on surviving one
    database.executescript(f"pragma journal_mode = off; pragma cache_size = -{cache};")
    database.executescript(schema)
    return database
