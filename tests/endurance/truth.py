"""The invariants: what the ledger says, held against what really happened."""

import struct
from collections import Counter
from dataclasses import dataclass

import apsw

from cascade_frames.ledger import Ledger
from tests.endurance.segments import account
from tests.support.blobs import read_texts

UNKNOWN_UNTIL_DEAD = "in_flight"
ATTEMPTS = """
SELECT run, start, stop, outcome, reason, message_ids
FROM intent LEFT JOIN outcome USING (run, batch, attempt)
ORDER BY run, batch, attempt
"""
RESOLUTIONS = "SELECT run, decision, positions FROM resolution ORDER BY run, number"


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
    ids = keys.ids.to_pylist()
    said = (dict(zip(ids, values, strict=True)) for values in columns)
    own = read_file(path, ids)
    return View(*said, own.intents, own.unproven)


def read_file(path, ids):
    """How these messages stand, read from the file by nothing of the package's."""
    connection = apsw.Connection(str(path))
    try:
        held = _held(connection)
        attempts = [
            (run, held[run][start:stop], *rest)
            for run, start, stop, *rest in connection.execute(ATTEMPTS)
        ]
        resolutions = [
            (run, decision, [held[run][at] for at in struct.unpack(f"<{len(blob) // 8}Q", blob)])
            for run, decision, blob in connection.execute(RESOLUTIONS)
        ]
    finally:
        connection.close()
    said = dict.fromkeys(ids, ("unsent", None, None))
    for run, ids_held in sorted(held.items()):
        said.update(
            _in_run(
                ids_held,
                [rest for of, *rest in attempts if of == run],
                [rest for of, *rest in resolutions if of == run],
            )
        )
    columns = ({one: values[at] for one, values in said.items()} for at in range(3))
    return View(*columns, *_intents(attempts))


def _in_run(ids, attempts, resolutions):
    """What follows for a run's ids from all attempts, in their order, and from resolutions."""
    said = dict.fromkeys(ids, ("unsent", None, None))
    for batch, outcome, reason, receipts in attempts:
        told = read_texts(receipts) if receipts else [None] * len(batch)
        for one, receipt in zip(batch, told, strict=True):
            if receipt:
                said[one] = ("accepted", None, receipt)
            else:
                said[one] = (outcome or "unknown", reason if outcome else UNKNOWN_UNTIL_DEAD, None)
    for decision, settled in resolutions:
        for one in settled:
            if said[one][0] == "unknown":
                said[one] = ("accepted" if decision == "accepted" else "unsent", None, None)
    return said


def _held(connection):
    held = {}
    for run, ids in connection.execute("SELECT run, ids FROM block ORDER BY run, start"):
        held.setdefault(run, []).extend(read_texts(ids))
    return held


def _intents(attempts):
    """How often each id was about to leave, in all runs; and which did so without proof.

    An id may leave again only after an attempt known as `unsent`, or `refused`.
    """
    counted, last, unproven = Counter(), {}, set()
    for _, ids, outcome, *_ in attempts:
        counted.update(ids)
        unproven.update(one for one in ids if last.get(one, "unsent") != "unsent")
        last.update(dict.fromkeys(ids, outcome or "unknown"))
    return counted, unproven


def breaches(gateway, view, resolved=frozenset()):
    """Every invariant that does not hold, in words; I1 to I6, I4 as far as it is the ledger's.

    `resolved` ids were settled on purpose: they need no receipt, and no proof.
    """
    accepted = set(gateway.accepted)
    said = view.ids("accepted")
    requested = Counter(one for arrival in gateway.arrivals for one in arrival.ids)
    found = {
        "I1 accepted more than once": [one for one, n in gateway.accepted.items() if n > 1],
        "I2 said to be accepted, and was not": said - accepted,
        "I2 has another's receipt": [
            one
            for one in said
            if view.message_ids[one] not in gateway.issued[one]
            and not (one in resolved and not isinstance(view.message_ids[one], str))
        ],
        "I3 accepted, and the ledger would send it again": accepted
        - view.ids("accepted", "unknown"),
        "I4 of no outcome": set(view.outcomes)
        - view.ids("accepted", "refused", "unsent", "unknown"),
        "I5 seen by the server more often than intended": [
            one for one, n in requested.items() if n > view.intents[one]
        ],
        "I6 tried again without proof that it was not accepted": view.unproven - resolved,
    }
    return [f"{words}: {len(ids)}, {sorted(ids)[:3]}" for words, ids in found.items() if ids]
