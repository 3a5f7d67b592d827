"""The ledger: claims, fences, memory, and nothing in the file that should not be there."""

import asyncio
import os
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta

import apsw
import numpy as np
import psutil
import pytest

import cascade_frames as cf
from cascade_frames.ledger import open_ledger
from cascade_frames.ledger.claims import BLOCK
from cascade_frames.ledger.owner import SILENCE, Owner, this_process
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.fates import as_texts
from cascade_frames.planning.memory import MessageKeys
from cascade_frames.sending.records import Batch, RunLabel, RunState
from cascade_frames.sending.verdicts import Settlement
from tests.support import children
from tests.support.blobs import read_texts
from tests.support.raw import RawServer, accept
from tests.support.segments import account, call, counts, segment

LABEL = RunLabel("acc", "campaign", "standard", "digest")
NOW = datetime.now(UTC)


def keys(ids, contents=None, hashes=None):
    """Return keys for these ids."""
    ids = list(ids)
    own = [hash(one) % 2**63 for one in ids] if hashes is None else hashes
    return MessageKeys(
        as_texts(ids),
        np.array(own, dtype=np.uint64),
        np.array(contents if contents is not None else [7] * len(ids), dtype=np.uint64),
    )


async def settled(writer, *outcome):
    """Record an outcome, and wait until it is durable."""
    await writer.settle(*outcome)


def settle(ledger, found, settlement, label=LABEL, state=RunState.FINISHED):
    """Register, send and settle these messages in one batch."""
    registration = ledger.register(label, found)
    writer = ledger.open_run(registration.run_id)
    batch = Batch(1, 0, len(registration.pending))
    asyncio.run(writer.intend(batch, 1, NOW))
    asyncio.run(settled(writer, batch, 1, NOW, settlement))
    writer.close(state)


def sql(path, statement, values=()):
    """Run a statement behind the ledger's back.

    With apsw, as the ledger: a second SQLite library in one process breaks the first one's locks.
    """
    with closing(apsw.Connection(str(path))) as other:
        other.set_busy_timeout(10_000)
        return other.execute(statement, values).fetchall()


@pytest.fixture
def opened(ledger):
    """Yield an open ledger."""
    found = cf.Ledger(ledger)
    yield found
    found.close()


def test_the_intent_is_there_before_the_first_byte(ledger):
    """When a server has the request, the ledger already knows of it, for every batch."""
    known = []

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        rows = sql(
            ledger, "SELECT count(*), (SELECT count(*) FROM outcome) FROM intent"
        )  # another connection sees only what is committed
        known.append((seen.number, *rows[0]))
        return accept(seen)

    with RawServer(answer) as server:
        call(segment(60), account(server.url, max_in_flight=3), ledger)
    assert all(intents >= number for number, intents, _ in known)
    assert all(outcomes < intents for _, intents, outcomes in known)


def test_a_run_that_is_alive_keeps_its_messages(ledger, opened):
    """Two kernels cannot both claim one message."""
    first = opened.register(LABEL, keys("abc"))
    writer = opened.open_run(first.run_id)
    other = cf.Ledger(ledger)
    with pytest.raises(cf.RunBusy, match=str(os.getpid())):
        other.register(LABEL, keys("cde"))
    assert other.register(LABEL, keys("xyz")).pending.tolist() == [0, 1, 2]
    writer.close(RunState.PAUSED)
    assert other.register(LABEL, keys("cde")).pending.tolist() == [0, 1, 2]
    other.close()


def test_two_sends_at_once_message_nobody_twice(ledger):
    """While one call is sending, another of the same messages is busy, and sends nothing."""
    busy = []

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        if seen.number == 2:
            with pytest.raises(cf.RunBusy):
                call(segment(30), to, ledger)
            busy.append(True)
        return accept(seen)

    with RawServer(answer) as server:
        to = account(server.url)
        assert counts(call(segment(30), to, ledger)) == {"accepted": 30}
    assert busy == [True]
    assert len(server.seen) == 3


def test_a_dead_owner_is_taken_over_and_fenced_off(ledger, opened):
    """A run whose process is gone gives its messages up, and can claim nothing more."""
    first = opened.register(LABEL, keys("abc"))
    writer = opened.open_run(first.run_id)
    asyncio.run(writer.intend(Batch(1, 0, 1), 1, NOW))
    sql(ledger, "UPDATE run SET process = 4194304, process_started = 1.0")
    other = cf.Ledger(ledger)
    second = other.register(LABEL, keys("abc"))
    assert second.pending.tolist() == [1, 2]
    with pytest.raises(cf.RunBusy):
        asyncio.run(writer.intend(Batch(2, 1, 2), 1, NOW))
    # What it had in flight may still be settled.
    told = Settlement(Outcome.UNKNOWN, None, None, ("m",))
    asyncio.run(settled(writer, Batch(1, 0, 1), 1, NOW, told))
    writer.close(RunState.PAUSED)
    assert sql(ledger, "SELECT state FROM run ORDER BY run") == [("superseded",), ("active",)]
    assert other.stand("acc", keys("a")).table["messageId"].tolist() == ["m"]
    other.close()


def test_an_intent_without_an_outcome_is_unknown(opened):
    """A crash between sending and hearing leaves the rows unknown, and they are not sent."""
    registration = opened.register(LABEL, keys("abcd"))
    writer = opened.open_run(registration.run_id)
    asyncio.run(writer.intend(Batch(1, 1, 3), 1, NOW))
    writer.close(RunState.PAUSED)
    table = opened.stand("acc", keys("abcd")).table
    assert table["outcome"].tolist() == ["unsent", "unknown", "unknown", "unsent"]
    assert table["reason"].tolist()[1] == "in_flight"
    assert opened.register(LABEL, keys("abcd")).pending.tolist() == [0, 3]


@pytest.mark.parametrize(
    ("outcome", "message_ids", "again", "changed", "reused"),
    [
        (Outcome.UNKNOWN, ("m",), [], [], True),
        (Outcome.UNKNOWN, None, [], [], True),
        (Outcome.REFUSED, None, [], [0], False),
        (Outcome.UNSENT, None, [0], [0], False),
    ],
)
def test_what_a_re_run_sends(opened, outcome, message_ids, again, changed, reused):
    """Unsent rows are sent; refused ones when changed; the same id never for other content."""
    settle(opened, keys("a"), Settlement(outcome, Reason.ANSWER_LOST, "d", message_ids))
    assert opened.register(LABEL, keys("a")).pending.tolist() == again
    other = keys("a", [8])
    assert bool(opened.stand("acc", other).reused[0]) is reused
    assert opened.register(LABEL, other).pending.tolist() == changed


def test_accounts_are_apart(opened):
    """The same id under another account is another message."""
    settle(opened, keys("a"), Settlement(Outcome.UNKNOWN, None, None, ("m",)))
    other = RunLabel("other", None, "standard", "d")
    assert opened.stand("other", keys("a")).table["outcome"].tolist() == ["unsent"]
    assert opened.register(other, keys("a")).pending.tolist() == [0]


def test_hashes_that_collide(opened):
    """A hash only says where to look: ids that share one are told apart."""
    known = keys(["a", "b"], hashes=[5, 5])
    settle(opened, known, Settlement(Outcome.UNKNOWN, None, None, ("m1", "m2")))
    asked = keys(["c", "b", "a", "d"], hashes=[5, 5, 5, 5])
    assert opened.register(LABEL, asked).pending.tolist() == [0, 3]
    found = opened.stand("acc", asked).table["messageId"].tolist()
    assert found[1:3] == ["m2", "m1"]


def test_more_ids_than_a_block_holds(opened):
    """A large run is found again whole, in any order, by a part or a superset of it."""
    size = 2 * BLOCK + 3
    ids = [f"i{number}" for number in range(size)]
    hashes = np.arange(size, dtype=np.uint64) * np.uint64(2654435761)
    everyone = keys(ids, np.arange(size), hashes)
    registration = opened.register(LABEL, everyone)
    writer = opened.open_run(registration.run_id)
    batch = Batch(1, BLOCK - 2, BLOCK + 2)
    asyncio.run(writer.intend(batch, 1, NOW))
    told = Settlement(Outcome.UNKNOWN, None, None, ("w", None, "y", "z"))
    asyncio.run(settled(writer, batch, 1, NOW, told))
    writer.close(RunState.PAUSED)
    backwards = everyone.take(np.arange(size)[::-1].copy())
    table = opened.stand("acc", backwards).table[::-1].reset_index(drop=True)
    assert table["messageId"][BLOCK - 2 : BLOCK + 2].fillna("-").tolist() == ["w", "-", "y", "z"]
    assert table["outcome"].value_counts().to_dict() == {
        "unsent": size - 4,
        "accepted": 3,
        "unknown": 1,
    }
    assert len(opened.register(LABEL, everyone).pending) == size - 4


@pytest.mark.parametrize("odd", ["Ж", "a b", "0", "{}", "x" * 255, "é", "'; DROP TABLE run"])
def test_odd_message_ids_come_back_as_they_were(opened, odd):
    """Whatever the API calls a message, the receipt is the same when it is read again."""
    settle(opened, keys("abc"), Settlement(Outcome.UNKNOWN, None, None, (odd, None, odd)))
    found = opened.stand("acc", keys("abc")).table["messageId"]
    assert found.fillna("-").tolist() == [odd, "-", odd]


def test_no_message_at_all(opened):
    """A plan whose rows were all held back registers nothing."""
    assert opened.register(LABEL, keys("")).run_id is None
    assert len(opened.stand("acc", keys("")).table) == 0


def test_a_newer_version_is_refused(ledger):
    """An old package does not write into a ledger it does not understand."""
    cf.Ledger(ledger).close()
    sql(ledger, "UPDATE meta SET value = ? WHERE key = 'version'", (b"99",))
    with pytest.raises(cf.LedgerError, match="Update cascade_frames"):
        cf.Ledger(ledger)


def test_a_file_that_is_no_database(ledger):
    """A spreadsheet named by mistake is left as it is."""
    ledger.write_bytes(b"phone,name\n" * 1000)
    with pytest.raises(cf.LedgerError, match="not a ledger"):
        cf.Ledger(ledger)
    assert ledger.read_bytes() == b"phone,name\n" * 1000


@pytest.mark.parametrize("tables", [["users (a)"], ["meta (key, value)"], ["meta (x)", "run (y)"]])
def test_a_database_of_something_else(ledger, tables):
    """Another program's database gets no tables of ours."""
    for table in tables:
        sql(ledger, f"CREATE TABLE {table}")
    before = ledger.read_bytes()
    with pytest.raises(cf.LedgerError):
        cf.Ledger(ledger)
    assert ledger.read_bytes() == before


@pytest.mark.parametrize("place", ["file/ledger.sqlite3", "."])
def test_a_place_that_cannot_be_written(tmp_path, place):
    """The error names the place, and nothing is sent."""
    (tmp_path / "file").write_text("")
    with pytest.raises(cf.LedgerError, match=r"CASCADE_LEDGER|cannot be used"):
        cf.Ledger(tmp_path / place)


def test_locations(tmp_path, monkeypatch):
    """A path, a URL, a variable or nothing lead to a file; other databases are not supported."""
    for place in (tmp_path / "a.db", f"sqlite:///{tmp_path}/b.db", str(tmp_path / "new" / "c.db")):
        open_ledger(place, "live").close()
    assert all((tmp_path / name).exists() for name in ("a.db", "b.db", "new/c.db"))
    monkeypatch.setenv("CASCADE_LEDGER", str(tmp_path / "d.db"))
    open_ledger(None, "live").close()
    assert (tmp_path / "d.db").exists()
    with pytest.raises(cf.LedgerError) as caught:
        open_ledger("mysql://user:secret@host/db", "live")
    assert "secret" not in str(caught.value)


def test_the_file_holds_no_phone_no_text_and_no_key(ledger):
    """Whoever reads the ledger's files learns nothing of the recipients."""
    opened = cf.Ledger(ledger)
    with RawServer(accept) as server:
        to = account(server.url)
        assert counts(call(segment(30, text="Таємниця"), to, opened)) == {"accepted": 30}
    files = list(ledger.parent.glob(f"{ledger.name}*"))
    assert len(files) == 3  # with the write-ahead log, while it is open
    data = b"".join(path.read_bytes() for path in files)
    for (blob,) in sql(ledger, "SELECT ids FROM block"):
        data += "".join(read_texts(blob)).encode()
    for held in ("38050", "0500000", "Таємниця", "test-key", "Brand"):
        assert held.encode() not in data
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    opened.close()


def test_made_by_several_processes_at_once(ledger):
    """Whoever comes first makes it; all have the same secret."""
    gate, told = children.gate_and_queue(4)
    made = [children.start(children.make_ledger, ledger, gate, told) for _ in range(4)]
    secrets = {told.get(timeout=60) for _ in made}
    for process in made:
        process.join(30)
    opened = cf.Ledger(ledger)
    assert secrets == {opened.secret}
    opened.close()


def test_who_is_alive():
    """A process is known by its start too, since numbers are used again; far ones by silence."""
    here = this_process()
    assert here.is_alive(NOW, NOW)
    assert not Owner(here.host, here.process, here.started - 100).is_alive(NOW, NOW)
    assert not Owner(here.host, 4194304, here.started).is_alive(NOW, NOW)
    first = psutil.Process(1)
    assert Owner(here.host, 1, first.create_time()).is_alive(NOW, NOW)
    far = Owner("elsewhere", here.process, here.started)
    assert far.is_alive(NOW - SILENCE + timedelta(seconds=1), NOW)
    assert not far.is_alive(NOW - SILENCE, NOW)


def test_a_repr_shows_the_path_only(opened, ledger):
    """The secret stays out of notebooks."""
    assert repr(opened) == f"Ledger({str(ledger)!r})"
