"""Advice: counts what good sending would do otherwise, and stops nothing."""

import pandas as pd
import pytest

from .samples import plan, segment


def advice(**options):
    """The advice of a plan of three messages, as lines."""
    return [str(one) for one in plan(segment(3), **options).advice]


def test_a_usual_plan_gets_none():
    """Nothing is said where nothing is out of the ordinary."""
    assert advice(ttl="2d") == []


@pytest.mark.parametrize("sender", ["TwelveLetter", "Магазин", "My Brand", "Brand!"])
def test_a_sender_that_sms_cannot_show_is_noticed(sender):
    """1 to 11 Latin letters and digits are what SMS shows; messengers take any name."""
    assert advice(from_name=sender)[0].startswith("3 × the sender name is not one SMS can show")


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("transaction", 300, 86_400),
        ("promo", 86_400, 259_200),
        ("flashcall", 300, 600),
        ("viber_survey", 604_800, 604_800),
    ],
)
def test_a_ttl_outside_the_usual_is_noticed(kind, low, high):
    """Each type has its range; its ends are within it, and no ttl at all is no matter."""
    options = {"message_type": kind}
    if kind == "viber_survey":
        options["survey_options"] = ["Так", "Ні"]
    for ttl in (low, high, None):
        assert advice(ttl=ttl, **options) == []
    for ttl in (low - 1, high + 1):
        assert f"3 × ttl of a {kind} outside the recommended" in advice(ttl=ttl, **options)[0]


def test_a_long_survey_option_is_noticed():
    """Options under 30 characters are recommended."""
    survey = {"message_type": "viber_survey"}
    assert advice(survey_options=["a" * 29, "b"], **survey) == []
    assert advice(survey_options=["a" * 30, "b"], **survey) == [
        "3 × a survey option of 30 characters or more"
    ]


def test_each_type_is_held_to_its_own_range():
    """Rows of several types are counted by type, and rows without a ttl by none."""
    table = segment(
        kind=["promo", "transaction", "promo", "transaction", "promo"],
        wait=[60, 60, None, 300, 86_400],
    )
    made = plan(table, message_type="{kind}", ttl=pd.col("wait"))
    assert [str(one).split(" outside")[0] for one in made.advice] == [
        "1 × ttl of a transaction",
        "1 × ttl of a promo",
    ]
