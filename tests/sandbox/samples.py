"""What the tests send, and how."""

from datetime import UTC, datetime, timedelta

import httpx

from cascade_frames.sandbox import Sandbox

STANDARD = "/api/CascadeMessage/send_message/async"
TG_VIBER = "/api/CascadeMessage/send_message/tg-viber/async"


def promo(**changes):
    """Return a message the API takes, with `changes`; a change to ... leaves the field out."""
    message = {
        "id": "order-1",
        "fromName": "Brand",
        "toPhone": "+380501112233",
        "messageType": "promo",
        "text": "Привіт!",
    }
    return {name: value for name, value in (message | changes).items() if value is not ...}


def survey(**changes):
    """Return a survey the API takes, with `changes`."""
    return promo(messageType="viber_survey", surveyOptions=["Так", "Ні"]) | changes


def promos(count, start=0):
    """Return a batch of so many messages with ids of their own."""
    return [promo(id=f"order-{number}") for number in range(start, start + count)]


def ahead(**span):
    """Return a moment from now, as the API wants it written."""
    return (datetime.now(UTC) + timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def client_of(sandbox: Sandbox, **headers) -> httpx.Client:
    """Return a plain HTTP client with the account's key, or with these headers instead."""
    return httpx.Client(
        base_url=sandbox.url, headers=headers or {"X-Authorization-Key": sandbox.api_key}
    )
