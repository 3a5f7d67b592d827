"""What goes over the wire, byte for byte, as a server sees it that is not the sandbox."""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from support.raw import RawServer, accept
from support.segments import KEY, account, call

PATHS = {
    "standard": "/api/CascadeMessage/send_message/async",
    "telegram_viber": "/api/CascadeMessage/send_message/tg-viber/async",
}
ONE = pd.DataFrame({"phone": ["+380501112233"], "note": ["Привіт, Оксано! 🎉"]})


def recorded(table, ledger, **options):
    """Send, and return what the server saw."""
    with RawServer(accept) as server:
        call(table, account(server.url), ledger, **options)
    return server.seen


@pytest.mark.parametrize("route", list(PATHS))
def test_the_request_line_and_headers(ledger, route):
    """One POST to the route's endpoint, JSON, with the key."""
    (seen,) = recorded(ONE, ledger, route=route)
    assert seen.head.split(b"\r\n")[0] == f"POST {PATHS[route]} HTTP/1.1".encode()
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["x-authorization-key"] == KEY
    assert int(seen.headers["content-length"]) == len(seen.body)
    assert "transfer-encoding" not in seen.headers


def test_a_promo_byte_for_byte(ledger):
    """Fields in the API document's order, Cyrillic and emoji as UTF-8, absent fields left out."""
    (seen,) = recorded(ONE, ledger, id="order-1", ttl="2d")
    assert (
        seen.body
        == (
            '[{"id":"order-1","fromName":"Brand","toPhone":"+380501112233","messageType":"promo",'
            '"text":"Привіт, Оксано! 🎉","ttl":172800}]'
        ).encode()
    )


def test_a_survey_with_a_schedule(ledger):
    """Options are an array; a moment in any zone goes out in UTC with a Z."""
    due = (datetime.now(UTC) + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    kyiv = pd.Series([pd.Timestamp(due).tz_convert("Europe/Kyiv")])
    (seen,) = recorded(
        ONE,
        ledger,
        id="s-1",
        message_type="viber_survey",
        survey_options=["Так", "Ні"],
        scheduled_sent=kyiv,
    )
    (message,) = seen.messages
    assert list(message) == [
        "id", "fromName", "toPhone", "messageType", "text", "scheduledSent", "surveyOptions",
    ]  # fmt: skip
    assert message["scheduledSent"] == due.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert message["surveyOptions"] == ["Так", "Ні"]


def test_fields_that_only_some_rows_have(ledger):
    """A row without a value has no such field: no null, no NaN."""
    table = pd.DataFrame(
        {
            "phone": ["+380501112233", "+380501112234"],
            "note": ["a", "b"],
            "ttl": pd.array([3600, None], dtype="Int64"),
            "viberMessage": [{"b": [1, None, {"a": "ї"}], "a": 1.5}, None],
        }
    )
    (seen,) = recorded(table, ledger)
    first, second = seen.messages
    assert first["ttl"] == 3600
    assert type(first["ttl"]) is int
    assert first["viberMessage"] == {"b": [1, None, {"a": "ї"}], "a": 1.5}
    assert not {"ttl", "viberMessage"} & second.keys()
    assert b"null}" not in seen.body
    assert b"NaN" not in seen.body


def test_a_flashcall_without_text(ledger):
    """The one type that goes without a text has no text field."""
    table = pd.DataFrame({"toPhone": ["+380501112233"]})
    (seen,) = recorded(table, ledger, to_phone=None, text=None, message_type="flashcall")
    assert "text" not in seen.messages[0]


def test_variables_go_first(ledger):
    """Links are uploaded before the first message, and texts refer to them by id."""
    table = ONE.assign(link="https://example.com/a?b=1")
    upload, seen = recorded(table, ledger, text="{note} {link:short_url}")
    assert (upload.method, upload.path) == ("POST", "/api/items")
    assert upload.headers["x-authorization-key"] == KEY
    (variable,) = upload.messages["variables"]
    assert list(variable) == ["id", "type", "value"]
    assert type(variable["id"]) is int
    assert (variable["type"], variable["value"]) == ("short_url", "https://example.com/a?b=1")
    assert seen.messages[0]["text"].endswith(f"%short_url={variable['id']}%")


def test_batches_are_arrays_of_the_size_asked_for(ledger):
    """23 messages in batches of 10 are three arrays, and no id is in two of them."""
    table = pd.DataFrame({"phone": [f"+38050111{n:04}" for n in range(23)], "note": "x"})
    seen = recorded(table, ledger)
    assert sorted(len(one.messages) for one in seen) == [3, 10, 10]
    assert all(isinstance(json.loads(one.body), list) for one in seen)
    ids = [one for request in seen for one in request.ids]
    assert len(set(ids)) == 23
