"""What a ledger asks of a database: statements run, transactions that last, a clock."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final, Protocol

from cascade_frames.errors import LedgerError

Row = tuple[Any, ...]


# The name of a transaction that excludes all other named ones.
EVERYONE: Final = "everyone"


class ConnectionLost(LedgerError):
    """The database cannot be reached now; what was being committed may have been, or not."""


class Store(Protocol):
    """One connection to a ledger's database; safe to use from several threads in turn.

    Statements are those of `statements`, by their text there; a store runs its own wording of
    those whose dialect differs. Whatever fails raises LedgerError, without any value in it.
    """

    @property
    def name(self) -> str:
        """Where the ledger is, without a user or password."""
        ...

    @property
    def near(self) -> bool:
        """Whether a commit takes less time than to wake a thread that does it."""
        ...

    def again(self) -> Store:
        """Another connection to the same ledger, for another thread."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

    def now(self) -> datetime:
        """The time (tz-aware) on the clock that all who use this ledger go by."""
        ...

    def rows(self, statement: str, values: Any = ()) -> list[Row]:  # noqa: ANN401 - bound values
        """Every row a statement gives."""
        ...

    def each(self, statement: str, values: Any = ()) -> Generator[Row, None, None]:  # noqa: ANN401
        """The rows one by one, for those too large to hold together; others wait until the end.

        Other statements may be run between them. Close it when leaving early.
        """
        ...

    def script(self, statements: str) -> None:
        """Run several statements that take no values and give no rows."""
        ...

    def transaction(self, exclusive: str | None = None) -> AbstractContextManager[None]:
        """One durable transaction; undone when anything in it fails.

        Args:
            exclusive: a name; of transactions with the same one, one runs at a time, and none
                beside one of `EVERYONE`. A store may let only one run at a time in any case.
        """
        ...

    def scrub(self) -> None:
        """Leave nothing of what was overwritten, as far as the database lets us."""
        ...
