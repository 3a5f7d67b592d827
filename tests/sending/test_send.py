"""Sends from end to end: what reaches the server, how the run ends, what the table says."""

import contextlib
import itertools
import json
import math
import pkgutil
import random
import re
import signal
import threading
import time
from collections import Counter
from functools import partial

import apsw
import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.sending import engine, isolation, pacing, waiting
from tests.support.raw import RawServer, accept, error, free_port, http, receipts
from tests.support.segments import account, call, counts, segment


@pytest.fixture
def brisk(monkeypatch):
    """Make waits between tries short; how long they are is held elsewhere."""
    monkeypatch.setattr(waiting, "BACKOFF_SECONDS", (0.02, 0.02, 0.02))


def halted(table, to, ledger, **options):
    """Send what must halt, and return the error."""
    with pytest.raises(cf.RunHalted) as caught:
        call(table, to, ledger, **options)
    assert len(caught.value.results) == len(table)
    return caught.value


def all_ids(server):
    """Every id that came, as often as it came."""
    return Counter(one for seen in server.seen if seen.path != "/api/items" for one in seen.ids)


def bad(seen, line=None):  # noqa: ARG001 - an answer takes both
    """Refuse any batch that holds a bad text, as the API does: without saying which."""
    if any("bad" in message["text"] for message in seen.messages):
        return error(400, "BAD_TEXT", "a text is bad", "text")
    return accept(seen)


def test_a_fault_free_send_and_its_re_runs(sandbox, ledger):
    """Everyone is messaged once; a re-run makes no request and has the same receipts."""
    table = segment(45)
    results = call(table, sandbox.account, ledger)
    assert counts(results) == {"accepted": 45}
    accepted = sandbox.accepted()
    assert accepted["id"].is_unique
    joined = dict(zip(accepted["id"], accepted["messageId"], strict=True))
    assert results["messageId"].tolist() == [joined[one] for one in results["trackinId"]]
    requests = sandbox.requests()
    assert sorted(requests["messages"]) == [5, 10, 10, 10, 10]
    again = call(table, sandbox.account, ledger)
    assert len(sandbox.requests()) == len(requests)
    assert again.equals(results)
    assert again.attrs["run"] is None


def test_a_plan_sent_twice(sandbox, ledger):
    """The second send of one plan makes no request and returns the same receipts."""
    plan = cf.plan(
        segment(12),
        campaign="c",
        to_phone="{phone}",
        from_name="B",
        message_type="promo",
        text="{note}",
        account=sandbox.account,
        ledger=ledger,
    )
    first, second = plan.send(ui="none"), plan.send(ui="none")
    assert first.equals(second)
    assert len(sandbox.requests()) == 1


@pytest.mark.parametrize("beside", [1, 10_000])
def test_what_is_known_already_is_not_written_again(sandbox, ledger, monkeypatch, beside):
    """With nothing left to send, no time goes into how it would be written."""
    monkeypatch.setattr("cascade_frames.planning.beside._MANY", beside)
    first = call(segment(12), sandbox.account, ledger)
    written = []
    monkeypatch.setattr("cascade_frames.sender.MessageEncoder", written.append)
    assert call(segment(12), sandbox.account, ledger).equals(first)
    assert written == []


def test_the_first_batch_goes_alone_and_then_several_together(ledger):
    """A fault that would hit all batches hits one; after that, several are under way."""
    gate = threading.Barrier(4, timeout=10)
    under_way, most = set(), []

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        under_way.add(seen.number)
        most.append((seen.number, len(under_way)))
        if seen.number == 1:
            time.sleep(0.1)  # time for a second request to come, were it to
        else:
            gate.wait()
        under_way.discard(seen.number)
        return accept(seen)

    with RawServer(answer) as server:
        results = call(segment(50), account(server.url, max_in_flight=4), ledger)
    assert counts(results) == {"accepted": 50}
    assert most[0] == (1, 1)
    assert most[1][0] == 2


@pytest.mark.usefixtures("brisk")
def test_refused_connections_are_tried_again_until_the_server_is_there(ledger):
    """A server that starts late costs nothing but time."""
    late = RawServer(accept, port=free_port())
    began = threading.Event()

    def start():
        began.wait(10)
        late.__enter__()

    starter = threading.Thread(target=start)
    starter.start()
    to = account(f"http://127.0.0.1:{late.port}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "backoff", lambda *_: began.set() or starter.join() or 0.0)
        results = call(segment(25), to, ledger)
    late.__exit__()
    assert counts(results) == {"accepted": 25}
    assert set(all_ids(late).values()) == {1}
    assert results["attempts"].max() == 2


@pytest.mark.usefixtures("brisk")
def test_a_refused_port_halts_with_everything_unsent(ledger):
    """Nobody listens: the run says so, and the same call sends everything later."""
    table = segment(25)
    port = free_port()
    to = account(f"http://127.0.0.1:{port}")
    stopped = halted(table, to, ledger)
    assert stopped.cause == "not_connected"
    assert counts(stopped.results) == {"unsent": 25}
    with RawServer(accept, port=port) as server:
        assert counts(call(table, to, ledger)) == {"accepted": 25}
    assert set(all_ids(server).values()) == {1}


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (lambda *_: error(401, "INVALID_API_KEY", "no", None), "not_authorized"),
        (lambda *_: error(403, "X", "no", None), "not_authorized"),
        (lambda *_: http(404), "wrong_address"),
        (lambda *_: http(302, Location="http://127.0.0.1:9/"), "wrong_address"),
    ],
)
def test_what_no_other_batch_would_survive_halts_after_one(ledger, answer, cause):
    """A wrong key or address costs one request, and nothing of it was accepted."""
    with RawServer(answer) as server:
        stopped = halted(segment(45), account(server.url), ledger)
    assert stopped.cause == cause
    assert counts(stopped.results) == {"unsent": 45}
    assert len(server.seen) == 1
    assert "CASCADE" in str(stopped)


@pytest.mark.parametrize(
    "answer",
    [
        lambda *_: http(200, b"<html>log in</html>", Content_Type="text/html"),
        lambda *_: http(500),
        lambda *_: http(503, b'{"error": "Down", "message": "m", "status": 503}'),
        lambda *_: http(409),
        lambda *_: None,
    ],
)
def test_an_outage_stops_the_run_after_few_batches(ledger, answer):
    """Batches go one by one until one is answered, and three lost ones end the run."""
    with RawServer(answer) as server:
        stopped = halted(segment(100), account(server.url), ledger)
        again = halted(segment(100), account(server.url), ledger)
    assert stopped.cause == "outage"
    assert counts(stopped.results) == {"unknown": 30, "unsent": 70}
    assert counts(again.results) == {"unknown": 60, "unsent": 40}
    assert set(all_ids(server).values()) == {1}


def test_an_outage_in_mid_run(ledger):
    """No more becomes unknown than was under way when the answers began to fail."""

    def answer(seen, line=None):  # noqa: ARG001 - an answer takes both
        return accept(seen) if seen.number <= 5 else http(502)

    with RawServer(answer) as server:
        stopped = halted(segment(300), account(server.url, max_in_flight=4), ledger)
    found = counts(stopped.results)
    assert found["accepted"] == 50
    assert 30 <= found["unknown"] <= 30 + 3 * 10
    assert sum(found.values()) == 300


def test_a_slow_down_is_waited_for(ledger):
    """A 429 holds every request back for as long as it asks, and each id is accepted once."""
    times = []

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        times.append(time.monotonic())
        return error(429, retry_after="0.4") if seen.number in (2, 3) else accept(seen)

    with RawServer(answer) as server:
        results = call(segment(60), account(server.url, max_in_flight=2), ledger)
    assert counts(results) == {"accepted": 60}
    gaps = [late - early for early, late in itertools.pairwise(times)]
    assert max(gaps) >= 0.3
    taken = Counter(one for seen in server.seen if seen.number not in (2, 3) for one in seen.ids)
    assert set(taken.values()) == {1}
    assert len(taken) == 60


def test_the_rate_comes_back_within_the_run(ledger, monkeypatch):
    """After one 429 requests come at half the rate, and at the account's again by the end."""
    monkeypatch.setattr(pacing, "QUIET_SECONDS", 0.1)
    times = []

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        times.append(time.monotonic())
        return error(429, retry_after="0") if seen.number == 1 else accept(seen)

    with RawServer(answer) as server:
        to = account(server.url, requests_per_second=40)
        results = call(segment(120), to, ledger, batch_size=1)
    assert counts(results) == {"accepted": 120}
    seconds = times[-1] - times[1]
    assert 119 / 40 * 0.9 <= seconds <= 119 / 20 * 0.85  # neither whole from the start nor half


@pytest.mark.usefixtures("brisk")
def test_a_slow_down_without_end_halts(ledger):
    """An API that goes on asking to wait ends the run; nothing was accepted."""
    with RawServer(lambda *_: error(429, retry_after="0")) as server:
        stopped = halted(segment(20), account(server.url), ledger)
    assert stopped.cause == "rate_limited"
    assert counts(stopped.results) == {"unsent": 20}
    assert len(server.seen) == engine.MAX_WAITS


@pytest.mark.parametrize("size", [1, 7, 100])
@pytest.mark.parametrize("where", [[], [0], [99], [3, 4, 50], list(range(20, 60)), [1, 2, 98]])
def test_splitting_finds_exactly_the_bad_rows(ledger, size, where):
    """Bad rows are refused with the API's reason, wherever they lie; all others are accepted."""
    table = segment(100)
    table.loc[where, "note"] = "bad"
    with RawServer(bad) as server:
        results = call(
            table, account(server.url, requests_per_second=5000), ledger, batch_size=size
        )
    refused = results[results["outcome"] == "refused"]
    assert refused.index.tolist() == where
    assert set(refused["detail"]) <= {"BAD_TEXT: field text: a text is bad"}
    assert set(refused["reason"]) <= {"api_refused"}
    assert counts(results).get("accepted", 0) == 100 - len(where)
    good = Counter(
        message["id"]
        for seen in server.seen
        if not any("bad" in message["text"] for message in seen.messages)
        for message in seen.messages
    )
    assert set(good.values()) == {1}


def test_a_refused_row_is_sent_only_when_it_changed(ledger):
    """A re-run leaves a refused row alone until its content is another."""
    table = segment(5)
    table.loc[2, "note"] = "bad"
    with RawServer(bad) as server:
        to = account(server.url)
        call(table, to, ledger)
        made = len(server.seen)
        assert counts(call(table, to, ledger)) == {"accepted": 4, "refused": 1}
        assert len(server.seen) == made
        table.loc[2, "note"] = "good"
        assert counts(call(table, to, ledger)) == {"accepted": 5}
        assert len(server.seen[-1].ids) == 1


def test_what_all_messages_share_is_found_to_be_at_fault(ledger):
    """A wrong sender is not hunted for row by row: the run stops and says so."""
    with RawServer(lambda *_: error(400, "BAD_SENDER", "unknown sender", "fromName")) as server:
        stopped = halted(segment(1000), account(server.url), ledger, batch_size=500)
    assert stopped.cause == "systemic_refusal"
    assert "BAD_SENDER" in str(stopped)
    assert "from_name" in str(stopped)
    assert len(server.seen) == isolation.REFUSALS_ALIKE
    found = counts(stopped.results)
    assert found["refused"] <= 4
    assert found["unsent"] == 1000 - found["refused"]


@pytest.mark.parametrize("size", [1, 5])
def test_what_all_messages_share_is_found_in_small_batches_too(ledger, size):
    """With nothing accepted in the run, refusals that are all alike stop it over batches."""
    with RawServer(lambda *_: error(400, "BAD_SENDER", "unknown sender", None)) as server:
        to = account(server.url, max_in_flight=1)
        stopped = halted(segment(100), to, ledger, batch_size=size)
    assert stopped.cause == "systemic_refusal"
    assert "BAD_SENDER" in str(stopped)
    assert len(server.seen) == isolation.REFUSALS_ALIKE
    found = counts(stopped.results)
    assert found["refused"] <= isolation.REFUSALS_ALIKE
    assert found["unsent"] == 100 - found["refused"]
    refused = stopped.results[stopped.results["outcome"] == "refused"]
    assert set(refused["detail"]) == {"BAD_SENDER: unknown sender"}


def test_refusals_that_differ_are_not_taken_for_one_fault(ledger):
    """Where the API names another reason each time, every row gets its own."""
    table = segment(30)

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        return error(400, f"BAD_{seen.messages[0]['text'][-1]}", "no", "text")

    with RawServer(answer) as server:
        results = call(table, account(server.url, max_in_flight=1), ledger, batch_size=1)
    assert counts(results) == {"refused": 30}


@pytest.mark.parametrize("bad_rows", [1, 2, 5, 10, 50])
def test_bad_rows_among_a_thousand_cost_few_requests(ledger, bad_rows):
    """Exactly they are refused, with the API's reason, in O(k log n) requests."""
    table = segment(1000)
    where = sorted(random.Random(bad_rows).sample(range(1000), bad_rows))
    table.loc[where, "note"] = "bad"
    with RawServer(bad) as server:
        to = account(server.url, requests_per_second=5000)
        results = call(table, to, ledger, batch_size=1000)
    refused = results[results["outcome"] == "refused"]
    assert refused.index.tolist() == where
    assert set(refused["detail"]) == {"BAD_TEXT: field text: a text is bad"}
    assert counts(results)["accepted"] == 1000 - bad_rows
    assert len(server.seen) <= 2 * bad_rows * (math.log2(1000 / bad_rows) + 2) + 1


def test_a_run_has_only_so_many_parts(ledger, monkeypatch):
    """Bad rows everywhere end the run in clear words, and the same call goes on from there."""
    monkeypatch.setattr(isolation, "PARTS_OF_A_RUN", 20)
    monkeypatch.setattr(isolation, "PARTS_FOR_EACH_BATCH", 2)
    table = segment(100)
    table.loc[3::4, "note"] = "bad"
    with RawServer(bad) as server:
        to = account(server.url, max_in_flight=1)
        stopped = halted(table, to, ledger, batch_size=50)
        assert stopped.cause == "too_many_refusals"
        assert "a text is bad" in str(stopped)
        assert len(server.seen) == 1 + 24
        found = counts(stopped.results)
        assert found["unsent"] >= 50
        for _ in range(10):
            with contextlib.suppress(cf.RunHalted):
                results = call(table, to, ledger, batch_size=50)
    assert counts(results) == {"accepted": 75, "refused": 25}
    assert results.index[results["outcome"] == "refused"].tolist() == list(range(3, 100, 4))


def test_a_batch_too_large_is_split(ledger):
    """A 413 costs nobody a message: the halves go instead."""

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        return http(413) if len(seen.messages) > 3 else accept(seen)

    with RawServer(answer) as server:
        results = call(segment(20), account(server.url), ledger)
    assert counts(results) == {"accepted": 20}


@pytest.mark.parametrize(("answer", "cause"), [
    (lambda *_: http(400), "variables_failed"),
    (lambda *_: http(500), "variables_failed"),
    (lambda *_: http(401), "not_authorized"),
])  # fmt: skip
@pytest.mark.usefixtures("brisk")
def test_no_message_goes_before_its_links(ledger, answer, cause):
    """Where the links cannot be uploaded, nobody gets a message that refers to them."""
    table = segment(5).assign(link="https://example.com/a")
    with RawServer(answer) as server:
        stopped = halted(table, account(server.url), ledger, text="{link:short_url}")
    assert stopped.cause == cause
    assert {seen.path for seen in server.seen} == {"/api/items"}
    assert counts(stopped.results) == {"unsent": 5}


def flaky(lost):
    """Answer the first of these requests with a lost answer, though it was accepted."""

    def answer(seen, line=None):  # noqa: ARG001 - an answer takes both
        return None if seen.number in lost else accept(seen)

    return answer


def test_a_lost_answer_is_not_repeated(ledger):
    """At most once: the rows are unknown, and stay so over every re-run."""
    with RawServer(flaky({2})) as server:
        to = account(server.url)
        for _ in range(3):
            results = call(segment(40), to, ledger)
            assert counts(results) == {"accepted": 30, "unknown": 10}
    assert set(all_ids(server).values()) == {1}
    unknown = results[results["outcome"] == "unknown"]
    assert set(unknown["reason"]) == {"answer_lost"}


@pytest.mark.usefixtures("brisk")
def test_at_least_once_repeats_a_lost_answer(ledger):
    """The caller may choose to repeat what was lost, and it is counted once."""
    with RawServer(flaky({2})) as server:
        results = call(segment(40), account(server.url), ledger, guarantee="at_least_once")
    assert counts(results) == {"accepted": 40}
    assert sorted(set(all_ids(server).values())) == [1, 2]


@pytest.mark.usefixtures("brisk")
def test_a_lost_answer_stays_unknown_when_the_repeat_was_not_accepted(ledger):
    """Proof about the second try says nothing about the first."""

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        return None if seen.number == 1 else http(401)

    with RawServer(answer) as server:
        stopped = halted(segment(5), account(server.url), ledger, guarantee="at_least_once")
    assert counts(stopped.results) == {"unknown": 5}


def test_one_warning_sums_up(ledger):
    """A run that went through does not raise for some refused or unknown rows; it tells."""
    table = segment(30)
    table.loc[3, "note"] = "bad"

    def answer(seen, line):
        return None if table["note"][29] in seen.body.decode() else bad(seen, line)

    with RawServer(answer) as server, pytest.warns(cf.CascadeWarning) as caught:
        cf.send(
            table,
            campaign="c",
            to_phone="{phone}",
            from_name="B",
            message_type="promo",
            text="{note}",
            account=account(server.url),
            ledger=ledger,
            batch_size=10,
            ui="none",
        )
    assert len(caught) == 1
    assert "1 refused and 10 unknown" in str(caught[0].message)


def anomaly(seen, line=None):  # noqa: ARG001 - an answer takes both
    """Accept, and name a message that was never sent."""
    return http(200, receipts([*seen.ids, "never-sent"]))


def test_an_anomaly_halts_and_keeps_the_receipts(ledger):
    """A reply that names a foreign message is recorded, and nothing more is sent."""
    with RawServer(anomaly) as server:
        stopped = halted(segment(30), account(server.url), ledger)
    assert stopped.cause == "reply_anomaly"
    assert counts(stopped.results) == {"accepted": 10, "unsent": 20}


def test_a_short_reply_leaves_the_missing_rows_unknown(ledger):
    """Only rows with a receipt are accepted, in whatever order the receipts come."""

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        return http(200, receipts(list(reversed(seen.ids))[3:]))

    with RawServer(answer) as server:
        results = call(segment(10), account(server.url), ledger)
    assert counts(results) == {"accepted": 7, "unknown": 3}
    assert set(results["reason"][7:]) == {"not_in_reply"}


def test_an_id_used_for_other_content_is_not_sent(sandbox, ledger):
    """The same id with another text is refused by us, and keeps no receipt of the old one."""
    call(segment(3), sandbox.account, ledger)
    with pytest.raises(cf.InvalidRecipients, match="id_reused"):
        call(segment(3, text="other"), sandbox.account, ledger)
    assert len(sandbox.requests()) == 1


@pytest.fixture
def interruptible():
    """Let SIGINT raise KeyboardInterrupt here, however the tests are run."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_lets_what_is_in_flight_finish(ledger):
    """Ctrl-C: no new batch, those in flight are recorded, and the next call sends the rest."""
    reached = threading.Barrier(3, timeout=10)
    table = segment(200)

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        if seen.number in (4, 5):
            reached.wait()
            time.sleep(0.4)  # the interrupt comes while these are under way
        return accept(seen)

    def interrupt():
        reached.wait()
        time.sleep(0.1)
        signal.raise_signal(signal.SIGINT)

    with RawServer(answer) as server:
        to = account(server.url, max_in_flight=2)
        other = threading.Thread(target=interrupt)
        other.start()
        with pytest.raises(KeyboardInterrupt):
            call(table, to, ledger)
        other.join()
        assert not [one for one in threading.enumerate() if one.name == "cascade-ledger"]
        assert len(server.seen) == 5
        results = call(table, to, ledger)
    assert counts(results) == {"accepted": 200}
    assert set(all_ids(server).values()) == {1}
    assert len(server.seen) == 20


def seconds_to_stop(ledger, reply, **fields):
    """Interrupt a send a moment after its first request; return how long it went on."""
    interrupted = []

    def interrupt():
        time.sleep(0.3)  # until the answer is recorded and the next wait has begun
        interrupted.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    def answer(seen, line):
        other.start()
        return reply(seen, line)

    other = threading.Thread(target=interrupt)
    with RawServer(answer) as server:
        with pytest.raises(KeyboardInterrupt):
            call(segment(20), account(server.url, **fields), ledger)
        ended = time.monotonic()
        other.join()
    assert len(server.seen) == 1
    return ended - interrupted[0]


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_cuts_a_long_wait_short(ledger):
    """A stop is not held up by a pause that the API asked for."""
    assert seconds_to_stop(ledger, lambda *_: error(429, retry_after="100")) < 3


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_is_not_held_up_by_a_slow_rate(ledger):
    """Nor by the wait for a turn at a rate of one request in minutes."""
    assert seconds_to_stop(ledger, accept, requests_per_second=0.01) < 3


def test_a_view_that_fails_does_not_stop_the_run(sandbox, ledger, monkeypatch):
    """A closed terminal costs the progress, not the messages."""

    def broken(*_):
        raise BrokenPipeError

    monkeypatch.setattr("cascade_frames.progress._Silent.show", broken)
    assert counts(call(segment(45), sandbox.account, ledger)) == {"accepted": 45}


def test_an_engine_that_breaks_lets_the_others_finish(ledger, monkeypatch):
    """A fault of our own leaves the requests under way their answers, and the run resumable."""
    calls = iter(range(1000))
    fifth = threading.Event()
    judge = engine.judge

    def faulty(evidence, ids):
        if next(calls) == 2:
            raise ZeroDivisionError
        return judge(evidence, ids)

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        if seen.number == 5:
            fifth.set()
        if seen.number > 2:
            fifth.wait(20)  # so that three are under way when one of them breaks
        return accept(seen)

    monkeypatch.setattr(engine, "judge", faulty)
    with RawServer(answer) as server:
        to = account(server.url, max_in_flight=3)
        with pytest.raises(cf.CascadeError, match="ZeroDivisionError"):
            call(segment(100), to, ledger)
        assert not [one for one in threading.enumerate() if one.name.startswith("cascade")]
        made = len(server.seen)
        results = call(segment(100), to, ledger)
    assert made == 5
    assert counts(results) == {"accepted": 90, "unknown": 10}
    assert set(all_ids(server).values()) == {1}


def interrupting(original, moment):
    """Press Ctrl-C before or after something."""

    def pressed(*given, **named):
        if moment == "before":
            signal.raise_signal(signal.SIGINT)
        result = original(*given, **named)
        if moment == "after":
            signal.raise_signal(signal.SIGINT)
        return result

    return pressed


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    "place",
    [
        "cascade_frames.ledger.Ledger.register",
        "cascade_frames.sender.MessageEncoder",
        "cascade_frames.ledger.Ledger.open_run",
        "cascade_frames.sending.thread.Pace",
        "threading.Thread.start",
    ],
)
def test_an_interrupt_before_the_first_request_locks_nothing(ledger, monkeypatch, place, moment):
    """Wherever it strikes: no run is left alive, and the same call sends everything once."""
    whole, name = place.rsplit(".", 1)
    with RawServer(accept) as server:
        to = account(server.url)
        plan = partial(call, segment(20), to, ledger)
        with monkeypatch.context() as patch:
            original = getattr(pkgutil.resolve_name(whole), name)
            patch.setattr(place, interrupting(original, moment))
            with pytest.raises(KeyboardInterrupt):
                plan()
        assert not [one for one in threading.enumerate() if one.name.startswith("cascade")]
        connection = apsw.Connection(str(ledger))
        states = [state for (state,) in connection.execute("SELECT state FROM run")]
        connection.close()
        assert "active" not in states
        assert counts(plan()) == {"accepted": 20}
    assert set(all_ids(server).values()) == {1}


@pytest.mark.parametrize("point", ["register", "open_run"])
def test_a_claim_that_fails_is_told_at_once(ledger, monkeypatch, point):
    """What the ledger says comes from the call itself, and leaves nothing locked."""

    def broken(*_):
        raise cf.LedgerError("The ledger is full.")

    with RawServer(accept) as server:
        to = account(server.url)
        with monkeypatch.context() as patch:
            patch.setattr(f"cascade_frames.ledger.Ledger.{point}", broken)
            with pytest.raises(cf.LedgerError, match="is full"):
                call(segment(20), to, ledger)
        assert counts(call(segment(20), to, ledger)) == {"accepted": 20}


@pytest.mark.parametrize(
    ("named", "fix"),
    [
        ({"ALL_PROXY": "socks5://127.0.0.1:9"}, "httpx[socks]"),
        ({"ALL_PROXY": "nonsense://127.0.0.1:9"}, "HTTPS_PROXY"),
        ({"SSL_CERT_FILE": "/nowhere/at/all"}, "SSL_CERT_FILE"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "[::"}, "NO_PROXY"),
    ],
)
def test_an_environment_that_cannot_be_used_is_told_before_anything(
    ledger, monkeypatch, named, fix
):
    """The error names the fix, and no run is begun."""
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    table = segment(5)
    with pytest.raises(cf.AccountError, match=re.escape(fix)):
        call(table, account("https://api.invalid", confirm_above=10), ledger)
    with pytest.raises(cf.AccountError, match=re.escape(fix)):
        cf.connect(account("https://api.invalid"))
    connection = apsw.Connection(str(ledger))
    assert list(connection.execute("SELECT * FROM run")) == []
    connection.close()


def test_a_host_that_is_none_is_told_before_anything(ledger):
    """A base URL that the account takes and httpx does not is an error of the account's."""
    with pytest.raises(cf.AccountError, match="base_url"):
        call(segment(5), account("https://приклад..укр"), ledger)


def test_a_run_taken_over_says_so(ledger):
    """A run whose messages another one took over stops, in words that fit."""

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        if seen.number == 2:
            other = apsw.Connection(str(ledger))
            other.set_busy_timeout(10_000)
            other.execute("UPDATE run SET state = 'superseded'")
            other.close()
        return accept(seen)

    with RawServer(answer) as server:
        stopped = halted(segment(60), account(server.url, max_in_flight=1), ledger)
    assert stopped.cause == "taken_over"
    assert "another one took its messages" in str(stopped)
    assert counts(stopped.results) == {"accepted": 20, "unsent": 40}


def test_a_ledger_that_fails_stops_the_run(ledger):
    """Nothing is sent that cannot be recorded first; what was in flight stays unknown."""

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        if seen.number == 2:
            other = apsw.Connection(str(ledger))
            other.set_busy_timeout(10_000)
            other.execute("CREATE TRIGGER full BEFORE INSERT ON outcome BEGIN "
                          "SELECT RAISE(ABORT, 'full'); END")  # fmt: skip
            other.close()
        return accept(seen)

    with RawServer(answer) as server:
        stopped = halted(segment(60), account(server.url, max_in_flight=1), ledger)
    assert stopped.cause == "ledger_failed"
    assert counts(stopped.results) == {"accepted": 10, "unknown": 10, "unsent": 40}
    assert len(server.seen) == 2


def test_errors_hold_no_phone_text_or_key(ledger):
    """What a run says when it halts can be shown to anyone."""

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        phone = seen.messages[0]["toPhone"]
        return error(401, "NO", f"not for {phone}", None)

    with RawServer(answer) as server:
        stopped = halted(segment(5, text="secret words"), account(server.url), ledger)
    for held in ("38050", "secret", "test-key"):
        assert held not in str(stopped)
    assert json.dumps(str(stopped))


QUOTING = {
    "first": "Olena Shevchenko",
    "text": "Dear Olena Shevchenko, your table is ready",
    "option": "Never again, thank you",
    "key": "canary-key-5f0c31d2",
}


@pytest.mark.parametrize("status", [400, 401, 422, 429, 500])
def test_nothing_that_the_api_quotes_is_kept(ledger, status, monkeypatch):
    """Texts, names, options, phones and keys: not in details, halts or the ledger."""
    monkeypatch.setattr(engine, "MAX_WAITS", 1)

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        message = seen.messages[0]
        quoted = [
            message["text"],
            message["customerData"]["name"],
            message["surveyOptions"][1],
            message["toPhone"],
            seen.headers["x-authorization-key"],
        ]
        return error(status, quoted[0][:12], f"cannot take {' and '.join(quoted)}", quoted[-1])

    table = segment(4).assign(extra=[{"name": QUOTING["first"]}] * 4)
    with RawServer(answer) as server:
        try:
            results = call(
                table,
                account(server.url, api_key=QUOTING["key"]),
                ledger,
                message_type="viber_survey",
                text=QUOTING["text"],
                survey_options=["Always, gladly", QUOTING["option"]],
                extra={"customerData": pd.col("extra")},
            )
            told = ""
        except cf.RunHalted as stopped:
            results, told = stopped.results, str(stopped)
    details = " ".join(results["detail"].dropna())
    assert "cannot take" in details + told
    kept = b"".join(path.read_bytes() for path in ledger.parent.glob(f"{ledger.name}*"))
    for shown in (details, told, kept.decode("utf-8", "replace")):
        assert not [one for one in QUOTING.values() if one in shown or one[:12] in shown]
        assert "38050" not in shown
