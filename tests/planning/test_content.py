"""Content: what a message says, as one hash that the ledger may keep."""

import pandas as pd
import pytest

from cascade_frames.planning.content import content_hashes, message_hashes
from cascade_frames.planning.hashing import recipient_hashes

from .samples import SECRET, objects, plan, segment

SURVEY = {"message_type": "viber_survey", "survey_options": ["Так", "Ні"]}


def hashes(**options):
    """The content hashes of a plan of two people."""
    return plan(segment(x=["a", "b"]), **options).keys.contents.tolist()


def test_the_same_message_hashes_alike_however_it_was_given():
    """A constant, a template and a Series that say the same are the same content."""
    one = hashes(text="a", ttl="1d")
    assert one == hashes(text=pd.Series(["a", "a"]), ttl=86_400)
    assert one == hashes(text="a", ttl=pd.Timedelta("1D"))
    assert hashes(text="{x}") == hashes(text=pd.col("x"))
    assert hashes(scheduled_sent="2026-01-02T10:00Z") == hashes(
        scheduled_sent=pd.Timestamp("2026-01-02T12:00", tz="Europe/Kyiv")
    )


@pytest.mark.parametrize(
    "change",
    [
        {"text": "b"},
        {"from_name": "Other"},
        {"message_type": "transaction"},
        {"ttl": 60},
        {"scheduled_sent": "2026-01-02T10:00Z"},
        {"extra": {"custom": 1}},
        SURVEY,
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_to_what_is_sent_changes_the_hash(change):
    """A different message under the same id must be told from a repeat."""
    before, after = hashes(text="Hello"), hashes(**({"text": "Hello"} | change))
    assert not set(before) & set(after)


@pytest.mark.parametrize("ttl", ["1d", "{seconds}"])
def test_contents_and_recipients_are_hashed_together_as_they_are_alone(ttl):
    """Going through the phones once changes none of the hashes that a ledger keeps."""
    table = plan(segment(x=["a", "b"], seconds=[60, 90]), text="{x}", ttl=ttl).messages
    contents, recipients = message_hashes(table, SECRET)
    assert (contents == content_hashes(table, SECRET)).all()
    assert (recipients == recipient_hashes(table["toPhone"], SECRET)).all()


def test_one_number_for_all_is_content_as_any_other():
    """A column of one number hashes as a row of it does beside others."""
    seconds = pd.Series([60, 60, 90], dtype="Int64")
    table = pd.DataFrame({"id": ["a", "b", "c"], "ttl": seconds})
    alike = content_hashes(table.iloc[:2].reset_index(drop=True), SECRET)
    assert alike.tolist() == content_hashes(table, SECRET)[:2].tolist()


def test_options_are_told_apart_by_order_and_by_border():
    """Options that read alike when joined are different options."""
    lists = [["a", "b"], ["b", "a"], ["ab", ""], ["a", "b", ""]]
    table = pd.DataFrame({"surveyOptions": objects(*lists)})
    assert len(set(content_hashes(table, SECRET).tolist())) == len(lists)


def test_the_id_is_no_content():
    """The same words under two ids are the same content."""
    table = pd.DataFrame({"id": ["a", "b"], "text": ["x", "x"]})
    assert len(set(content_hashes(table, SECRET).tolist())) == 1
