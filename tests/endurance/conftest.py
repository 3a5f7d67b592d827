"""The model gateway, the fork server and the ledgers that all of this is tried on."""

import os
import queue
import shutil
import sys

import numpy as np
import pytest

from cascade_frames.ledger import Ledger
from cascade_frames.planning.fates import as_texts
from cascade_frames.planning.memory import MessageKeys
from tests.endurance import children, drafts, truth
from tests.endurance.forks import ForkServer
from tests.endurance.model_gateway import ACCEPT, ModelGateway, always
from tests.endurance.segments import segment


@pytest.fixture
def figures():
    """A function that notes a figure, for `pytest -rP` to show."""
    return lambda words: sys.stdout.write(f"figures: {words}\n")


@pytest.fixture
def seed_offset():
    """Words that make every seed another: runs with different ENDURANCE_SEED add up."""
    return os.environ.get("ENDURANCE_SEED", "")


@pytest.fixture(scope="session")
def forks(tmp_path_factory):
    """Yield the process that forks children."""
    with ForkServer(tmp_path_factory.mktemp("told")) as server:
        yield server


@pytest.fixture(scope="session")
def session_gateway():
    """Yield one server for the session: its port is a part of the account's identity."""
    with ModelGateway() as running:
        yield running


@pytest.fixture
def gateway(session_gateway):
    """Yield the server with nothing accepted and nothing seen, answering as it should."""
    session_gateway.settle_down()
    session_gateway.choose = always(ACCEPT)
    session_gateway.on_stage = None
    session_gateway.forget()
    return session_gateway


class Episode:
    """One ledger, one segment, and the sends of it, with the truth beside them."""

    def __init__(self, forks, gateway, ledger, keys, batch_size, **always_given):
        self.forks = forks
        self.gateway = gateway
        self.keys = keys
        self.ledger = str(ledger)
        self.rows = len(keys)
        self.batch_size = batch_size
        self._always_given = always_given

    def given(self, **more):
        """The arguments of a send, for a child."""
        return {
            "url": self.gateway.url,
            "ledger": self.ledger,
            "rows": self.rows,
            "batch_size": self.batch_size,
            **self._always_given,
            **more,
        }

    def start(self, **more):
        """Begin a send in a child."""
        return self.forks.start("send", **self.given(**more))

    def send(self, **more):
        """Send in a child; I4 holds whenever there is a result table."""
        told = self.start(**more).result()
        if told and told["outcomes"]:
            assert told["whole"]
            assert sum(told["outcomes"].values()) == self.rows
        return told

    def kill_at(self, number, stage, **more):
        """Send in a child, and kill it when the server has come so far with a request."""
        begun = queue.SimpleQueue()

        def kill(seen, reached):
            if seen == number and reached == stage:
                begun.get(timeout=20).kill()

        self.gateway.on_stage = kill
        child = self.start(in_flight=2, **more)
        begun.put(child)
        code = child.wait()
        self.gateway.on_stage = None
        return code

    def look(self):
        """How the messages stand in the ledger, once the server has dealt with everything."""
        self.gateway.settle_down()
        return truth.read(self.gateway.url, self.ledger, self.keys)

    def breaches(self):
        """Every invariant that does not hold now."""
        return truth.breaches(self.gateway, self.look())

    def send_again(self):
        """Send as another process would; from this one where that is faster and does as well."""
        if not self._always_given["drafted"]:
            return self.send()
        piece = (0, self.rows)
        ledger = Ledger(self.ledger)
        try:
            plan = drafts.ready(self.gateway.url, ledger, piece, self.batch_size)
            told = children.attempt(lambda: plan.send(ui="none"), segment(self.rows))
        finally:
            ledger.close()
        assert told["outcomes"] is None or told["whole"]
        return told

    def finish(self):
        """Re-run without faults: I8, and whatever else is broken by then."""
        self.gateway.choose = always(ACCEPT)
        told = self.send_again()
        found = self.breaches()
        if told is None or not told["outcomes"] or told["outcomes"].get("unsent"):
            found.append(f"I8 a faultless re-run left rows unsent: {told}")
        requests = self.gateway.number
        self.send_again()
        if self.gateway.number != requests:
            found.append("I8 the run after that made requests")
        return found


@pytest.fixture(scope="session")
def templates(tmp_path_factory, session_gateway, forks):
    """An empty ledger, and what it knows segments by; a copy costs less than a new one."""
    path = tmp_path_factory.mktemp("template") / "ledger.sqlite3"
    Ledger(path).close()
    known, ready = {}, set()

    def template(rows, batch_size, drafted):
        given = {"url": session_gateway.url, "ledger": str(path)}
        if rows not in known:
            ids, *hashes = forks.run("keys", **given, rows=rows, batch_size=batch_size)
            known[rows] = MessageKeys(
                as_texts(ids), *(np.array(one, dtype="uint64") for one in hashes)
            )
        if drafted and rows not in ready:
            forks.ask({"draft": {**given, "pieces": [(0, rows)]}})
            drafts.draft(**given, pieces=[(0, rows)])
            ready.add(rows)
        return path, known[rows]

    return template


@pytest.fixture
def episodes(forks, gateway, templates, tmp_path, monkeypatch):
    """A function that begins a new episode, with a ledger of its own.

    `drafted` sends plans that are drafted once, which is faster and less like a user.
    """
    count = 0

    def begin(rows=160, batch_size=10, *, drafted=False):
        nonlocal count
        count += 1
        if drafted:
            drafts.hurry(monkeypatch.setattr)
        template, known = templates(rows, batch_size, drafted)
        ledger = tmp_path / f"ledger-{count}.sqlite3"
        shutil.copy(template, ledger)
        gateway.settle_down()
        gateway.on_stage = None
        gateway.choose = always(ACCEPT)
        gateway.forget()
        return Episode(forks, gateway, ledger, known, batch_size, drafted=drafted)

    return begin
