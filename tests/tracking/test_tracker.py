"""The tracker over made-up time: what it asks, how often, and when it gives up."""

import json

import numpy as np
import pytest

from cascade_frames.errors import LedgerError
from cascade_frames.sending.evidence import Evidence
from cascade_frames.tracking.halts import explain
from cascade_frames.tracking.tracker import IN_FLIGHT, NOT_KNOWN_TIMES, TRIES_ONCE

from .virtual import LOST, REFUSED, VENDOR, Book, errand, status, track


def ends_of(count, at):
    """When each of so many messages is final."""
    return {f"m-{number}": at for number in range(count)}


def spread(count, mean, seed=1):
    """Ends that come sooner or later."""
    drawn = np.random.default_rng(seed).exponential(mean, count) + 1
    return {f"m-{number}": float(at) for number, at in enumerate(drawn)}


@pytest.mark.parametrize(
    "minutes", [1, pytest.param(10, marks=[pytest.mark.endurance, pytest.mark.timeout(300)])]
)
def test_minutes_at_the_limit(monkeypatch, minutes):
    """At the full rate: no 429 from the vendor's bucket of 75, and no final asked again."""
    seconds = minutes * 60.0
    ends = spread(4000 * minutes, seconds / 3)
    asked = errand(len(ends), timeout=seconds)
    ending, api, book, progress, took = track(monkeypatch, ends, asked, latency=0.3, limit=VENDOR)
    assert (ending.kind, round(took)) == ("timed_out", seconds)
    assert len(api.arrivals) == pytest.approx((seconds - 5) * 50, rel=0.01)
    assert api.limited == 0
    assert api.most_in(1.0) <= 50 + 5 + 1
    assert api.most_in(30.0) <= 30 * 50 + 5 + 1
    assert api.asked_after_final == 0
    assert api.least_gap() >= 5.0
    assert api.most_at_once <= IN_FLIGHT
    assert progress.deliveries["delivered"] == len(api.final)
    assert max(np.diff([at for at, _ in book.commits])) < 2.0


def test_until_all_are_final(monkeypatch):
    """It goes on until the last is final, with growing intervals, and then ends by itself."""
    ends = spread(200, 60.0)
    ending, api, book, progress, took = track(monkeypatch, ends, errand(200))
    assert ending.kind == "done"
    assert set(book.known.values()) == {"delivered"}
    assert len(book.known) == 200
    assert progress.settled == progress.total == 200
    late = max(ends.values())
    assert late <= took <= late * 1.6 + 10
    latest = api.asked[max(ends, key=ends.get)]
    gaps = np.diff(latest)
    assert gaps[-1] > 2 * gaps[0]
    assert api.least_gap() >= 5.0


def test_once_asks_each_open_message_once(monkeypatch):
    """`until="now"` is one question a message, and none about what is closed."""
    closed = np.arange(30) % 3 == 0
    ending, api, _, progress, _ = track(
        monkeypatch, ends_of(30, 1e9), errand(30, due=0.0, closed=closed, once=True)
    )
    assert ending.kind == "done"
    assert {name: len(times) for name, times in api.asked.items()} == {
        f"m-{number}": 1 for number in range(30) if number % 3
    }
    assert progress.deliveries == {"processing": 20}
    assert progress.settled == 30


def test_what_a_webhook_tells_is_asked_no_more(monkeypatch):
    """News in the ledger end the questions about a message."""
    told = {f"m-{number}": (12.0, "undeliverable") for number in range(50)}
    ending, _, _, progress, took = track(monkeypatch, ends_of(50, 1e9), errand(50), told=told)
    assert ending.kind == "done"
    assert took < 30
    assert progress.deliveries == {"undeliverable": 50}


def test_a_final_message_is_completed_by_one_question(monkeypatch):
    """Asked for what a webhook did not tell, an answer that says less does not undo the end."""
    known = errand(5, due=0.0, states=["delivered"] * 5)
    ending, api, _, progress, _ = track(monkeypatch, ends_of(5, 1e9), known)
    assert ending.kind == "done"
    assert all(len(times) == 1 for times in api.asked.values())
    assert progress.deliveries == {"delivered": 5}


def test_a_message_that_the_api_does_not_know_is_given_up(monkeypatch):
    """404 is asked a few times with long intervals, then reported; the others go on."""

    def spoil(_, message_id, __):
        return status(404) if message_id == "m-0" else None

    ending, api, book, progress, _ = track(monkeypatch, ends_of(3, 20.0), errand(3), spoil=spoil)
    assert (ending.kind, ending.not_found) == ("done", (0,))
    assert len(api.asked["m-0"]) == NOT_KNOWN_TIMES
    assert np.diff(api.asked["m-0"]).min() >= 30
    assert book.known == {"m-1": "delivered", "m-2": "delivered"}
    assert progress.deliveries == {"delivered": 2, "not_found": 1}


def test_a_message_that_the_api_comes_to_know_is_not_given_up(monkeypatch):
    """A 404 while the API is still taking the message in is forgotten."""
    spoil = lambda _, __, now: status(404) if now < 30 else None  # noqa: E731
    ending, _, _, progress, _ = track(monkeypatch, ends_of(2, 20.0), errand(2), spoil=spoil)
    assert (ending.kind, ending.not_found) == ("done", ())
    assert progress.deliveries == {"delivered": 2}


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (status(401), "not_authorized"),
        (status(403), "not_authorized"),
        (status(302), "wrong_address"),
    ],
)
def test_what_would_hit_every_message_halts(monkeypatch, answer, cause):
    """One refusal of the account is enough: hundreds more would tell the same."""
    ending, api, _, _, _ = track(
        monkeypatch, ends_of(500, 9.0), errand(500), spoil=lambda *_: answer
    )
    assert (ending.kind, ending.cause) == ("halted", cause)
    assert len(api.arrivals) <= IN_FLIGHT
    assert "the same call goes on" in ending.message


def test_a_429_holds_all_back_and_slows_down(monkeypatch):
    """Nothing leaves for as long as the API asks, and less for a while afterwards."""
    spoil = lambda number, _, __: status(429, retry_after="20") if number == 100 else None  # noqa: E731
    _, api, _, _, _ = track(
        monkeypatch, spread(2000, 5.0), errand(2000, timeout=60.0), spoil=spoil, latency=0.01
    )
    times = np.array(api.arrivals)
    gap = np.diff(times).argmax()
    assert np.diff(times)[gap] >= 19.9
    after = times[gap + 1]
    assert ((times > after) & (times < after + 8)).sum() <= 8 * 25 + 5
    assert api.least_gap() >= 1.0


def test_failures_are_repeated_and_not_too_often(monkeypatch):
    """5xx, HTML and lost answers: asked again until known, never within a second."""
    bad = [status(500), status(503), LOST, REFUSED, Evidence(left=True, status=200, body=b"<p>")]

    def spoil(number, _, __):
        return bad[number % 5] if number % 2 else None

    ending, api, _, progress, _ = track(monkeypatch, spread(300, 30.0), errand(300), spoil=spoil)
    assert ending.kind == "done"
    assert progress.deliveries == {"delivered": 300}
    assert api.least_gap() >= 1.0


def test_once_gives_up_a_question_that_brings_nothing(monkeypatch):
    """Asked for the present only, a message that fails is tried a few times and told."""
    spoil = lambda _, message_id, __: status(500) if message_id == "m-1" else None  # noqa: E731
    ending, api, _, _, _ = track(
        monkeypatch, ends_of(30, 0.0), errand(30, due=0.0, once=True), spoil=spoil
    )
    assert (ending.kind, ending.unanswered) == ("done", 1)
    assert len(api.asked["m-1"]) == TRIES_ONCE


@pytest.mark.parametrize(("answer", "cause"), [(REFUSED, "not_connected"), (status(503), "outage")])
def test_an_api_that_never_answered_halts_soon(monkeypatch, answer, cause):
    """A wrong address or a dead network is told within seconds, not after hours."""
    ending, api, _, _, took = track(
        monkeypatch, ends_of(2000, 0.0), errand(2000), spoil=lambda *_: answer
    )
    assert (ending.kind, ending.cause) == ("halted", cause)
    assert took < 30
    assert len(api.arrivals) < 100


def test_an_outage_in_between_is_waited_out(monkeypatch):
    """Two minutes without an answer, in the middle: few requests meanwhile, and then it goes on."""
    spoil = lambda _, __, now: REFUSED if 60 < now < 180 else None  # noqa: E731
    ending, api, _, progress, _ = track(monkeypatch, spread(500, 120.0), errand(500), spoil=spoil)
    assert ending.kind == "done"
    assert progress.deliveries == {"delivered": 500}
    during = [at for at in api.arrivals if 60 < at < 180]
    assert len(during) < IN_FLIGHT + 60


def test_an_outage_without_end_halts(monkeypatch):
    """After five minutes without any answer nobody should go on waiting."""
    spoil = lambda _, __, now: LOST if now > 60 else None  # noqa: E731
    ending, _, book, _, took = track(monkeypatch, ends_of(100, 1e9), errand(100), spoil=spoil)
    assert (ending.kind, ending.cause) == ("halted", "outage")
    assert 300 < took < 500
    assert len(book.known) == 100


def test_the_unknown_state_is_asked_about_again(monkeypatch):
    """A word we do not know is kept, and is no end."""

    def spoil(_, message_id, now):
        body = {"messageId": message_id, "deliverystatus": "parked"}
        return Evidence(left=True, status=200, body=json.dumps(body).encode()) if now < 60 else None

    ending, api, _, progress, _ = track(monkeypatch, ends_of(4, 5.0), errand(4), spoil=spoil)
    assert ending.kind == "done"
    assert progress.deliveries == {"delivered": 4}
    assert all(len(times) > 3 for times in api.asked.values())


def test_stop_keeps_what_was_heard(monkeypatch):
    """Ended early, everything heard is in the ledger, and nothing more is asked."""
    ending, api, book, _, took = track(
        monkeypatch,
        spread(5000, 20.0),
        errand(5000),
        act=lambda loop, tracker: loop.call_later(20.3, tracker.stop),
    )
    assert ending.kind == "stopped"
    assert took < 22
    assert len(book.known) == len(api.asked)


def test_pause_asks_nothing_until_resume(monkeypatch):
    """A paused tracking leaves the API alone, and goes on where it was."""

    def act(loop, tracker):
        loop.call_later(10.0, tracker.pause)
        loop.call_later(60.0, tracker.resume)

    ending, api, _, _, _ = track(monkeypatch, spread(2000, 20.0), errand(2000), act=act)
    assert ending.kind == "done"
    assert [at for at in api.arrivals if 10.2 < at < 60.0] == []


def test_a_view_that_fails_ends_nothing(monkeypatch):
    """A closed terminal is not worth a tracking."""

    def act(_, tracker):
        def fail(progress):
            seen.append(progress)
            raise OSError("closed")

        tracker.observe = fail

    seen = []
    with pytest.raises(IndexError):  # nothing else was told of progress
        track(monkeypatch, ends_of(3, 0.0), errand(3), act=act)
    assert len(seen) == 1


def test_a_ledger_that_fails_ends_it(monkeypatch):
    """What cannot be kept is not asked for, and the cause is told, whatever else ended it."""

    def fail(readings):  # noqa: ARG001 - as the ledger's
        raise LedgerError("the disk is full")

    monkeypatch.setattr(Book, "note", staticmethod(fail))
    ending, api, _, _, took = track(monkeypatch, ends_of(2000, 0.0), errand(2000, due=0.0))
    assert (ending.kind, ending.cause) == ("halted", "ledger_failed")
    assert "the disk is full" in ending.message
    assert took < 5
    assert len(api.arrivals) < 200


def test_every_cause_has_its_words():
    """Each halt says what to do next."""
    for cause in ("not_authorized", "wrong_address", "misuse", "not_connected", "rate_limited"):
        assert "the same call goes on" in explain(cause, "HTTP 1")
