"""Faults put into a child from outside: the product has no hooks for them.

Each kind changes classes of the package in the child's memory, and returns a function that
tells, once the send is over, what there was to see.
"""

import contextlib
import os
from datetime import UTC, datetime

from cascade_frames import sender
from cascade_frames.errors import LedgerError
from cascade_frames.ledger.ledger import Ledger
from cascade_frames.ledger.sqlite import SqliteStore
from cascade_frames.ledger.writer import RunWriter
from cascade_frames.sending.gateway import Gateway
from tests.endurance import clock, hosts, storage, tracing

__all__ = ["ACTIONS", "POINTS", "UTC", "datetime", "inject", "injected"]


def inject(kind, **given):
    """Put a fault in; returns a function that tells, after the send, what it saw."""
    return _KINDS[kind](**given)


@contextlib.contextmanager
def injected(kind, **given):
    """Put a fault in for a while, within this process."""
    kept = [(owner, name, vars(owner)[name]) for owner, name in _TOUCHED]
    try:
        yield inject(kind, **given)
    finally:
        for owner, name, original in kept:
            setattr(owner, name, original)


# Where a fault can strike: the class, its method, and whether before or after the method.
POINTS = {
    "before register": (Ledger, "register", False),
    "after register": (Ledger, "register", True),
    "before open_run": (Ledger, "open_run", False),
    "after open_run": (Ledger, "open_run", True),
    "before intend": (RunWriter, "intend", False),
    "after intend": (RunWriter, "intend", True),
    "before post": (Gateway, "post", False),
    "after post": (Gateway, "post", True),
    "before settle": (RunWriter, "settle", False),
    "after settle": (RunWriter, "settle", True),
    "before close": (RunWriter, "close", False),
    "after close": (RunWriter, "close", True),
    "before commit": (SqliteStore, "commit", False),
    "after commit": (SqliteStore, "commit", True),
    "before join": (sender, "join_results", False),
    "after join": (sender, "join_results", True),
}
_ASYNC = ("intend", "post")


class _Sudden(Exception):
    """An error that nobody foresaw."""


def _exit():
    os._exit(9)


def _raise():
    raise _Sudden("at a fail point")


def _raise_ledger_error():
    raise LedgerError("at a fail point")


ACTIONS = {"exit": _exit, "raise": _raise, "ledger_error": _raise_ledger_error}


def _fail_at(point, action, hit):
    """Act at the given hit, from 1, of a named point."""
    owner, name, after = POINTS[point]
    hits = 0

    def strike():
        nonlocal hits
        hits += 1
        if hits == hit:
            ACTIONS[action]()

    if name == "commit":
        _wrap_commit(strike, after)
        return lambda: hits
    original = getattr(owner, name)

    def plain(*given, **named):
        if not after:
            strike()
        result = original(*given, **named)
        if after:
            strike()
        return result

    async def awaited(*given, **named):
        if not after:
            strike()
        result = await original(*given, **named)
        if after:
            strike()
        return result

    setattr(owner, name, awaited if name in _ASYNC else plain)
    return lambda: hits


def _wrap_commit(strike, after):
    """Strike just before or just after a commit, in the middle of `transaction`."""
    original = SqliteStore.transaction

    @contextlib.contextmanager
    def transaction(store, *given):
        with original(store, *given):
            yield
            if not after:
                strike()
        if after:
            strike()

    SqliteStore.transaction = transaction


_TOUCHED = {
    *((owner, name) for owner, name, _ in POINTS.values() if name != "commit"),
    (SqliteStore, "transaction"),
    *clock.TOUCHED,
}
_KINDS = {
    "fail_at": _fail_at,
    "storage": storage.fail,
    "clock": clock.jump,
    "host": hosts.stand_alone,
    "traced": tracing.wait_in,
}
