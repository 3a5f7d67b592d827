"""The Cascade API's own names, limits and endpoints. Nothing else in the package knows them.

Facts come from the SMSBAT Cascade API document, except where a comment names the vendor's
other public pages or our own reading.
"""

from __future__ import annotations

import string
from datetime import timedelta
from enum import StrEnum
from typing import Final

BASE_URL: Final = "https://restapi.smsbat.com"


class Route(StrEnum):
    """The two endpoints that take messages, by the order in which they try channels."""

    STANDARD = "standard"
    TELEGRAM_VIBER = "telegram_viber"

    @property
    def path(self) -> str:
        """The path under the base URL."""
        return _ROUTE_PATHS[self]


_ROUTE_PATHS: Final = {
    Route.STANDARD: "/api/CascadeMessage/send_message/async",
    Route.TELEGRAM_VIBER: "/api/CascadeMessage/send_message/tg-viber/async",
}
VARIABLES_PATH: Final = "/api/items"
STATUS_PATH: Final = "/bat/message/"  # and a messageId (the vendor's page on statuses)

API_KEY_HEADER: Final = "X-Authorization-Key"
VIBER_TOKEN_HEADER: Final = "X-Viber-Auth-Token"  # noqa: S105 - a header's name
TELEGRAM_KEY_HEADER: Final = "X-Tg-Bot-Key"


class Field(StrEnum):
    """The fields of one message object, in the order in which we write them."""

    ID = "id"
    FROM_NAME = "fromName"
    TO_PHONE = "toPhone"
    MESSAGE_TYPE = "messageType"
    TEXT = "text"
    TTL = "ttl"
    SCHEDULED_SENT = "scheduledSent"
    SURVEY_OPTIONS = "surveyOptions"


# The vendor's developer portal shows these in use; we pass them through untouched.
PASSED_THROUGH: Final = ("viberMessage", "tgMessage", "customerData", "fallback")


class MessageType(StrEnum):
    """The kinds of message the API knows."""

    TRANSACTION = "transaction"
    PROMO = "promo"
    VIBER_SURVEY = "viber_survey"
    FLASHCALL = "flashcall"


class VariableType(StrEnum):
    """The kinds of server-side variable (the vendor's page on variables)."""

    URL = "url"
    SHORT_URL = "short_url"


class StatusField(StrEnum):
    """What a status tells of a message (the vendor's page on statuses)."""

    MESSAGE_ID = "messageId"
    STATE = "deliverystatus"
    PARTS = "partscount"
    COST = "cost"
    TIMESTAMP = "timestamp"  # in a webhook's post only
    FALLBACKS = "fallbacks"
    CHANNEL = "channel"  # in a fallback; our reading
    EXTENDED = "extendedStatuses"
    RATE_AMOUNT = "rateAmount"
    RATE_CURRENCY = "rateCurrency"
    BILL_AMOUNT = "billAmount"
    BILL_CURRENCY = "billCurrency"


MAX_BATCH: Final = 1000
ID_MAX_CHARACTERS: Final = 254
# "No special characters" is the API's rule; this alphabet is our reading of it.
ID_PATTERN: Final = r"[A-Za-z0-9_.:-]+"
ID_ALPHABET: Final = string.ascii_letters + string.digits + "_.:-"
E164_PATTERN: Final = r"\+[1-9][0-9]{7,14}"
SURVEY_TEXT_MAX_CHARACTERS: Final = 85
SURVEY_OPTIONS_MIN: Final = 2
SURVEY_OPTIONS_MAX: Final = 5
SCHEDULE_MAX_AHEAD: Final = timedelta(days=30)

# Recommended only: a breach is a warning. The last two are from the vendor's help centre.
TTL_RECOMMENDED_SECONDS: Final = {
    MessageType.TRANSACTION: (300, 86_400),
    MessageType.PROMO: (86_400, 259_200),
    MessageType.VIBER_SURVEY: (604_800, 604_800),
    MessageType.FLASHCALL: (300, 600),
}
SMS_SENDER_PATTERN: Final = r"[A-Za-z0-9]{1,11}"
SURVEY_OPTION_RECOMMENDED_CHARACTERS: Final = 29

# The vendor's rate-limit page: sending, and statuses and other reads.
REQUESTS_PER_SECOND: Final = 100.0
READS_PER_SECOND: Final = 50.0
# The vendor's page on statuses: ask every 5 to 10 s, never one message more than once a second.
STATUS_SECONDS: Final = 5.0
STATUS_LEAST_SECONDS: Final = 1.0

RECEIPT_ID: Final = "trackinId"
RECEIPT_MESSAGE_ID: Final = "messageId"
