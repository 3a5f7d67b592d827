"""What can become of a row, and why: the codes that tables show, each with its wording.

An outcome says what became of the row here; a delivery what became of an accepted message after.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """A row's fate. The outcomes of a result table always add up to its rows."""

    ACCEPTED = "accepted"  # the API returned a messageId for it
    REJECTED = "rejected"  # failed our own checks; never left the machine
    SKIPPED = "skipped"  # held back by policy; never left the machine
    REFUSED = "refused"  # the API said no to this very message
    UNSENT = "unsent"  # provably not accepted; a re-run sends it
    UNKNOWN = "unknown"  # may or may not have been accepted; never resent by itself


class Reason(StrEnum):
    """Why a row is not simply `accepted`. The wording of each is in `WORDING`."""

    MISSING_VALUE = "missing_value"
    PHONE_INVALID = "phone_invalid"
    FORMAT_FAILED = "format_failed"
    ID_TOO_LONG = "id_too_long"
    ID_CHARACTERS = "id_characters"
    SENDER_EMPTY = "sender_empty"
    MESSAGE_TYPE_UNKNOWN = "message_type_unknown"
    TEXT_MISSING = "text_missing"
    TEXT_CHARACTERS = "text_characters"
    SURVEY_TEXT_TOO_LONG = "survey_text_too_long"
    SURVEY_OPTIONS_COUNT = "survey_options_count"
    SURVEY_OPTIONS_UNEXPECTED = "survey_options_unexpected"
    TTL_INVALID = "ttl_invalid"
    SCHEDULE_INVALID = "schedule_invalid"
    SCHEDULE_NAIVE = "schedule_naive"
    SCHEDULE_PAST = "schedule_past"
    SCHEDULE_TOO_FAR = "schedule_too_far"
    EXTRA_INVALID = "extra_invalid"
    SCHEMA = "schema"
    DUPLICATE_RECIPIENT = "duplicate_recipient"
    DUPLICATE_ID = "duplicate_id"
    ID_REUSED = "id_reused"

    OPTED_OUT = "opted_out"
    FORGOTTEN = "forgotten"
    CONTROL_GROUP = "control_group"

    API_REFUSED = "api_refused"

    NOT_STARTED = "not_started"
    NOT_REGISTERED = "not_registered"
    NOT_CONNECTED = "not_connected"
    NOT_AUTHORIZED = "not_authorized"
    RATE_LIMITED = "rate_limited"
    BATCH_REFUSED = "batch_refused"
    RUN_HALTED = "run_halted"

    ANSWER_LOST = "answer_lost"
    SERVER_ERROR = "server_error"
    NOT_IN_REPLY = "not_in_reply"
    REPLY_UNREADABLE = "reply_unreadable"
    IN_FLIGHT = "in_flight"


WORDING: Final[dict[Reason, str]] = {
    Reason.MISSING_VALUE: "a value that the message needs is missing",
    Reason.PHONE_INVALID: "not a phone number that can be brought to +380… (E.164) form",
    Reason.FORMAT_FAILED: "a value does not fit the format the template asks for",
    Reason.ID_TOO_LONG: "id has more than 254 characters",
    Reason.ID_CHARACTERS: "id may hold only letters, digits, - _ . :",
    Reason.SENDER_EMPTY: "the sender name is empty",
    Reason.MESSAGE_TYPE_UNKNOWN: "not a message type the API knows",
    Reason.TEXT_MISSING: "the text is empty (only a flashcall goes without)",
    Reason.TEXT_CHARACTERS: "holds a character that cannot be sent (NUL or half an emoji)",
    Reason.SURVEY_TEXT_TOO_LONG: "a survey's text has more than 85 characters",
    Reason.SURVEY_OPTIONS_COUNT: "a survey needs 2 to 5 options, none of them empty",
    Reason.SURVEY_OPTIONS_UNEXPECTED: "only a viber_survey takes options",
    Reason.TTL_INVALID: "ttl is not a whole, positive number of seconds",
    Reason.SCHEDULE_INVALID: "not a date and time",
    Reason.SCHEDULE_NAIVE: "the scheduled time has no time zone",
    Reason.SCHEDULE_PAST: "the scheduled time is in the past",
    Reason.SCHEDULE_TOO_FAR: "the scheduled time is more than 30 days ahead",
    Reason.EXTRA_INVALID: "holds something that cannot be written as JSON",
    Reason.SCHEMA: "fails the schema given for the segment",
    Reason.DUPLICATE_RECIPIENT: "an earlier row of this campaign has the same recipient",
    Reason.DUPLICATE_ID: "an earlier row has the same id",
    Reason.ID_REUSED: "this id was sent before with other content; not sent again",
    Reason.OPTED_OUT: "the recipient is on the opt-out list",
    Reason.FORGOTTEN: "the person was erased from the ledger and is not messaged again",
    Reason.CONTROL_GROUP: "the recipient is in the control group, which is not messaged",
    Reason.API_REFUSED: "the API refused this message",
    Reason.NOT_STARTED: "not attempted yet",
    Reason.NOT_REGISTERED: "this campaign never had a message for this row",
    Reason.NOT_CONNECTED: "no connection to the API could be made",
    Reason.NOT_AUTHORIZED: "the API did not let this account in",
    Reason.RATE_LIMITED: "the API asked us to slow down",
    Reason.BATCH_REFUSED: "the API refused the whole batch and the message at fault was not found",
    Reason.RUN_HALTED: "the run ended before this row's turn",
    Reason.ANSWER_LOST: "the request left, and no answer came back",
    Reason.SERVER_ERROR: "the API failed while it held the message",
    Reason.NOT_IN_REPLY: "the API's reply does not mention this message",
    Reason.REPLY_UNREADABLE: "the API's reply could not be read",
    Reason.IN_FLIGHT: "the process ended between sending and hearing the answer",
}


class Delivery(StrEnum):
    """What became of an accepted message, in the API's words; wording in `DELIVERY_WORDING`."""

    SCHEDULED = "scheduled"  # waits for its time
    PROCESSING = "processing"  # on its way through the channels
    DELIVERED = "delivered"  # reached the recipient
    UNDELIVERABLE = "undeliverable"  # no channel reached the recipient within its ttl
    PERMANENTERROR = "permanenterror"  # cannot be delivered at all

    @property
    def final(self) -> bool:
        """Whether it stays so."""
        return self not in (Delivery.SCHEDULED, Delivery.PROCESSING)


FINAL: Final = frozenset(str(one) for one in Delivery if one.final)


def is_final(state: str) -> bool:
    """Whether a state, in the API's words, stays as it is; words we do not know may change."""
    return state in FINAL


DELIVERY_WORDING: Final[dict[Delivery, str]] = {
    Delivery.SCHEDULED: "waits for the time it is scheduled for",
    Delivery.PROCESSING: "on its way; no channel has delivered it yet",
    Delivery.DELIVERED: "reached the recipient",
    Delivery.UNDELIVERABLE: "no channel could reach the recipient in time",
    Delivery.PERMANENTERROR: "the API says that it can never be delivered",
}
