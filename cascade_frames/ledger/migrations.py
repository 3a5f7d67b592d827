"""Bringing a ledger's tables up to the version this package knows."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final, Protocol

from cascade_frames.errors import LedgerError
from cascade_frames.ledger import statements
from cascade_frames.ledger.store import Store

# A version and the statements that lead to it from the one before.
Step = tuple[int, str]

_EXCLUSIVE: Final = "schema"


class Versioned(Store, Protocol):
    """A store that can say which version its tables are of."""

    def version(self) -> int | None:
        """The version; None where there are no tables yet."""
        ...


def upgrade(store: Versioned, steps: Sequence[Step]) -> None:
    """Make the tables, or take them forward, in one transaction; the steps are in order.

    Raises:
        LedgerError: the ledger is of a newer version; nothing of it was changed.
    """
    newest = steps[-1][0]
    if refuse_newer(store, newest) == newest:
        return
    with store.transaction(_EXCLUSIVE):
        found = refuse_newer(store, newest)
        for version, script in steps:
            if found is None or version > found:
                store.script(script)
        version_text = str(newest).encode()
        if found is None:
            store.rows(statements.ADD_META, ("version", version_text))
            store.rows(statements.ADD_META, ("secret", secrets.token_bytes(32)))
        elif found < newest:
            store.rows(statements.SET_META, {"key": "version", "value": version_text})


def refuse_newer(store: Versioned, newest: int) -> int | None:
    """The ledger's version, None where it has no tables yet; changes nothing.

    Raises:
        LedgerError: it is newer than the newest one given.
    """
    found = store.version()
    if found is not None and found > newest:
        raise LedgerError(
            f"The ledger {store.name} is of version {found}, and this cascade_frames knows "
            f"version {newest}. Update cascade_frames, or name another ledger."
        )
    return found
