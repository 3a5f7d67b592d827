"""What to do about each reason why a row was not delivered: one table of wordings."""

from __future__ import annotations

from typing import Final

from cascade_frames.joining.delivery import NOT_FOUND
from cascade_frames.outcomes import DELIVERY_WORDING, WORDING, Delivery, Outcome, Reason
from cascade_frames.reporting.facts import NOT_KNOWN

_MEND: Final = "mend the value in the segment and run the same call again"
_ARGUMENT: Final = "change the argument of the call and run it again"
_AGAIN: Final = "run the same call again: only what was not accepted is sent"
_RESOLVE: Final = "look in the account what became of it, then settle it with cf.resolve"
_NOTHING: Final = "nothing: it is meant to be so"

ADVICE: Final[dict[Reason, str]] = {
    Reason.MISSING_VALUE: "fill the value in, or write a text that does without it",
    Reason.PHONE_INVALID: "mend the phone, or use a second one; for phones of other countries "
    "pass region=",
    Reason.FORMAT_FAILED: "make the column's type fit the template's format",
    Reason.ID_TOO_LONG: _ARGUMENT,
    Reason.ID_CHARACTERS: _ARGUMENT,
    Reason.SENDER_EMPTY: "pass from_name=",
    Reason.MESSAGE_TYPE_UNKNOWN: _ARGUMENT,
    Reason.TEXT_MISSING: "fill the text in",
    Reason.TEXT_CHARACTERS: _MEND,
    Reason.SURVEY_TEXT_TOO_LONG: "shorten the text to 85 characters",
    Reason.SURVEY_OPTIONS_COUNT: "give 2 to 5 options",
    Reason.SURVEY_OPTIONS_UNEXPECTED: 'leave survey_options out, or send a "viber_survey"',
    Reason.TTL_INVALID: _ARGUMENT,
    Reason.SCHEDULE_INVALID: _MEND,
    Reason.SCHEDULE_NAIVE: "give the times a zone: dt.tz_localize",
    Reason.SCHEDULE_PAST: "choose a later time, or leave scheduled_sent out",
    Reason.SCHEDULE_TOO_FAR: "choose a time within 30 days",
    Reason.EXTRA_INVALID: _MEND,
    Reason.SCHEMA: "see detail for the check that failed, and mend the value",
    Reason.DUPLICATE_RECIPIENT: "nothing: the person has this message by an earlier row",
    Reason.DUPLICATE_ID: "give each message an id of its own, or leave id out",
    Reason.ID_REUSED: "nothing, if one message is enough; else choose another campaign",
    Reason.OPTED_OUT: _NOTHING,
    Reason.FORGOTTEN: _NOTHING,
    Reason.NOT_REGISTERED: "send the campaign to it, if it should have the message",
    Reason.CONTROL_GROUP: "nothing: report.lift compares the others with them",
    Reason.API_REFUSED: "see detail for the API's words; mend the message and run the call again",
    Reason.NOT_STARTED: _AGAIN,
    Reason.NOT_CONNECTED: "check network and base URL; then " + _AGAIN,
    Reason.NOT_AUTHORIZED: "check the account's keys; then " + _AGAIN,
    Reason.RATE_LIMITED: "wait a little; then " + _AGAIN,
    Reason.BATCH_REFUSED: "look at what all its messages share, such as from_name; then " + _AGAIN,
    Reason.RUN_HALTED: "mend what halted the run; then " + _AGAIN,
    Reason.ANSWER_LOST: _RESOLVE,
    Reason.SERVER_ERROR: _RESOLVE,
    Reason.NOT_IN_REPLY: _RESOLVE,
    Reason.REPLY_UNREADABLE: _RESOLVE,
    Reason.IN_FLIGHT: _RESOLVE,
}

# Outcomes without a reason, and deliveries: what each means, and what to do about it.
_FATES: Final[dict[str, tuple[str, str]]] = {
    Outcome.REJECTED: ("failed our own checks", _MEND),
    Outcome.SKIPPED: ("held back", _NOTHING),
    Outcome.REFUSED: ("the API said no to this message", ADVICE[Reason.API_REFUSED]),
    Outcome.UNSENT: ("provably not accepted", _AGAIN),
    Outcome.UNKNOWN: ("may or may not have been accepted", _RESOLVE),
    Delivery.UNDELIVERABLE: (
        DELIVERY_WORDING[Delivery.UNDELIVERABLE],
        "try again later with a longer ttl; if it fails again, take the phone out of the segment",
    ),
    Delivery.PERMANENTERROR: (
        DELIVERY_WORDING[Delivery.PERMANENTERROR],
        "check that the account's keys open a channel for it; else take the phone out",
    ),
    NOT_FOUND: (
        "the API knows no such message",
        "check that the account is the one that sent it; else ask the vendor",
    ),
    NOT_KNOWN: ("no outcome in the table", "check where the table came from"),
}

_REASONS: Final = frozenset(map(str, Reason))


def meaning(fate: str, reason: str) -> str:
    """What a fate and its reason (or nothing) mean, in words."""
    if reason in _REASONS:
        return WORDING[Reason(reason)]
    return _FATES.get(fate, ("not a word that this package knows", ""))[0]


def what_to_do(fate: str, reason: str) -> str:
    """What to do about a fate and its reason (or nothing), in words."""
    if reason in _REASONS:
        return ADVICE[Reason(reason)]
    return _FATES.get(fate, ("", "ask the vendor what it means"))[1]
