"""What a message must be for the API to take it.

Field names, types and limits are those of the API document. The wording and the codes of the
errors, other than `INVALID_PHONE`, are ours: the document shows only that one.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from cascade_frames.sandbox.refusals import Refusal
from cascade_frames.sandbox.variables import LARGEST_ID, Variable, placed_ids, resolve

LARGEST_BATCH = 1000
LONGEST_ID = 254
LONGEST_SURVEY = 85
FEWEST_OPTIONS, MOST_OPTIONS = 2, 5
FARTHEST_SCHEDULE = timedelta(days=30)
TYPES = ("transaction", "promo", "viber_survey", "flashcall")

ID = re.compile(r"[A-Za-z0-9_.:-]+")
PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
UTC_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+]00:00)"
)


class Message(msgspec.Struct, frozen=True, array_like=True):
    """A message that passed every check.

    `text` is as the recipient reads it and `template` as it came, when variables made them
    differ. `due` is `scheduledSent` in microseconds since 1970, UTC. `extra` holds the fields
    that the API document does not name.
    """

    id: str
    fromName: str  # noqa: N815 - the API's own names, as they are on the wire
    toPhone: str  # noqa: N815
    messageType: str  # noqa: N815
    text: str | None
    template: str | None
    ttl: int | None
    scheduledSent: str | None  # noqa: N815
    due: int | None
    surveyOptions: list[str] | None  # noqa: N815
    extra: dict[str, Any] | None


FIELDS = frozenset(Message.__struct_fields__) - {"template", "due", "extra"}


def check_batch(body: object) -> list[Any]:
    """Return the array of a decoded body; its messages are not checked yet."""
    if not isinstance(body, list):
        raise Refusal(400, "INVALID_BODY", "the body must be an array of messages")
    if not 1 <= len(body) <= LARGEST_BATCH:
        raise Refusal(400, "INVALID_BATCH_SIZE", "a request takes 1 to 1000 messages")
    return body


def variable_ids(batch: list[Any]) -> set[int]:
    """Return the ids of all variables that texts of the batch place."""
    return placed_ids(item.get("text") for item in batch if isinstance(item, dict))


def check_messages(
    batch: list[Any], variables: Mapping[int, Variable], link_base: str, now: datetime
) -> list[Message]:
    """Return the messages of a batch, or raise `Refusal` for the first that is at fault.

    `now` is the caller's UTC time, which a schedule must not precede.
    """
    seen: set[str] = set()
    messages = []
    for item in batch:
        message = _check_message(item, variables, link_base, now)
        if message.id in seen:
            raise Refusal(400, "DUPLICATE_ID", "id is used twice in this request", "id")
        seen.add(message.id)
        messages.append(message)
    return messages


def _check_message(
    item: object, variables: Mapping[int, Variable], link_base: str, now: datetime
) -> Message:
    if not isinstance(item, dict):
        raise Refusal(400, "INVALID_BODY", "every message must be an object")
    tracking_id = _string(item, "id", "INVALID_ID")
    if len(tracking_id) > LONGEST_ID or not ID.fullmatch(tracking_id):
        raise Refusal(
            400, "INVALID_ID", "id takes 1 to 254 letters, digits, hyphens, _ . and :", "id"
        )
    sender = _string(item, "fromName", "INVALID_FROM_NAME")
    phone = _string(item, "toPhone", "INVALID_PHONE")
    if not PHONE.fullmatch(phone):
        raise Refusal(400, "INVALID_PHONE", "toPhone must be E.164 with the plus sign", "toPhone")
    kind = _string(item, "messageType", "INVALID_MESSAGE_TYPE")
    if kind not in TYPES:
        raise Refusal(
            400,
            "INVALID_MESSAGE_TYPE",
            "messageType must be transaction, promo, viber_survey or flashcall",
            "messageType",
        )
    text = _check_text(item, kind)
    read = text if text is None or "%" not in text else resolve(text, variables, link_base)
    schedule = item.get("scheduledSent")
    return Message(
        tracking_id,
        sender,
        phone,
        kind,
        read,
        None if read == text else text,
        _check_ttl(item),
        schedule,
        _check_schedule(schedule, now) if "scheduledSent" in item else None,
        _check_options(item, kind),
        {name: item[name] for name in item.keys() - FIELDS} or None,
    )


def _string(item: dict[str, Any], field: str, code: str) -> str:
    value = item.get(field)
    if isinstance(value, str) and value and "\0" not in value:
        return value
    if value is None:
        raise Refusal(400, "MISSING_FIELD", f"{field} is required", field)
    raise Refusal(400, code, f"{field} must be a non-empty string without NUL", field)


def _check_text(item: dict[str, Any], kind: str) -> str | None:
    if kind == "flashcall":
        text = item.get("text")
        if "text" in item and (not isinstance(text, str) or "\0" in text):
            raise Refusal(400, "INVALID_TEXT", "text must be a string without NUL", "text")
        return text
    text = _string(item, "text", "INVALID_TEXT")
    if kind == "viber_survey" and len(text) > LONGEST_SURVEY:
        raise Refusal(
            400, "TEXT_TOO_LONG", "text of a viber_survey takes at most 85 characters", "text"
        )
    return text


def _check_ttl(item: dict[str, Any]) -> int | None:
    if "ttl" not in item:
        return None
    ttl = item["ttl"]
    if type(ttl) is not int or not 0 < ttl <= LARGEST_ID:
        raise Refusal(400, "INVALID_TTL", "ttl must be a positive integer of seconds", "ttl")
    return ttl


def _check_schedule(schedule: object, now: datetime) -> int:
    field = "scheduledSent"
    if not isinstance(schedule, str) or not UTC_TIME.fullmatch(schedule):
        raise Refusal(400, "INVALID_SCHEDULE", f"{field} must be ISO 8601 in UTC", field)
    try:
        due = datetime.fromisoformat(schedule)
    except ValueError:
        raise Refusal(400, "INVALID_SCHEDULE", f"{field} is no real time", field) from None
    if due < now:
        raise Refusal(400, "INVALID_SCHEDULE", f"{field} is in the past", field)
    if due - now > FARTHEST_SCHEDULE:
        raise Refusal(400, "INVALID_SCHEDULE", f"{field} is over 30 days ahead", field)
    return microseconds(due)


def _check_options(item: dict[str, Any], kind: str) -> list[str] | None:
    field = "surveyOptions"
    if kind != "viber_survey":
        if field in item:
            raise Refusal(
                400, "INVALID_SURVEY_OPTIONS", f"{field} belongs to a viber_survey only", field
            )
        return None
    options = item.get(field)
    if options is None:
        raise Refusal(400, "MISSING_FIELD", f"{field} is required for a viber_survey", field)
    if (
        not isinstance(options, list)
        or not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS
        or not all(isinstance(option, str) and option and "\0" not in option for option in options)
    ):
        raise Refusal(
            400, "INVALID_SURVEY_OPTIONS", f"{field} must be 2 to 5 non-empty strings", field
        )
    return options


def microseconds(moment: datetime) -> int:
    """Return a time with a zone as microseconds since 1970, UTC."""
    return round(moment.timestamp() * 1_000_000)
