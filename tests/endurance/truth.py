"""The invariants: what the ledger says, held against what really happened."""

from collections import Counter
from dataclasses import dataclass

import apsw

from cascade_frames.ledger import Ledger
from tests.endurance.segments import account
from tests.support.blobs import read_texts

UNKNOWN_UNTIL_DEAD = "in_flight"
ATTEMPTS = """
SELECT run, start, stop, outcome FROM intent LEFT JOIN outcome USING (run, batch, attempt)
ORDER BY run, batch, attempt
"""


@dataclass(frozen=True)
class View:
    """What a ledger says of every message, by id."""

    outcomes: dict
    reasons: dict
    message_ids: dict
    intents: Counter
    unproven: set

    def ids(self, *outcomes):
        """The ids with one of these outcomes."""
        return {one for one, outcome in self.outcomes.items() if outcome in outcomes}

    @property
    def in_flight(self):
        """The ids whose intent has no outcome."""
        return {one for one, reason in self.reasons.items() if reason == UNKNOWN_UNTIL_DEAD}


def read(url, path, keys):
    """How the messages stand in the ledger at that path."""
    ledger = Ledger(path)
    try:
        table = ledger.stand(account(url).identity, keys).table
    finally:
        ledger.close()
    columns = (table[name].tolist() for name in ("outcome", "reason", "messageId"))
    said = (dict(zip(keys.ids.to_pylist(), values, strict=True)) for values in columns)
    return View(*said, *_intents(path))


def _intents(path):
    """How often each id was about to leave, in all runs; and which did so without proof.

    Read from the file itself. An id may leave again only after an attempt known as `unsent`.
    """
    counted, last, unproven = Counter(), {}, set()
    connection = apsw.Connection(str(path))
    try:
        held = {}
        for run, ids in connection.execute("SELECT run, ids FROM block ORDER BY run, start"):
            held.setdefault(run, []).extend(read_texts(ids))
        for run, start, stop, outcome in connection.execute(ATTEMPTS):
            ids = held[run][start:stop]
            counted.update(ids)
            unproven.update(one for one in ids if last.get(one, "unsent") != "unsent")
            last.update(dict.fromkeys(ids, outcome or "unknown"))
    finally:
        connection.close()
    return counted, unproven


def breaches(gateway, view):
    """Every invariant that does not hold, in words; I1 to I6, I4 as far as it is the ledger's."""
    accepted = set(gateway.accepted)
    said = view.ids("accepted")
    requested = Counter(one for arrival in gateway.arrivals for one in arrival.ids)
    found = {
        "I1 accepted more than once": [one for one, n in gateway.accepted.items() if n > 1],
        "I2 said to be accepted, and was not": said - accepted,
        "I2 has another's receipt": [
            one for one in said if view.message_ids[one] not in gateway.issued[one]
        ],
        "I3 accepted, and the ledger would send it again": accepted
        - view.ids("accepted", "unknown"),
        "I4 of no outcome": set(view.outcomes)
        - view.ids("accepted", "refused", "unsent", "unknown"),
        "I5 seen by the server more often than intended": [
            one for one, n in requested.items() if n > view.intents[one]
        ],
        "I6 tried again without proof that it was not accepted": view.unproven,
    }
    return [f"{words}: {len(ids)}, {sorted(ids)[:3]}" for words, ids in found.items() if ids]
