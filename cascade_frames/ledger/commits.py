"""A run's commits: many small records in each, and none that fails for another's fault."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from cascade_frames.errors import LedgerError, RunBusy
from cascade_frames.ledger import statements
from cascade_frames.ledger.entries import Answer, Entry
from cascade_frames.ledger.store import ConnectionLost, Store

# A sign of life goes with the next commit, after this share of the time between two signs.
_FRESH_SHARE: Final = 1 / 60
# How long outcomes, once known, go on knocking at a database that cannot be reached. An intent
# does not: its batch has not left, and the run halts.
_KNOCK_SECONDS: Final = 15.0


# The runs that this process is sending; a set's add and discard are atomic.
_open: Final[set[str]] = set()


def is_open(run_id: str) -> bool:
    """Whether this process is sending the run."""
    return run_id in _open


class Commits:
    """Commits the records of one run; used by one thread at a time.

    Args:
        store: a connection of the run's own, which is closed in the end.
        run, run_id: its number and its name.
        heartbeat: how often the run gives a sign of life.
        answer: tells those who wait.

    Attributes:
        heartbeat: in seconds.
        lost_outcome: why an outcome could not be written; nothing more is to leave then.
    """

    def __init__(
        self, store: Store, run: int, run_id: str, heartbeat: timedelta, answer: Answer
    ) -> None:
        self._store = store
        self._run = run
        self._run_id = run_id
        self._answer = answer
        self.heartbeat = heartbeat.total_seconds()
        self._touch_at = 0.0
        self._lost_at: float | None = None
        self.lost_outcome: Exception | None = None
        _open.add(run_id)

    def write(self, group: Sequence[Entry]) -> None:
        """Write these in one transaction, and tell those who wait once it is durable."""
        if not group:
            return
        try:
            with self._store.transaction():
                state = self._store.rows(statements.RUN_STATE, (self._run,))[0][0]
                for entry in group:
                    entry.write(self._store, state)
                if time.monotonic() >= self._touch_at:
                    self._touch()
        except (LedgerError, RunBusy) as error:
            self._fail(group, error)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it
            self._fail(
                group, LedgerError(f"A record could not be written: {type(error).__name__}.")
            )
        else:
            self._lost_at = None
            self._answer(group, None)

    def give_sign(self) -> None:
        """Give a sign of life, so that other machines know that the run is there."""
        with contextlib.suppress(LedgerError), self._store.transaction():
            self._touch()

    def close(self) -> None:
        """The run is over: close the connection."""
        _open.discard(self._run_id)
        self._store.close()

    def _touch(self) -> None:
        at = datetime.now(UTC).isoformat()  # a store with a clock of its own goes by that
        self._store.rows(statements.TOUCH_RUN, {"at": at, "run": self._run})
        self._touch_at = time.monotonic() + self.heartbeat * _FRESH_SHARE

    def _fail(self, group: Sequence[Entry], error: Exception) -> None:
        """One entry alone fails; of several, each is tried alone, so that none fails another.

        Where an outcome cannot be written, nothing more is to leave, so no intent is either.
        """
        if len(group) == 1:
            entry = group[0]
            if isinstance(error, ConnectionLost) and entry.patient and self._knock():
                self.write(group)
                return
            if not entry.urgent:
                self.lost_outcome = error
            self._answer(group, error)
            return
        for entry in group:
            self.write([entry])

    def _knock(self) -> bool:
        """Wait a while, longer each time; False where all have waited long enough together."""
        self._lost_at = self._lost_at or time.monotonic()
        waited = time.monotonic() - self._lost_at
        if waited > _KNOCK_SECONDS:
            return False
        time.sleep(max(0.05, waited))
        return True
