"""Delivery status over the socket, on a clock that the test steps."""

import pytest

from cascade_frames.sandbox import Sandbox

from .samples import STANDARD, ahead, client_of, promo, promos, survey

FIELDS = {
    "messagelistId": int,
    "messageId": str,
    "deliverystatus": str,
    "partscount": int,
    "cost": float,
    "fallbacks": list,
    "extendedStatuses": dict,
    "rate": float,
    "rateAmount": float,
    "rateCurrency": str,
    "billAmount": float,
    "billCurrency": str,
}


def send(client, *batch):
    """Send a batch and return its messageIds."""
    return [receipt["messageId"] for receipt in client.post(STANDARD, json=list(batch)).json()]


def status(client, message_id):
    """Return the answer to a status request."""
    answer = client.get(f"/bat/message/{message_id}")
    assert answer.status_code == 200
    return answer.json()


def phone_on(sandbox, *channels):
    """Return a phone that is reached on just these of the account key's channels."""
    for number in range(10_000):
        phone = f"+38050{number:07d}"
        known = [c for c in sandbox.reach(phone) if c in ("viber_business", "rcs", "sms")]
        if known == list(channels):
            return phone
    raise AssertionError(channels)


def test_a_message_travels_from_processing_to_a_final_state(client, sandbox):
    """Polling sees every documented field at every stage."""
    phone = phone_on(sandbox, "sms")
    (message_id,) = send(client, promo(toPhone=phone, text="ї" * 71))
    first = status(client, message_id)
    assert {name: type(value) for name, value in first.items()} == FIELDS
    assert (first["messageId"], first["deliverystatus"]) == (message_id, "processing")
    assert first["cost"] == 0.0
    assert first["extendedStatuses"] == {
        "viber_business": "processing",
        "rcs": "not_used",
        "sms": "not_used",
    }
    sandbox.step(600)
    last = status(client, message_id)
    assert last["deliverystatus"] == "delivered"
    assert last["extendedStatuses"] == {
        "viber_business": "undeliverable",
        "rcs": "undeliverable",
        "sms": "delivered",
    }
    assert last["fallbacks"] == [
        {"channel": "rcs", "deliverystatus": "undeliverable"},
        {"channel": "sms", "deliverystatus": "delivered"},
    ]
    assert (last["partscount"], last["cost"]) == (2, 2.4)
    assert last["rate"] * last["partscount"] == last["rateAmount"] == last["billAmount"]


def test_a_scheduled_message_waits(client, sandbox):
    """Nothing is tried before its time."""
    (message_id,) = send(client, promo(scheduledSent=ahead(hours=2)))
    assert status(client, message_id)["deliverystatus"] == "scheduled"
    sandbox.step(3600)
    waiting = status(client, message_id)
    assert waiting["deliverystatus"] == "scheduled"
    assert set(waiting["extendedStatuses"].values()) == {"not_used"}
    sandbox.step(3600)
    assert status(client, message_id)["deliverystatus"] == "processing"
    sandbox.step(600)
    assert status(client, message_id)["deliverystatus"] in ("delivered", "undeliverable")


def test_a_spent_ttl_ends_a_message(client, sandbox):
    """What cannot be delivered in time costs nothing and is final."""
    (message_id,) = send(client, promo(toPhone=phone_on(sandbox, "sms"), ttl=5))
    sandbox.step(5)
    late = status(client, message_id)
    assert (late["deliverystatus"], late["cost"]) == ("undeliverable", 0.0)
    sandbox.step(1000)
    assert status(client, message_id) == late


def test_what_no_key_carries_is_a_permanent_error(sandbox):
    """A survey on a Telegram key has no channel to go by."""
    with client_of(sandbox, **{"X-Tg-Bot-Key": sandbox.telegram_key}) as client:
        (message_id,) = send(client, survey())
        answer = status(client, message_id)
    assert (answer["deliverystatus"], answer["extendedStatuses"]) == ("permanenterror", {})


def test_prices_can_be_replaced():
    """An account's own price list gives its own costs."""
    with Sandbox(prices={"sms": 7}) as sandbox, client_of(sandbox) as client:
        (message_id,) = send(client, promo(toPhone=phone_on(sandbox, "sms")))
        sandbox.step(600)
        assert status(client, message_id)["cost"] == 7
    with pytest.raises(ValueError, match="no channel named fax"):
        Sandbox(prices={"fax": 1})
    with pytest.raises(ValueError, match="negative"):
        Sandbox(prices={"sms": -1})


@pytest.mark.parametrize(
    "message_id", ["nothing", "00000000-0000-4000-8000-000000000000", "ї", "a" * 36, "-1", "0x1"]
)
def test_an_unknown_message_is_a_404(client, message_id):
    """Asking for what was never sent is an answer, not a fault."""
    send(client, promo())
    assert client.get(f"/bat/message/{message_id}").status_code == 404


def test_status_needs_a_key(client, sandbox):
    """Nobody without a key learns what became of a message."""
    (message_id,) = send(client, promo())
    with client_of(sandbox, accept="*/*") as stranger:
        assert stranger.get(f"/bat/message/{message_id}").status_code == 401


def test_the_table_of_deliveries_agrees_with_the_answers(client, sandbox):
    """The ground truth of deliveries is what polling would see."""
    ids = send(client, *promos(5), promo(id="later", scheduledSent=ahead(hours=1)))
    for seconds in (0, 10, 20, 600):
        sandbox.step(seconds)
        table = sandbox.deliveries()
        if seconds == 600:
            assert table["ended_at"].notna().sum() == 5
            answers = [status(client, message_id) for message_id in ids]
            assert table["deliverystatus"].tolist() == [a["deliverystatus"] for a in answers]
            assert table["cost"].tolist() == [a["cost"] for a in answers]
    assert table.dtypes.astype(str).to_dict() == {
        "messageId": "str",
        "id": "str",
        "toPhone": "str",
        "deliverystatus": "str",
        "channel": "str",
        "cost": "float64",
        "ended_at": "datetime64[us, UTC]",
    }


def test_time_can_be_sped_up():
    """At a high speed a message is delivered while one waits."""
    with Sandbox(speed=100_000) as sandbox, client_of(sandbox) as client:
        (message_id,) = send(client, promo())
        for _ in range(50):
            if status(client, message_id)["deliverystatus"] != "processing":
                break
        else:
            raise AssertionError("never settled")
