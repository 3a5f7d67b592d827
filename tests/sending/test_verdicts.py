"""The evidence table of the promise, line by line, and the laws behind it."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.sending.evidence import Evidence, Failure
from cascade_frames.sending.verdicts import Cause, Step, judge

DOCUMENT = b'{"error": {"code": "INVALID_PHONE", "message": "bad", "field": "toPhone"}}'
NUMBERED = b'{"status": 400, "error": "Bad Request", "message": "bad", "code": 1001}'
PLAIN = b'{"error": "Too Many Requests", "message": "slow", "status": 429}'
BODIES = [DOCUMENT, NUMBERED, PLAIN]
IDS = ["a", "b", "c"]


def reply(*pairs):
    """Return a 200's body with these (id, messageId) pairs."""
    return json.dumps([{"trackinId": one, "messageId": own} for one, own in pairs]).encode()


WHOLE = reply(("a", "1"), ("b", "2"), ("c", "3"))


@pytest.mark.parametrize(
    ("failure", "step", "cause"),
    [
        (Failure.CONNECT, Step.RETRY, Cause.NOT_CONNECTED),
        (Failure.MISUSE, Step.HALT, Cause.MISUSE),
        (Failure.LOST, Step.RETRY, Cause.NOT_CONNECTED),
    ],
)
def test_no_answer(failure, step, cause):
    """Without an answer, only a request that never left is unsent."""
    kept = judge(Evidence(left=False, failure=failure, error="X"), IDS)
    gone = judge(Evidence(left=True, failure=failure, error="X"), IDS)
    assert (kept.settlement.outcome, kept.step, kept.cause) == (Outcome.UNSENT, step, cause)
    assert gone.settlement.outcome is Outcome.UNKNOWN
    assert gone.settlement.reason is Reason.ANSWER_LOST
    assert gone.step is Step.GO_ON


def expected(status):
    """What the table says of a status with a documented error body, for several rows."""
    if status in (400, 422, 413):
        return Outcome.UNSENT, Step.SPLIT, Cause.SYSTEMIC_REFUSAL
    if status in (401, 403):
        return Outcome.UNSENT, Step.HALT, Cause.NOT_AUTHORIZED
    if status in (404, 405, 415) or 300 <= status < 400:
        return Outcome.UNSENT, Step.HALT, Cause.WRONG_ADDRESS
    if status == 429:
        return Outcome.UNSENT, Step.WAIT, Cause.RATE_LIMITED
    return Outcome.UNKNOWN, Step.GO_ON, Cause.OUTAGE


@pytest.mark.parametrize("status", [one for one in range(100, 600) if one != 200])
def test_every_status(status):
    """Each status has the outcome and the step of the table, whichever error body it has."""
    for body in BODIES:
        verdict = judge(Evidence(left=True, status=status, body=body), IDS)
        assert (verdict.settlement.outcome, verdict.step, verdict.cause) == expected(status)
        assert verdict.settlement.message_ids is None
        assert verdict.error is not None
        assert f"HTTP {status}" in verdict.settlement.detail


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_single_refused_row_has_the_apis_reason(status, body):
    """A refusal of one message is that message's own, with code, words and field."""
    verdict = judge(Evidence(left=True, status=status, body=body), ["a"])
    assert verdict.settlement.outcome is Outcome.REFUSED
    assert verdict.settlement.reason is Reason.API_REFUSED
    assert verdict.step is Step.GO_ON
    if body is DOCUMENT:
        assert verdict.settlement.detail == "INVALID_PHONE: field toPhone: bad"
        assert (verdict.error.code, verdict.error.field) == ("INVALID_PHONE", "toPhone")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"error": {}}', b'"error"'])
@pytest.mark.parametrize("status", [400, 422])
def test_a_400_without_a_documented_body_proves_nothing(status, body):
    """Something between us and the API may have answered; the rows are unknown."""
    verdict = judge(Evidence(left=True, status=status, body=body), IDS)
    assert verdict.settlement.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("status", [400, 422])
def test_a_broken_off_400_proves_nothing(status):
    """Half of an error body is not a documented one."""
    evidence = Evidence(left=True, status=status, body=DOCUMENT, complete=False)
    assert judge(evidence, IDS).settlement.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("status", [401, 403, 404, 405, 413, 415, 429, 301])
@pytest.mark.parametrize("body", [b"", b"<html>"])
def test_not_accepted_statuses_need_no_body(status, body):
    """These statuses say by themselves that nothing was accepted."""
    evidence = Evidence(left=True, status=status, body=body, complete=False)
    assert judge(evidence, IDS).settlement.outcome is Outcome.UNSENT


@pytest.mark.parametrize(
    ("body", "kept", "anomalies"),
    [
        (WHOLE, ("1", "2", "3"), 0),
        (reply(("c", "3"), ("a", "1"), ("b", "2")), ("1", "2", "3"), 0),
        (reply(("b", "2")), (None, "2", None), 0),
        (reply(), None, 0),
        (reply(("a", "1"), ("a", "9"), ("b", "2"), ("c", "3")), ("1", "2", "3"), 1),
        (reply(("a", "1"), ("a", "1"), ("b", "2"), ("c", "3")), ("1", "2", "3"), 1),
        (reply(("a", "1"), ("b", "2"), ("c", "3"), ("z", "4")), ("1", "2", "3"), 1),
        (reply(("z", "4")), None, 1),
        (reply(("a", "1"), ("b", "1"), ("c", "3")), ("1", "1", "3"), 1),
        (reply(("a", "1"), ("b", None), ("c", 3)), ("1", None, None), 0),
        (reply(("a", "1"), ("b", ""), ("c", " ")), ("1", None, None), 0),
        (reply(("a", "1"), ("b", "2\n3"), ("c", "x" * 300)), ("1", None, None), 0),
        (b'[1, null, "a", [], {"trackinId": "a"}, {"messageId": "1"}]', None, 0),
    ],
)
def test_receipts_of_a_200(body, kept, anomalies):
    """Exactly the rows with a clear receipt are accepted; an anomaly halts the run."""
    verdict = judge(Evidence(left=True, status=200, body=body), IDS)
    receipts = verdict.settlement.message_ids
    assert (receipts and tuple(receipts.to_pylist())) == kept
    assert verdict.settlement.outcome is Outcome.UNKNOWN
    assert verdict.settlement.reason is Reason.NOT_IN_REPLY
    assert len(verdict.anomalies) == anomalies
    halted = (Step.HALT, Cause.REPLY_ANOMALY)
    assert (verdict.step, verdict.cause) == (halted if anomalies else (Step.GO_ON, None))


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"null", WHOLE[:-1], b"\xff", b"[" * 9000])
def test_a_200_that_is_no_array(body):
    """What cannot be read leaves the whole batch unknown."""
    verdict = judge(Evidence(left=True, status=200, body=body), IDS)
    assert verdict.settlement.message_ids is None
    assert verdict.settlement.reason is Reason.REPLY_UNREADABLE


def test_a_200_that_did_not_come_whole():
    """A body cut short or over the cap is not read, even where its part would make sense."""
    verdict = judge(Evidence(left=True, status=200, body=WHOLE, complete=False), IDS)
    assert verdict.settlement.message_ids is None
    assert verdict.settlement.outcome is Outcome.UNKNOWN


entries = st.fixed_dictionaries(
    {},
    optional={
        "trackinId": st.sampled_from([*IDS, "z", "", None, 1]),
        "messageId": st.sampled_from(["1", "2", "", None, 7, "\n"]),
    },
)
bodies = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([*BODIES, WHOLE, b"[]", b"<html>"]),
    st.lists(st.one_of(entries, st.integers(), st.none())).map(
        lambda one: json.dumps(one).encode()
    ),
)
evidences = st.builds(
    Evidence,
    left=st.booleans(),
    status=st.one_of(st.none(), st.integers(100, 599), st.sampled_from([200, 400, 401, 429])),
    body=bodies,
    complete=st.booleans(),
    failure=st.one_of(st.none(), st.sampled_from(Failure)),
    error=st.just("X"),
)
PROOF = {400, 422, 401, 403, 404, 405, 413, 415, 429, *range(300, 400)}


@given(evidences, st.sampled_from([IDS, ["a"]]))
@example(Evidence(left=True, status=200, body=WHOLE), IDS)
def test_the_laws_of_evidence(evidence, ids):
    """Accepted needs a receipt in a whole 200; unsent and refused need proof."""
    verdict = judge(evidence, ids)
    settlement = verdict.settlement
    assert settlement.outcome in (Outcome.UNSENT, Outcome.UNKNOWN, Outcome.REFUSED)
    if settlement.message_ids is not None:
        assert evidence.status == 200
        assert evidence.complete
        told = {
            (one.get("trackinId"), one.get("messageId"))
            for one in json.loads(evidence.body)
            if isinstance(one, dict)
        }
        for own, message_id in zip(ids, settlement.message_ids.to_pylist(), strict=True):
            assert message_id is None or (own, message_id) in told
    if settlement.outcome is not Outcome.UNKNOWN and (evidence.left or evidence.status):
        assert evidence.status in PROOF
    if verdict.step in (Step.RETRY, Step.WAIT, Step.SPLIT):
        assert settlement.outcome is Outcome.UNSENT
    if settlement.outcome is Outcome.REFUSED:
        assert len(ids) == 1
