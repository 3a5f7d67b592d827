"""What to do about failures."""

from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.reporting.advice import ADVICE, meaning, what_to_do

from .made_up import table_of


def test_every_reason_has_an_advice():
    """Whatever a result table can say, the report says what to do about it."""
    assert set(ADVICE) == set(Reason)
    fates = [*(set(Outcome) - {Outcome.ACCEPTED}), "undeliverable", "permanenterror"]
    assert [fate for fate in fates if "not a word" in meaning(fate, "")] == []


def test_a_word_we_do_not_know_is_said_to_be_one():
    """A reason or fate from elsewhere is told as such."""
    assert "not a word" in meaning("lost", "gone")
    assert what_to_do("lost", "gone") == "ask the vendor what it means"
    assert meaning("rejected", "gone") == "failed our own checks"


def test_failures_are_told_with_the_most_frequent_first():
    """The table of failures counts by fate and reason, and leaves pending messages out."""
    rows = [
        *[{"outcome": "rejected", "reason": "phone_invalid"}] * 3,
        {"outcome": "rejected", "reason": "missing_value"},
        *[{"outcome": "accepted", "delivery": "undeliverable", "reason": None}] * 2,
        {"outcome": "accepted", "delivery": "processing"},
        {"outcome": "accepted", "delivery": "delivered"},
    ]
    table = table_of([{"age": 1, **row} for row in rows]).cascade.report().failures
    assert table[["fate", "reason", "rows"]].fillna("").to_numpy().tolist() == [
        ["rejected", "phone_invalid", 3],
        ["undeliverable", "", 2],
        ["rejected", "missing_value", 1],
    ]
    assert table["what_to_do"].str.len().gt(0).all()
