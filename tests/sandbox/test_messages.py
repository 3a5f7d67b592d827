"""The rules of the message object, one by one."""

from datetime import UTC, datetime, timedelta

import pytest

from cascade_frames.sandbox.messages import check_messages
from cascade_frames.sandbox.refusals import Refusal
from cascade_frames.sandbox.variables import Variable

from .samples import ahead, promo, survey

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
VARIABLES = {
    1: Variable(1, "name", "Олена", ""),
    2: Variable(2, "url", "https://example.com/a", ""),
    3: Variable(3, "short_url", "https://example.com/long", "Ab3"),
}


def check(message, now=NOW):
    """Return one message as the sandbox keeps it."""
    return check_messages([message], VARIABLES, "http://host/s/", now)[0]


REFUSED = [
    (1, "INVALID_BODY", None),
    (promo(id=...), "MISSING_FIELD", "id"),
    (promo(id=None), "MISSING_FIELD", "id"),
    (promo(id=""), "INVALID_ID", "id"),
    (promo(id=7), "INVALID_ID", "id"),
    (promo(id="x" * 255), "INVALID_ID", "id"),
    (promo(id="замовлення"), "INVALID_ID", "id"),
    (promo(id="a b"), "INVALID_ID", "id"),
    (promo(id="a\n"), "INVALID_ID", "id"),
    (promo(fromName=...), "MISSING_FIELD", "fromName"),
    (promo(fromName=""), "INVALID_FROM_NAME", "fromName"),
    (promo(fromName=["Brand"]), "INVALID_FROM_NAME", "fromName"),
    (promo(fromName="Bra\0nd"), "INVALID_FROM_NAME", "fromName"),
    (promo(toPhone=...), "MISSING_FIELD", "toPhone"),
    (promo(toPhone="380501112233"), "INVALID_PHONE", "toPhone"),
    (promo(toPhone="0501112233"), "INVALID_PHONE", "toPhone"),
    (promo(toPhone="+0501112233"), "INVALID_PHONE", "toPhone"),
    (promo(toPhone="+1234567"), "INVALID_PHONE", "toPhone"),
    (promo(toPhone="+1234567890123456"), "INVALID_PHONE", "toPhone"),
    (promo(toPhone="+380 50 111 22 33"), "INVALID_PHONE", "toPhone"),
    (promo(toPhone="+٣٨٠٥٠١١١٢٢٣٣"), "INVALID_PHONE", "toPhone"),
    (promo(toPhone="+380501112233\n"), "INVALID_PHONE", "toPhone"),
    (promo(toPhone=380501112233), "INVALID_PHONE", "toPhone"),
    (promo(messageType=...), "MISSING_FIELD", "messageType"),
    (promo(messageType="Promo"), "INVALID_MESSAGE_TYPE", "messageType"),
    (promo(messageType=[]), "INVALID_MESSAGE_TYPE", "messageType"),
    (promo(text=...), "MISSING_FIELD", "text"),
    (promo(text=""), "INVALID_TEXT", "text"),
    (promo(text="a\0b"), "INVALID_TEXT", "text"),
    (promo(text=1), "INVALID_TEXT", "text"),
    (promo(messageType="flashcall", text=None), "INVALID_TEXT", "text"),
    (promo(ttl=0), "INVALID_TTL", "ttl"),
    (promo(ttl=-1), "INVALID_TTL", "ttl"),
    (promo(ttl=True), "INVALID_TTL", "ttl"),
    (promo(ttl=60.0), "INVALID_TTL", "ttl"),
    (promo(ttl="60"), "INVALID_TTL", "ttl"),
    (promo(ttl=None), "INVALID_TTL", "ttl"),
    (promo(ttl=2**63), "INVALID_TTL", "ttl"),
    (promo(scheduledSent="2026-01-02T09:00:00"), "INVALID_SCHEDULE", "scheduledSent"),
    (promo(scheduledSent="2026-01-02T09:00:00+02:00"), "INVALID_SCHEDULE", "scheduledSent"),
    (promo(scheduledSent="2026-01-02 09:00:00Z"), "INVALID_SCHEDULE", "scheduledSent"),
    (promo(scheduledSent="2026-13-02T09:00:00Z"), "INVALID_SCHEDULE", "scheduledSent"),
    (promo(scheduledSent="2026-02-30T09:00:00Z"), "INVALID_SCHEDULE", "scheduledSent"),
    (promo(scheduledSent="2026-01-01T11:59:59Z"), "INVALID_SCHEDULE", "scheduledSent"),
    (promo(scheduledSent="2026-01-31T12:00:01Z"), "INVALID_SCHEDULE", "scheduledSent"),
    (promo(scheduledSent=1767344400), "INVALID_SCHEDULE", "scheduledSent"),
    (promo(scheduledSent=None), "INVALID_SCHEDULE", "scheduledSent"),
    (promo(surveyOptions=["a", "b"]), "INVALID_SURVEY_OPTIONS", "surveyOptions"),
    (promo(surveyOptions=None), "INVALID_SURVEY_OPTIONS", "surveyOptions"),
    (survey(text="ї" * 86), "TEXT_TOO_LONG", "text"),
    (survey(surveyOptions=None), "MISSING_FIELD", "surveyOptions"),
    (survey(surveyOptions=["a"]), "INVALID_SURVEY_OPTIONS", "surveyOptions"),
    (survey(surveyOptions=["a"] * 6), "INVALID_SURVEY_OPTIONS", "surveyOptions"),
    (survey(surveyOptions=["a", ""]), "INVALID_SURVEY_OPTIONS", "surveyOptions"),
    (survey(surveyOptions=["a", 1]), "INVALID_SURVEY_OPTIONS", "surveyOptions"),
    (survey(surveyOptions="ab"), "INVALID_SURVEY_OPTIONS", "surveyOptions"),
    (promo(text="Hi %name=9%"), "UNKNOWN_VARIABLE", "text"),
    (promo(text="Hi %name=2%"), "UNKNOWN_VARIABLE", "text"),
    (promo(text=f"Hi %name={2**63}%"), "UNKNOWN_VARIABLE", "text"),
    (promo(text=f"Hi %name={'9' * 5000}%"), "UNKNOWN_VARIABLE", "text"),
]


@pytest.mark.parametrize(("message", "code", "field"), REFUSED)
def test_what_breaks_a_rule_is_refused(message, code, field):
    """Every stated rule is held, and the error names the field at fault."""
    with pytest.raises(Refusal) as refused:
        check(message)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert refused.value.field == field


TAKEN = [
    promo(id="x" * 254),
    promo(id="A-z_0.9:b"),
    promo(fromName="Магазин «Осінь» №1"),
    promo(toPhone="+12345678"),
    promo(toPhone="+123456789012345"),
    promo(messageType="transaction"),
    promo(messageType="flashcall", text=...),
    promo(messageType="flashcall", text=""),
    promo(text="😀" * 1000),
    promo(text="100% off, 5%=5%"),
    promo(ttl=1),
    promo(ttl=2**63 - 1),
    promo(scheduledSent="2026-01-01T12:00:00Z"),
    promo(scheduledSent="2026-01-01T12:00:00.123456+00:00"),
    promo(scheduledSent="2026-01-31T12:00:00Z"),
    promo(scheduledSent="2026-01-02T09:00Z"),
    survey(text="ї" * 85),
    survey(surveyOptions=["a"] * 5),
    promo(viberMessage={"button": "Купити"}, due=1, template="mine"),
]


@pytest.mark.parametrize("message", TAKEN)
def test_what_keeps_the_rules_is_taken_as_it_came(message):
    """Limits are inclusive where the document says so, and nothing is changed on the way."""
    taken = check(message)
    for field in ("id", "fromName", "toPhone", "messageType", "ttl", "scheduledSent", "text"):
        assert getattr(taken, field) == message.get(field)
    assert taken.surveyOptions == message.get("surveyOptions")


def test_other_fields_pass_through():
    """Fields the document does not name are kept for the caller to see, whatever their names."""
    extra = {"viberMessage": {"button": [1, None]}, "due": 1, "template": "mine", "extra": True}
    assert check(promo(**extra)).extra == extra
    assert check(promo()).extra is None


def test_placeholders_become_values():
    """A recipient reads values and a short link; the text as it came is kept beside it."""
    message = check(promo(text="%name=1%: %url=2% or %short_url=3%, 20% off"))
    assert message.text == "Олена: https://example.com/a or http://host/s/Ab3, 20% off"
    assert message.template == "%name=1%: %url=2% or %short_url=3%, 20% off"


def test_the_first_bad_message_is_the_one_named():
    """Later faults do not hide the first, whichever its kind."""
    batch = [promo(id="a"), promo(id="b", text="%name=9%"), promo(id="c", toPhone="1")]
    with pytest.raises(Refusal) as refused:
        check_messages(batch, VARIABLES, "", NOW)
    assert refused.value.code == "UNKNOWN_VARIABLE"


def test_a_schedule_is_kept_in_microseconds():
    """The time of sending is exact, for the clock to compare with."""
    due = check(promo(scheduledSent="2026-01-02T12:00:00.5Z")).due
    assert due == (NOW + timedelta(days=1, seconds=0.5)).timestamp() * 1_000_000
    assert check(promo(scheduledSent=ahead(hours=1)), datetime.now(UTC)).due
