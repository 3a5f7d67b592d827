"""Single messages as their readers will see them."""

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.planning.previews import mask_phone, preview


@pytest.fixture
def planned(sandbox, ledger):
    """Give a function that plans a send of two rows."""
    segment = pd.DataFrame(
        {"phone": ["+380209000001", "+380209000002"], "url": ["https://example.com/a"] * 2}
    )

    def plan(**options):
        message = {"to_phone": "{phone}", "from_name": "Brand", "campaign": "c"}
        return cf.plan(segment, **message, account=sandbox.account, ledger=ledger, **options)

    return plan


def test_a_preview_reads_as_the_message_and_hides_the_phone(planned):
    """The text is what people will read, links included; the phone is masked."""
    plan = planned(message_type="promo", text="See {url:short_url}")
    shown = preview(plan, 1)
    assert shown.phone == "+380•••••0002"
    assert shown.sender == "Brand"
    assert "%short_url" not in shown.text
    assert shown.text.startswith("See ")


def test_a_survey_has_its_options(planned):
    """What can be answered belongs to the message."""
    plan = planned(message_type="viber_survey", text="How?", survey_options=["Good", "Bad"])
    assert preview(plan, 0).options == ("Good", "Bad")


def test_a_flashcall_has_no_text(planned):
    """A call shows as one without words."""
    assert preview(planned(message_type="flashcall"), 0).text == ""


def test_a_preview_shows_no_text_in_its_repr(planned):
    """A log that shows a preview shows no message."""
    plan = planned(message_type="promo", text="secret")
    assert "secret" not in repr(preview(plan, 0))


@pytest.mark.parametrize(
    ("phone", "masked"), [("+380209000001", "+380•••••0001"), ("+447700900123", "+447•••••0123")]
)
def test_phones_are_masked(phone, masked):
    """Four characters at either end are left."""
    assert mask_phone(phone) == masked
