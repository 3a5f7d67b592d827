"""What the evidence of a status request tells: every case, and thousands of mutated answers."""

import copy
import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.outcomes import Delivery, is_final
from cascade_frames.sending.evidence import Evidence, Failure
from cascade_frames.sending.verdicts import Cause
from cascade_frames.tracking.statuses import Step, read_status, status_path

ID = "0b9f7a3e-5d2c-4d8e-9f10-000000000001"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANSWER = {
    "messagelistId": 7,
    "messageId": ID,
    "deliverystatus": "delivered",
    "partscount": 2,
    "cost": 2.4,
    "fallbacks": [{"channel": "sms", "deliverystatus": "delivered"}],
    "extendedStatuses": {"viber": "undeliverable", "sms": "delivered", "rcs": "not_used"},
    "rate": 1.2,
    "rateAmount": 0.05,
    "rateCurrency": "EUR",
    "billAmount": 2.4,
    "billCurrency": "UAH",
}


def read(document=None, *, status=200, body=None, **fields):
    """Judge an answer with this document."""
    data = json.dumps(document).encode() if body is None else body
    return read_status(Evidence(left=True, status=status, body=data, **fields), ID, NOW)


def told(**changes):
    """The reading of the answer with some fields changed; None takes one out."""
    document = {name: value for name, value in (ANSWER | changes).items() if value is not None}
    return read(document).reading


def test_a_whole_answer():
    """State, channel, parts, cost and currency are read as the vendor's page shows them."""
    answer = read(ANSWER)
    assert answer.step is Step.HEARD
    reading = answer.reading
    assert (reading.message_id, reading.state, reading.heard_at) == (ID, "delivered", NOW)
    assert (reading.channel, reading.parts, reading.cost) == ("sms", 2, 2.4)
    assert (reading.currency, reading.since) == ("UAH", None)
    assert ID not in repr(answer)


def test_the_least_answer_of_the_vendors_page():
    """An answer without fallback has no channel and no currency, and that is no fault."""
    reading = read({"messageId": ID, "deliverystatus": "processing"}).reading
    assert (reading.state, reading.channel, reading.parts) == ("processing", None, None)
    assert (reading.cost, reading.currency) == (None, None)


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("delivered", "delivered"),
        ("Delivered ", "delivered"),
        ("seen", "seen"),
        ("Parked-For-Review", "Parked-For-Review"),
    ],
)
def test_states_we_do_not_know_are_kept_and_not_final(state, kept):
    """The API's own word stands in the table, and only the three final ones are final."""
    reading = told(deliverystatus=state)
    assert reading.state == kept
    assert is_final(reading.state) == (kept == "delivered")


@pytest.mark.parametrize("state", ["", " ", 7, True, ["delivered"], "x" * 65, "deli\nvered", {}])
def test_what_is_no_state_is_asked_again(state):
    """An answer that tells no state tells nothing."""
    assert read(ANSWER | {"deliverystatus": state}).step is Step.AGAIN


@pytest.mark.parametrize("named", [None, "", ID[:-1] + "2", 7, [ID], ID + "x"])
def test_an_answer_about_another_message_is_none(named):
    """What a proxy's cache mixes up must not become another's final state."""
    answer = read(ANSWER | {"messageId": named})
    assert (answer.step, answer.reading) == (Step.AGAIN, None)


@pytest.mark.parametrize("cost", ["2.4", -1, -0.01, True, [2.4], {}, None, 10**400])
def test_an_odd_cost_is_missing(cost):
    """A cost is a number that can be summed, or it is not there."""
    reading = told(cost=cost)
    assert (reading.cost, reading.currency, reading.state) == (None, None, "delivered")


@pytest.mark.parametrize("cost", ["NaN", "Infinity", "1e999", "-Infinity"])
def test_numbers_that_json_does_not_have(cost):
    """NaN and infinity never reach a sum, however they are written."""
    body = json.dumps(ANSWER).replace('"cost": 2.4', f'"cost": {cost}').encode()
    answer = read(body=body)
    assert answer.reading is None or answer.reading.cost is None


@pytest.mark.parametrize(
    ("changes", "currency"),
    [
        ({}, "UAH"),
        ({"cost": 0.05}, "EUR"),
        ({"cost": 1.0}, None),
        ({"billCurrency": None}, "EUR"),
        ({"rateCurrency": None, "cost": 1.0}, "UAH"),
        ({"billCurrency": None, "rateCurrency": None}, None),
        ({"billCurrency": "EUR", "cost": 1.0}, "EUR"),
        ({"billCurrency": 5, "rateCurrency": "  "}, None),
    ],
)
def test_a_cost_has_the_currency_of_the_amount_that_it_is(changes, currency):
    """Costs in two currencies must never be summed, so a doubtful currency is none."""
    reading = told(**changes)
    assert reading.currency == (None if reading.cost is None else currency)


@pytest.mark.parametrize(
    ("changes", "channel"),
    [
        ({"extendedStatuses": None}, "sms"),
        ({"fallbacks": None}, "sms"),
        ({"fallbacks": None, "extendedStatuses": None}, None),
        ({"extendedStatuses": {"viber": "delivered", "sms": "delivered"}}, None),
        ({"extendedStatuses": ["sms"], "fallbacks": {"sms": "delivered"}}, None),
        ({"extendedStatuses": {"rcs": 5}, "fallbacks": [7, None, {"channel": ["x"]}]}, None),
        ({"deliverystatus": "processing"}, None),
    ],
)
def test_the_channel_is_the_one_that_says_delivered(changes, channel):
    """Two that say so, or none, leave it open; so does a message that is not delivered."""
    assert told(**changes).channel == channel


@pytest.mark.parametrize(
    ("parts", "kept"), [(1, 1), (2.0, 2), (1.5, None), ("2", None), (-1, None), (10**9, None)]
)
def test_odd_parts_are_missing(parts, kept):
    """Parts are a small whole number."""
    assert told(partscount=parts).parts == kept


@pytest.mark.parametrize(
    ("status", "step", "cause"),
    [
        (401, Step.HALT, Cause.NOT_AUTHORIZED),
        (403, Step.HALT, Cause.NOT_AUTHORIZED),
        (405, Step.HALT, Cause.WRONG_ADDRESS),
        (302, Step.HALT, Cause.WRONG_ADDRESS),
        (404, Step.NOT_KNOWN, None),
        (410, Step.NOT_KNOWN, None),
        (400, Step.NOT_KNOWN, None),
        (429, Step.WAIT, Cause.RATE_LIMITED),
        (408, Step.AGAIN, Cause.OUTAGE),
        (500, Step.AGAIN, Cause.OUTAGE),
        (503, Step.AGAIN, Cause.OUTAGE),
        (204, Step.AGAIN, Cause.OUTAGE),
        (418, Step.AGAIN, Cause.OUTAGE),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b'{"error": {"code": "X"}}'])
def test_every_status_has_its_meaning(status, step, cause, body):
    """Whatever its body says, an answer that is no 200 tells no state."""
    answer = read(status=status, body=body)
    assert (answer.step, answer.cause, answer.reading) == (step, cause, None)


@pytest.mark.parametrize(
    ("evidence", "step", "cause"),
    [
        (Evidence(left=False, failure=Failure.CONNECT), Step.AGAIN, Cause.NOT_CONNECTED),
        (Evidence(left=True, failure=Failure.LOST), Step.AGAIN, Cause.OUTAGE),
        (Evidence(left=False, failure=Failure.MISUSE), Step.HALT, Cause.MISUSE),
        (
            Evidence(left=True, status=200, body=json.dumps(ANSWER).encode(), complete=False),
            Step.AGAIN,
            Cause.OUTAGE,
        ),
    ],
)
def test_silence_is_asked_again(evidence, step, cause):
    """Reading is harmless to repeat, whether or not the question left; what cannot leave halts."""
    answer = read_status(evidence, ID, NOW)
    assert (answer.step, answer.cause, answer.reading) == (step, cause, None)


def mutate(document, rng):
    """Change one thing somewhere in a document."""
    odd = [None, "", 0, -1, 1e308, True, [], {}, "delivered", "x" * 300, "\x00", 10**30, ["a"], ID]
    document = copy.deepcopy(document)
    name = rng.choice(list(document))
    act = rng.randrange(4)
    if act == 0:
        del document[name]
    elif act == 1:
        document[name] = rng.choice(odd)
    elif act == 2:
        document[rng.choice(["deliverystatus", "x", "messageId"])] = rng.choice(odd)
    elif isinstance(document[name], dict):
        document[name][rng.choice(["viber", "sms", ""])] = rng.choice(odd)
    return document


def spoil(body, rng):
    """Change some bytes of a body."""
    data = bytearray(body)
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(data))
        act = rng.randrange(4)
        if act == 0:
            data[at] = rng.randrange(256)
        elif act == 1:
            del data[at]
        elif act == 2:
            data.insert(at, rng.randrange(256))
        else:
            del data[at:]
        if not data:
            break
    return bytes(data)


@pytest.mark.parametrize("state", ["processing", "scheduled", "delivered", "parked"])
def test_mutated_answers_never_make_a_false_final_state(state):
    """Over 5,000 spoilt answers each: no error, and nothing final that the answer does not say."""
    rng = random.Random(f"mutants of {state}")
    for _ in range(5000):
        document = ANSWER | {"deliverystatus": state}
        for _ in range(rng.randrange(3)):
            document = mutate(document, rng) if document else document
        body = spoil(json.dumps(document, ensure_ascii=rng.random() < 0.5).encode(), rng)
        status = rng.choice([200] * 9 + [rng.randrange(100, 600)])
        complete = rng.random() < 0.95
        evidence = Evidence(left=True, status=status, body=body, complete=complete)
        answer = read_status(evidence, ID, NOW)
        assert (answer.step is Step.HEARD) == (answer.reading is not None)
        if answer.reading is None:
            continue
        assert (status, complete) == (200, True)
        said = json.loads(body)
        assert said["messageId"].strip() == ID
        assert answer.reading.message_id == ID
        if is_final(answer.reading.state):
            assert said["deliverystatus"].strip().lower() == answer.reading.state
        cost = answer.reading.cost
        assert cost is None or 0 <= cost < float("inf")
        assert answer.reading.parts is None or 0 <= answer.reading.parts <= 10_000


@given(st.binary(max_size=200), st.one_of(st.none(), st.integers(100, 599)), st.booleans())
def test_any_bytes_at_all_are_judged(body, status, complete):
    """Nothing that a server can say is an error here."""
    answer = read_status(Evidence(left=True, status=status, body=body, complete=complete), ID, NOW)
    assert answer.reading is None


def test_deep_nesting_is_no_error():
    """A body made to exhaust the stack is unreadable like any other."""
    assert read(body=b"[" * 100_000).step is Step.AGAIN
    assert read(body=b'{"messageId":' * 50_000).step is Step.AGAIN


@pytest.mark.parametrize(
    ("message_id", "path"),
    [
        (ID, f"/bat/message/{ID}"),
        ("a/b?c#d e", "/bat/message/a%2Fb%3Fc%23d%20e"),
        ("..", "/bat/message/%2E%2E"),
        ("й", "/bat/message/%D0%B9"),
    ],
)
def test_an_id_stays_one_piece_of_the_path(message_id, path):
    """Whatever the API gave as a receipt, it cannot lead elsewhere."""
    assert status_path(message_id) == path


def test_what_the_api_says_of_a_refusal_is_kept_without_what_it_quotes():
    """The detail of a halt passes through the evidence's discretion."""
    body = b'{"error": {"code": "KEY", "message": "key abc is wrong"}}'
    answer = read(status=401, body=body, hide=lambda words: words.replace("abc", "…"))
    assert answer.detail == "HTTP 401: KEY: key … is wrong"


def test_every_final_state_is_one_of_the_apis():
    """The word list of final states is the contract's."""
    assert {one for one in Delivery if one.final} == {
        "delivered",
        "undeliverable",
        "permanenterror",
    }
