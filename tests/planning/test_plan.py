"""The plan as people see it: enough to decide by, and nobody's phone."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.outcomes import Reason
from cascade_frames.planning.fates import Fate, fate_table
from cascade_frames.planning.plan import Conduct
from cascade_frames.planning.previews import mask_phone

from .samples import account, drop, objects, plan, segment

MESSY = pd.DataFrame(
    {
        "phone": ["+380201234567", "0207654321", "none", "0201111111", "0202222222"],
        "name": objects("<script>alert(1)</script>", 'O\'Neil & "Sons"', "c", None, "e"),
    }
)


@pytest.fixture
def made():
    """A plan with messages, rejected and skipped rows and advice."""
    return drop(
        MESSY,
        text="Привіт, {name}!\nДо неділі {{-20%}}",
        from_name="<b>Brand</b>",
        campaign="autumn & <i>promo</i>",
        opt_out=["0202222222"],
    )


def test_repr_holds_no_phone_no_text_and_no_name(made):
    """What a log or a traceback shows of a plan is counts."""
    assert repr(made) == (
        "<Plan autumn & <i>promo</i>: 2 messages, 2 rejected, 1 skipped, "
        "sandbox gateway; print it to see more>"
    )
    assert "invented-key" not in repr(made)


def test_text_shows_what_a_person_decides_by(made):
    """Counts, reasons, first messages as they will read, requests, time and gateway."""
    shown = str(made)
    for words in (
        "Plan: autumn & <i>promo</i>",
        "phone_invalid: not a phone number",
        "missing_value: a value that the message needs is missing",
        "opted_out: the recipient is on the opt-out list",
        "2 in 1 requests of up to 1,000",
        "under 1 s",
        "sandbox (default), route standard",
        made.digest,
        'Привіт, O\'Neil & "Sons"!',
        "До неділі {-20%}",
        "2 × the sender name",
        "(UCS-2)",
    ):
        assert words in shown


def test_phones_are_masked_wherever_a_plan_is_shown(made):
    """A plan on a screen or in a committed notebook gives nobody's phone away."""
    shown = str(made) + made._repr_html_()
    assert "+380•••••4567" in shown
    for phone in ("201234567", "207654321", "202222222", "invented-key"):
        assert phone not in shown


def test_html_escapes_everything_the_data_holds(made):
    """A name that is markup is shown as the letters it is made of."""
    shown = made._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "&lt;b&gt;Brand&lt;/b&gt;" in shown
    assert "autumn &amp; &lt;i&gt;promo&lt;/i&gt;" in shown


def test_html_needs_no_network(made):
    """The table is static: nothing in it is fetched from anywhere."""
    assert not [word for word in ("http", "src=", "@import", "url(") if word in made._repr_html_()]


def test_notebooks_print_the_text(made):
    """Where HTML cannot be shown, the plain text is."""

    class Printer:
        def text(self, words):
            self.words = words

    printer = Printer()
    made._repr_pretty_(printer, cycle=False)
    assert printer.words == str(made)


def test_links_are_shown_as_their_values():
    """A preview reads as the message will, not as the reference the server replaces."""
    made = plan(segment(link=["https://example.com/a"]), text="See {link:short_url}")
    assert "See https://example.com/a" in str(made)
    assert "%short_url" not in str(made)


def test_a_plan_without_campaign_or_text_can_be_shown():
    """Flashcalls have no text and callers may have ids of their own."""
    made = plan(segment(1), campaign=None, id="order-1", text=None, message_type="flashcall")
    assert "without campaign" in repr(made)
    assert "0 characters, 0 SMS parts" in str(made)
    assert made._repr_html_()


def test_a_plan_is_frozen():
    """What was looked at is what will be sent."""
    made = plan(segment())
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.route = "telegram_viber"


def test_what_is_settled_is_not_counted_as_to_send():
    """Messages the ledger knows as accepted or unknown are shown, and not sent again."""
    made = plan(segment(4))
    fates = fate_table([Fate(one) for one in ("accepted", "unknown", "refused", "unsent")])
    codes = np.arange(4, dtype=np.int32)
    standing = dataclasses.replace(made.standing, fates=fates, codes=codes)
    made = dataclasses.replace(made, standing=standing)
    assert (made.to_send, made.requests) == (1, 1)
    for words in ("accepted before, not sent again", "unknown since before", "refused before"):
        assert words in str(made)


@pytest.mark.parametrize(
    ("rate", "words"), [(100, "under 1 s"), (0.5, "8 s"), (0.01, "7 min"), (0.0005, "2.2 h")]
)
def test_the_time_is_told_in_units_people_use(rate, words):
    """Seconds, minutes and hours by size."""
    made = plan(segment(4), batch_size=1, account=account(requests_per_second=rate))
    assert words in str(made)


def test_sending_is_handed_to_the_sender_with_every_choice():
    """A plan decides nothing about sending; it passes on what the caller chose."""
    heard = {}

    class Sender:
        def start(self, given, conduct):
            heard.update(plan=given, conduct=conduct)
            return "run"

    made = dataclasses.replace(plan(segment()), sender=Sender())
    assert made.start(confirm=3, guarantee="at_least_once", suffix="_x", ui="none") == "run"
    assert heard == {"plan": made, "conduct": Conduct(3, "at_least_once", "_x", "none")}


def test_every_reason_in_a_plan_has_words(made):
    """Codes are for tables; people read the wording beside them."""
    assert set(made.rejected["reason"]) == {Reason.PHONE_INVALID, Reason.MISSING_VALUE}


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_a_mask_shows_at_most_the_country_and_the_last_digits(phone):
    """However short the phone, some of it is hidden and its length is kept."""
    masked = mask_phone(phone)
    assert len(masked) == len(phone)
    assert "•" in masked
    assert masked.endswith(phone[-4:])
