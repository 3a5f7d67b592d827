"""Workers that register and send the same ids through one ledger, all at once."""

import random
import threading
from collections import Counter

from cascade_frames.errors import LedgerError, RunBusy
from cascade_frames.ledger import Ledger
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.sending.records import RunState
from cascade_frames.sending.verdicts import Settlement

from .samples import LABEL, Batch, accepted, intend, keys_of, settle

LOST = Settlement(Outcome.UNSENT, Reason.NOT_CONNECTED)


class Server:
    """Stands for the API within one worker: what reached it, and what it surely did not take."""

    def __init__(self):
        self.sent = Counter()
        self.turned_away = Counter()
        self.accepted = set()
        self.errors = 0


def ids_of(size):
    """The ids that all workers are after."""
    return [f"id-{number}" for number in range(size)]


def work(location, seed, rounds, size=600):
    """Claim and send random stretches of the ids; stay at it through every ledger error.

    Returns the worker's server: each id is counted once for every time it left.
    """
    rng, server, ledger, ids = random.Random(seed), Server(), None, ids_of(size)
    for _ in range(rounds):
        try:
            ledger = ledger or Ledger(location)
            first = rng.randrange(size)
            _send(ledger, ids[first : first + rng.randint(1, 60)], rng, server)
        except RunBusy:
            continue
        except LedgerError:
            server.errors += 1
            threading.Event().wait(0.02)
    if ledger:
        ledger.close()
    return server


def _send(ledger, ids, rng, server):
    registration = ledger.register(LABEL, keys_of(ledger, ids))
    if registration.run_id is None:
        return
    held = [ids[at] for at in registration.pending]
    writer = ledger.open_run(registration.run_id)
    try:
        for number, start in enumerate(range(0, len(held), 10), 1):
            batch = Batch(number, start, min(start + 10, len(held)))
            intend(writer, batch)
            server.sent.update(held[batch.start : batch.stop])
            _answer(writer, batch, held[batch.start : batch.stop], rng, server)
    finally:
        writer.close(RunState.FINISHED)


def _answer(writer, batch, ids, rng, server):
    fate = rng.random()
    if fate < 0.3:
        # What the ledger may now call unsent is counted before it can.
        server.turned_away.update(ids)
        settle(writer, batch, LOST)
        return
    server.accepted.update(ids)
    if fate < 0.9:
        settle(writer, batch, accepted(ids))


def check(location, servers, size=600):
    """No id left twice, and none that was accepted can be sent again."""
    sent = sum((server.sent for server in servers), Counter())
    away = sum((server.turned_away for server in servers), Counter())
    taken = set().union(*(server.accepted for server in servers))
    ids = ids_of(size)
    ledger = Ledger(location)
    keys = keys_of(ledger, ids)
    table = ledger.stand(LABEL.account, keys).table
    ledger.close()
    now = dict(zip(ids, table["outcome"], strict=True))
    doubled = [one for one in ids if sent[one] - away[one] > 1]
    lost = [one for one in taken if now[one] not in ("accepted", "unknown")]
    false = [one for one in ids if now[one] == "accepted" and one not in taken]
    assert (doubled, lost, false) == ([], [], [])
    return Counter(now.values())
