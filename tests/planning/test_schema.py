"""The message table's rules, each at its boundary."""

import re
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.config import ValidationDepth, config_context

from cascade_frames.contract import Field
from cascade_frames.errors import InvalidRecipients
from cascade_frames.outcomes import WORDING, Reason
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.schema import MessageTable
from cascade_frames.planning.validation import check_messages

from .samples import NOW, objects, plan, rejected, segment

SOUND = {
    "id": "order-1",
    "fromName": "Brand",
    "toPhone": "+380200000001",
    "messageType": "promo",
    "text": "Hello",
    "ttl": 86_400,
    "scheduledSent": NOW + timedelta(days=1),
    "surveyOptions": None,
}
SURVEY = {"messageType": "viber_survey", "surveyOptions": ["Так", "Ні"]}
FLASHCALL = {"messageType": "flashcall", "text": None}
FAMILY = "👨‍👩‍👧"


def table_of(*messages):
    """A message table of sound messages changed as told."""
    rows = [SOUND | message for message in messages]
    table = pd.DataFrame({str(field): objects(*(row[field] for row in rows)) for field in Field})
    texts = ["id", "fromName", "toPhone", "messageType", "text"]
    table[texts] = table[texts].astype("str")
    table["ttl"] = table["ttl"].astype("Int64")
    table["scheduledSent"] = pd.to_datetime(table["scheduledSent"], utc=True).dt.as_unit("us")
    return table


def broken(*messages):
    """The rules each message breaks, as (column, reason)."""
    table = table_of(*messages)
    faults = Faults(len(table))
    check_messages(table, NOW, faults)
    return [
        [(fault.column, fault.reason) for fault in faults.found if fault.rows[at]]
        for at in range(len(table))
    ]


GOOD = [
    {},
    {"id": "x"},
    {"id": "x" * 254},
    {"id": "AZaz09-_.:"},
    {"fromName": "Магазин «Ялинка» 24/7"},
    {"toPhone": "+12345678"},
    {"toPhone": "+123456789012345"},
    {"text": "a" * 10_000},
    {"text": "Привіт 😀 مرحبا\n\t"},
    {"messageType": "transaction"},
    FLASHCALL,
    FLASHCALL | {"text": "1234"},
    SURVEY,
    SURVEY | {"text": "ж" * 85},
    SURVEY | {"text": "😀" * 85},
    SURVEY | {"surveyOptions": list("abcde")},
    SURVEY | {"surveyOptions": ["a" * 100, "b"]},
    {"ttl": None},
    {"ttl": 1},
    {"scheduledSent": None},
    {"scheduledSent": NOW + timedelta(seconds=1)},
    {"scheduledSent": NOW + timedelta(days=30)},
]

BAD = [
    ({"id": None}, "id", Reason.MISSING_VALUE),
    ({"id": "x" * 255}, "id", Reason.ID_TOO_LONG),
    ({"id": ""}, "id", Reason.ID_CHARACTERS),
    ({"id": "a b"}, "id", Reason.ID_CHARACTERS),
    ({"id": "a\n"}, "id", Reason.ID_CHARACTERS),
    ({"id": "\na"}, "id", Reason.ID_CHARACTERS),
    ({"id": "a\0"}, "id", Reason.ID_CHARACTERS),
    ({"id": "замовлення-1"}, "id", Reason.ID_CHARACTERS),
    ({"id": "order/1"}, "id", Reason.ID_CHARACTERS),
    ({"id": "order-١"}, "id", Reason.ID_CHARACTERS),
    ({"fromName": None}, "fromName", Reason.MISSING_VALUE),
    ({"fromName": ""}, "fromName", Reason.SENDER_EMPTY),
    ({"fromName": " \u00a0"}, "fromName", Reason.SENDER_EMPTY),
    ({"fromName": "Bra\0nd"}, "fromName", Reason.TEXT_CHARACTERS),
    ({"toPhone": None}, "toPhone", Reason.MISSING_VALUE),
    ({"toPhone": "380200000001"}, "toPhone", Reason.PHONE_INVALID),
    ({"toPhone": "0200000001"}, "toPhone", Reason.PHONE_INVALID),
    ({"toPhone": "+0200000001"}, "toPhone", Reason.PHONE_INVALID),
    ({"toPhone": "+1234567"}, "toPhone", Reason.PHONE_INVALID),
    ({"toPhone": "+1234567890123456"}, "toPhone", Reason.PHONE_INVALID),
    ({"toPhone": "+380200000001\n"}, "toPhone", Reason.PHONE_INVALID),
    ({"toPhone": "+38020000000١"}, "toPhone", Reason.PHONE_INVALID),
    ({"messageType": None}, "messageType", Reason.MISSING_VALUE),
    ({"messageType": "sms"}, "messageType", Reason.MESSAGE_TYPE_UNKNOWN),
    ({"messageType": "Promo"}, "messageType", Reason.MESSAGE_TYPE_UNKNOWN),
    ({"messageType": "promo "}, "messageType", Reason.MESSAGE_TYPE_UNKNOWN),
    ({"text": None}, "text", Reason.TEXT_MISSING),
    ({"text": ""}, "text", Reason.TEXT_MISSING),
    ({"text": " \n\u00a0"}, "text", Reason.TEXT_MISSING),
    (SURVEY | {"text": None}, "text", Reason.TEXT_MISSING),
    ({"text": "a\0b"}, "text", Reason.TEXT_CHARACTERS),
    (FLASHCALL | {"text": "\0"}, "text", Reason.TEXT_CHARACTERS),
    (SURVEY | {"text": "ж" * 86}, "text", Reason.SURVEY_TEXT_TOO_LONG),
    (SURVEY | {"text": "😀" * 86}, "text", Reason.SURVEY_TEXT_TOO_LONG),
    (SURVEY | {"text": FAMILY * 17 + "a"}, "text", Reason.SURVEY_TEXT_TOO_LONG),
    (SURVEY | {"surveyOptions": None}, "surveyOptions", Reason.SURVEY_OPTIONS_COUNT),
    (SURVEY | {"surveyOptions": []}, "surveyOptions", Reason.SURVEY_OPTIONS_COUNT),
    (SURVEY | {"surveyOptions": ["a"]}, "surveyOptions", Reason.SURVEY_OPTIONS_COUNT),
    (SURVEY | {"surveyOptions": list("abcdef")}, "surveyOptions", Reason.SURVEY_OPTIONS_COUNT),
    (SURVEY | {"surveyOptions": ["a", " "]}, "surveyOptions", Reason.SURVEY_OPTIONS_COUNT),
    (SURVEY | {"surveyOptions": ["a", "b\0"]}, "surveyOptions", Reason.TEXT_CHARACTERS),
    (SURVEY | {"surveyOptions": ["a", "b\ud83d"]}, "surveyOptions", Reason.TEXT_CHARACTERS),
    ({"surveyOptions": ["a", "b"]}, "surveyOptions", Reason.SURVEY_OPTIONS_UNEXPECTED),
    ({"surveyOptions": []}, "surveyOptions", Reason.SURVEY_OPTIONS_UNEXPECTED),
    (
        FLASHCALL | {"surveyOptions": ["a", "b"]},
        "surveyOptions",
        Reason.SURVEY_OPTIONS_UNEXPECTED,
    ),
    ({"ttl": 0}, "ttl", Reason.TTL_INVALID),
    ({"ttl": -1}, "ttl", Reason.TTL_INVALID),
    ({"scheduledSent": NOW}, "scheduledSent", Reason.SCHEDULE_PAST),
    ({"scheduledSent": NOW - timedelta(days=400)}, "scheduledSent", Reason.SCHEDULE_PAST),
    (
        {"scheduledSent": NOW + timedelta(days=30, microseconds=1)},
        "scheduledSent",
        Reason.SCHEDULE_TOO_FAR,
    ),
]


def test_what_the_contract_allows_breaks_no_rule():
    """Every message at the inner edge of a rule is sound."""
    assert broken(*GOOD) == [[]] * len(GOOD)


def test_what_the_contract_forbids_breaks_its_one_rule():
    """Every message at the outer edge of a rule breaks that rule and no other, all at once."""
    found = broken(*(message for message, _, _ in BAD))
    for (message, column, reason), rules in zip(BAD, found, strict=True):
        assert rules == [(column, reason)], message


@pytest.mark.parametrize(("message", "column", "reason"), BAD[:1] + BAD[-1:])
def test_one_bad_message_alone_is_found(message, column, reason):
    """A table of one row is checked like any other."""
    assert broken(message) == [[(column, reason)]]


def test_every_rule_has_its_words():
    """Whatever the model can find has a code, and every code has its wording."""
    schema = MessageTable.to_schema()
    checks = [*schema.checks, *(one for column in schema.columns.values() for one in column.checks)]
    assert len(checks) >= 12
    assert {Reason(str(check.name).rpartition(":")[2]) for check in checks} <= set(WORDING)


def test_a_malformed_table_is_our_own_fault_and_loud():
    """A table that is not of the model's shape is a bug here, and no row is blamed for it."""
    with pytest.raises(AssertionError, match="malformed"):
        check_messages(table_of({}).drop(columns="text"), NOW, Faults(1))


@pytest.mark.parametrize(
    "told",
    [{"validation_enabled": False}, {"validation_depth": ValidationDepth.SCHEMA_ONLY}],
    ids=["off", "schema only"],
)
def test_the_rules_hold_where_pandera_is_told_to_skip_them(told):
    """Switching pandera off for speed, as PANDERA_VALIDATION_ENABLED does, lets no fault by."""
    with config_context(**told):
        assert broken({"id": "a b"}) == [[("id", Reason.ID_CHARACTERS)]]


@settings(max_examples=10)
@given(st.lists(st.sampled_from(range(len(BAD))), min_size=1, max_size=6))
def test_rows_do_not_touch_each_other(chosen):
    """What a row is told depends on that row alone, whichever rows stand beside it."""
    found = broken(*(BAD[at][0] for at in chosen))
    assert found == [[(BAD[at][1], BAD[at][2])] for at in chosen]


# The same rules, in the caller's words


def test_all_faults_of_a_row_are_told_at_once():
    """Nobody should mend a row four times to have it sent."""
    table = segment(
        order=["a b", "ok"],
        sender=["Bra\0nd", "Brand"],
        kind=["sms", "promo"],
        body=["", "Hello"],
        wait=[0, 5],
        when=["2020-01-01T00:00Z", "2026-01-02T00:00Z"],
    ).assign(phone=["12", "+380200000001"])
    told = rejected(
        table,
        id="{order}",
        from_name="{sender}",
        message_type="{kind}",
        text=pd.col("body"),
        ttl="{wait}",
        scheduled_sent="{when}",
    )
    assert told.keys() == {0}
    assert told[0][0] == Reason.ID_CHARACTERS
    assert told[0][1].split("; ") == [
        f"order: {WORDING[Reason.ID_CHARACTERS]}",
        f"sender: {WORDING[Reason.TEXT_CHARACTERS]}",
        f"phone: {WORDING[Reason.PHONE_INVALID]}",
        f"kind: {WORDING[Reason.MESSAGE_TYPE_UNKNOWN]}",
        f"text: {WORDING[Reason.TEXT_MISSING]}",
        f"wait: {WORDING[Reason.TTL_INVALID]}",
        f"when: {WORDING[Reason.SCHEDULE_PAST]}",
    ]


def test_a_gap_is_told_once():
    """A value that could not be filled in is not told a second time as missing."""
    told = rejected(
        segment(x=objects(None, "b")), id="id-{x}", from_name="{x}", text="Hi {x}", ttl=60
    )
    assert told[0][1] == "; ".join(["x: a value that the message needs is missing"] * 3)


def test_no_detail_shows_a_value():
    """Details name columns and rules; what stands in a row stays in the row."""
    private = "PRIVATE-\0 value"
    table = segment(**{name: [private, "2"] for name in "abcd"}).assign(phone=[private, "0201"])
    with pytest.raises(InvalidRecipients) as caught:
        plan(table, id="{a}", from_name="{b}", text="{c}", ttl="{d}")
    shown = str(caught.value) + caught.value.details().to_string()
    assert not re.search("private", shown, re.IGNORECASE)
