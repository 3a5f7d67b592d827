"""Where a ledger is, and one connection for all plans that keep the same database."""

from __future__ import annotations

import os
import threading
import weakref
from pathlib import Path
from typing import Final

import platformdirs

from cascade_frames.ledger.ledger import Ledger
from cascade_frames.ledger.stores import is_postgres
from cascade_frames.settings import setting


def open_ledger(location: str | Path | Ledger | None, gateway: str) -> Ledger:
    """The ledger at a location.

    Args:
        location: a path, `sqlite:///path`, `postgresql://…`, an open ledger, or None for
            `CASCADE_LEDGER` or else the user's data folder, where the sandbox has a file of its
            own.
        gateway: `"live"` or `"sandbox"`.

    Raises:
        LedgerError: it is of a kind we do not have, or cannot be opened.
    """
    if isinstance(location, Ledger):
        return location
    place = location or setting("CASCADE_LEDGER")
    if place is None:
        folder = Path(platformdirs.user_data_dir("cascade_frames"))
        return Ledger(folder / ("ledger.sqlite3" if gateway == "live" else "sandbox.sqlite3"))
    return _shared(str(place)) if is_postgres(place) else Ledger(place)


# The databases that are open for plans, by process and address: as long as any plan keeps one,
# all use its connection. A forked child must not use its parent's.
_open: Final = weakref.WeakValueDictionary[tuple[int, str], Ledger]()
_opening: Final = threading.Lock()


def _shared(url: str) -> Ledger:
    with _opening:
        ledger = _open.get((os.getpid(), url))
        if ledger is None:
            ledger = _open[os.getpid(), url] = Ledger(url)
        return ledger
