"""Faults on demand: each is what it says, and each can be repeated."""

import time

import httpx
import pandas as pd
import pytest

from cascade_frames.sandbox import Fault, Sandbox
from cascade_frames.sandbox.faults import Saboteur

from .samples import STANDARD, TG_VIBER, client_of, promo, promos

ITEMS = {"variables": [{"id": 1, "type": "name", "value": "Олена"}]}


@pytest.mark.parametrize("status", [302, 400, 408, 422, 429, 500, 502, 599])
@pytest.mark.parametrize("accepted", [False, True])
def test_any_status_before_or_after_acceptance(client, sandbox, status, accepted):
    """A caller can be shown every status, with the batch taken or not."""
    sandbox.set_faults(Fault(kind="status", status=status, accepted=accepted))
    assert client.post(STANDARD, json=promos(2)).status_code == status
    assert len(sandbox.accepted()) == (2 if accepted else 0)


def test_every_documented_error_body_and_worse(client, sandbox):
    """All three shapes, a page of HTML and an empty body can be asked for."""
    bodies = ("1", "2", "3", "html", "empty")
    sandbox.set_faults(
        *(
            Fault(kind="status", status=503, body=body, nth=(n,), retry_after="7")
            for n, body in enumerate(bodies, 1)
        )
    )
    one, two, three, page, empty = (client.post(STANDARD, json=promos(1)) for _ in bodies)
    assert one.json()["error"].keys() == {"code", "message"}
    assert two.json().keys() == {"status", "error", "message", "code"}
    assert three.json().keys() == {"error", "message", "status"}
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.startswith("<!doctype html>")
    assert empty.content == b""
    assert {answer.headers["retry-after"] for answer in (one, two, three, page, empty)} == {"7"}


@pytest.mark.parametrize("accepted", [False, True])
def test_a_reset_before_or_after_acceptance(client, sandbox, accepted):
    """The connection breaks without an answer, and only the table knows what was taken."""
    sandbox.set_faults(Fault(kind="reset", accepted=accepted, nth=(1,)))
    with pytest.raises(httpx.ReadError):
        client.post(STANDARD, json=promos(2))
    assert len(sandbox.accepted()) == (2 if accepted else 0)
    request = sandbox.requests().iloc[0]
    assert request["status"] is pd.NA
    assert request["messages"] == (2 if accepted else 0)
    assert client.post(STANDARD, json=promos(2, 10)).status_code == 200


def test_an_answer_cut_on_the_wire(client, sandbox):
    """A connection that ends half-way through an answer to an accepted batch."""
    sandbox.set_faults(Fault(kind="cut"))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.post(STANDARD, json=promos(50))
    assert len(sandbox.accepted()) == 50


def test_a_slow_answer_is_whole(client, sandbox):
    """A drip defeats a timeout per read, and a delay does not; both end well."""
    for kind in ("drip", "delay"):
        sandbox.set_faults(Fault(kind=kind, seconds=0.4))
        began = time.monotonic()
        answer = client.post(STANDARD, json=promos(20), timeout=5)
        assert time.monotonic() - began >= 0.39
        assert len(answer.json()) == 20


def test_a_slow_answer_does_not_hold_up_the_end():
    """Stopping a sandbox does not wait for an answer that takes an hour."""
    with Sandbox(faults=[Fault(kind="delay", seconds=3600)]) as sandbox:
        with client_of(sandbox) as client, pytest.raises(httpx.ReadTimeout):
            client.post(STANDARD, json=promos(1), timeout=0.2)
        began = time.monotonic()
    assert time.monotonic() - began < 5


def test_spoilt_replies_to_an_accepted_batch(client, sandbox):
    """Short, doubled, reordered, foreign and truncated replies, each as named."""
    kinds = ("short", "doubled", "reordered", "foreign", "truncated")
    sandbox.set_faults(*(Fault(kind=kind, nth=(n,)) for n, kind in enumerate(kinds, 1)))
    short, doubled, reordered, foreign, truncated = (
        client.post(STANDARD, json=promos(3)) for _ in kinds
    )

    def ids(answer):
        return [receipt["trackinId"] for receipt in answer.json()]

    assert ids(short) == ["order-0", "order-1"]
    assert ids(doubled) == ["order-0", "order-1", "order-2", "order-0"]
    assert ids(reordered) == ["order-2", "order-1", "order-0"]
    assert ids(foreign) == ["nobody-sent-this", "order-1", "order-2"]
    assert truncated.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        truncated.json()
    assert len(sandbox.accepted()) == 15


def test_a_refused_batch_is_refused_all_the_same(client, sandbox):
    """A fault that spoils replies does not turn an error into an acceptance."""
    sandbox.set_faults(Fault(kind="short"), Fault(kind="status", accepted=True))
    assert client.post(STANDARD, json=[promo(ttl=0)]).status_code == 400


def test_nth_requests_are_counted_by_kind_over_both_routes(client, sandbox):
    """The second and fourth sends fail, whatever else is asked in between."""
    sandbox.set_faults(
        Fault(kind="status", nth=(2, 4)), Fault(kind="status", status=503, requests="items")
    )
    found = []
    for path in (STANDARD, TG_VIBER, STANDARD, TG_VIBER):
        found.append(client.post(path, json=[promo()]).status_code)
        assert client.post("/api/items", json=ITEMS).status_code == 503
    assert found == [200, 500, 200, 500]


def test_the_same_seed_hits_the_same_requests():
    """A failing run can be repeated."""

    def hits(seed):
        saboteur = Saboteur([Fault(kind="reset", probability=0.3)], seed)
        return [saboteur.next_fault("messages") is not None for _ in range(1000)]

    assert hits(1) == hits(1)
    assert hits(1) != hits(2)
    assert 230 < sum(hits(1)) < 370
    assert not any(
        Saboteur([Fault(kind="reset", probability=0)]).next_fault("messages") for _ in range(100)
    )


def test_nth_and_probability_add_up():
    """A fault may be certain for some requests and likely for the others."""
    saboteur = Saboteur([Fault(kind="reset", nth=(1,), probability=0.0)])
    assert saboteur.next_fault("messages") is not None
    assert saboteur.next_fault("messages") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"probability": 2},
        {"probability": -0.1},
        {"nth": (0,)},
        {"status": 100},
        {"seconds": -1},
        {"retry_after": "1\r\nX: y"},
    ],
)
def test_an_impossible_fault_is_refused(wrong):
    """A slip in a test's faults is told when they are made."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Fault(kind="status", **wrong)
