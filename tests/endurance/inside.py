"""Many sends in this process, as a notebook makes them, with one that crashes now and then.

Each send is of a piece of one long segment; pieces overlap, and each has people of its own. The
ledger, the engine, the sockets and the result table are real. Plans are drafted before, and a
disk that fails lies under every ledger.
"""

import threading

import numpy as np

from cascade_frames.errors import RunBusy
from cascade_frames.ledger import Ledger
from tests.endurance import children, drafts, faults, truth
from tests.endurance.model_gateway import after
from tests.endurance.segments import account, segment

FRESH, OVERLAP = 6, 4
WAIT_SECONDS = 60


def pieces(count):
    """The pieces that are sent one after the other, and for each all that comes before its end."""
    ends = [FRESH * (number + 1) + OVERLAP for number in range(count)]
    return [(end - FRESH - OVERLAP, end) for end in ends] + [(0, end) for end in ends]


class Desk:
    """One ledger, opened in this process, and all that was ever sent with it.

    Args:
        episode: the truth of the ledger, and sends of it in processes of their own.
        disk: lies under the ledger; it was put in before.
        watched: counts requests that left without their intent.
        done: counts what was done, for the figures.
    """

    def __init__(self, episode, disk, watched, done):
        self._disk = disk
        self._watched = watched
        self._people = segment(episode.rows)
        self._steps = 0
        self._resolved = set()
        self._ledger = None
        self.episode = episode
        self.gateway = episode.gateway
        self.done = done
        self.open()

    def open(self):
        """Open the ledger, anew where it is open."""
        self.close()
        self._ledger = Ledger(self.episode.ledger)

    def close(self):
        """Close the ledger."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    @property
    def _end(self):
        return FRESH * max(1, self._steps) + OVERLAP

    def piece(self, back):
        """The piece that has not been sent yet, or one of those before; a step on."""
        number = max(0, self._steps - back)
        self._steps += 1
        return FRESH * number, FRESH * (number + 1) + OVERLAP

    def answer(self, behaviours):
        """How the next requests are answered; the number of requests until now."""
        number = self.gateway.number
        self.gateway.choose = after(number, *behaviours)
        return number

    def plan(self, piece, batch_size=3, in_flight=2):
        """The plan for a piece, to be sent from here."""
        return drafts.ready(self.gateway.url, self._ledger, piece, batch_size, in_flight=in_flight)

    def send(self, piece, *, look=True, **how):
        """Send a piece from here; `look` has the result table made and checked."""
        self.done["sends"] += 1
        plan = self.plan(piece, **how)

        def call():
            if look:
                return plan.send(ui="none")
            return plan.start(ui="none")._done.result(WAIT_SECONDS) and None

        told = children.attempt(call, self._people.iloc[slice(*piece)], piece[0])
        assert told["outcomes"] is None or told["whole"]
        return told

    def send_broken(self, piece, kind, given, **how):
        """Send a piece from here with a fault put in."""
        with faults.injected(kind, **given):
            return self.send(piece, **how)

    def send_on_a_failing_disk(self, piece, at, error, lasting, **how):
        """Send a piece while the disk under the ledger fails; it is mended afterwards."""
        self._disk.break_at(at, error, lasting)
        try:
            return self.send(piece, **how)
        finally:
            self.done["disk failed"] += self._disk.done >= at
            self._disk.mend()

    def start(self, piece, **how):
        """Begin to send; None where the ledger says no."""
        self.done["sends"] += 1
        try:
            return self.plan(piece, **how).start(ui="none")
        except RunBusy:
            self.done["busy"] += 1
            return None

    def settle_unknown(self, choose):
        """Resolve unknown rows as the vendor would, who knows; `choose` says which."""
        view = self.episode.look()
        unknown = sorted(view.ids("unknown"))
        taken = {one for one in unknown if self.gateway.accepted[one]}
        for decision, ids in (("accepted", taken), ("resend", set(unknown) - taken)):
            named = {one for one in ids if choose(one)}
            if named:
                self._ledger.resolve(account(self.gateway.url).identity, decision, ids=named)
                self._resolved |= named
                self.done["resolved"] += len(named)

    def breaches(self):
        """Every invariant that does not hold now."""
        self.gateway.settle_down()
        view = truth.read_file(self.episode.ledger, self.episode.keys.ids[: self._end].to_pylist())
        found = truth.breaches(self.gateway, view, frozenset(self._resolved))
        left = _threads_left()
        if left:
            found.append(f"threads were left behind: {left}")
        if self._watched["requests_after_a_failed_intent"]:
            found.append("a request left after its intent had failed")
        return found

    def _misread(self):
        """Whether the package reads its own ledger as we do."""
        keys = self.episode.keys.take(np.arange(self._end))
        theirs = truth.read(self.gateway.url, self.episode.ledger, keys).outcomes
        ours = truth.read_file(self.episode.ledger, keys.ids.to_pylist()).outcomes
        differ = sorted(one for one in ours if ours[one] != theirs[one])
        return [f"read in two ways: {differ[:3]}"] if differ else []

    def finish(self):
        """Send everything without faults, and once more; gives what is broken by then."""
        self.answer(())
        everything = (0, self._end)
        told = self.send(everything, batch_size=100)
        found = self.breaches() + self._misread()
        if not told["outcomes"] or told["outcomes"].get("unsent"):
            found.append(f"I8 a faultless re-run left rows unsent: {told}")
        requests = self.gateway.number
        self.send(everything, batch_size=100)
        if self.gateway.number != requests:
            found.append("I8 the run after that made requests")
        self.done["requests"] += self.gateway.number
        self.done["accepted"] += self.gateway.accepted.total()
        self.close()
        return found


def _threads_left():
    """The package's threads that do not end; one that has told its ending may need a moment."""
    ours = [one for one in threading.enumerate() if one.name.startswith("cascade")]
    for one in ours:
        one.join(WAIT_SECONDS)
    return [one.name for one in ours if one.is_alive()]
