"""Which store a ledger's location means."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cascade_frames.errors import LedgerError
from cascade_frames.ledger.sqlite import SqliteStore
from cascade_frames.ledger.store import Store

_POSTGRES: Final = ("postgresql://", "postgres://")


def is_postgres(location: str | Path) -> bool:
    """Whether a location names a PostgreSQL database."""
    return str(location).startswith(_POSTGRES)


def open_store(location: str | Path) -> Store:
    """The store at a path, `sqlite:///path` or `postgresql://…`.

    Raises:
        LedgerError: it is of a kind we do not have, or cannot be opened.
    """
    text = str(location)
    if is_postgres(text):
        return _open_postgres(text)
    if text.startswith("sqlite:///"):
        return SqliteStore(Path(text.removeprefix("sqlite:///")).expanduser())
    if "://" in text:
        scheme = text.split("://", 1)[0]
        raise LedgerError(
            f"A ledger at {scheme}:// is not supported. Give a path, sqlite:///path or "
            "postgresql://…."
        )
    return SqliteStore(Path(location).expanduser())


def _open_postgres(url: str) -> Store:
    try:
        from cascade_frames.ledger.postgres import PostgresStore
    except ImportError:
        raise LedgerError(
            "A ledger on PostgreSQL needs psycopg, which is not installed. Install it with: "
            "pip install 'cascade-frames[postgres]'"
        ) from None
    return PostgresStore(url)
