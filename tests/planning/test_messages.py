"""Drafting: derived ids, doubles, and the shape of the message table."""

import re

import pandas as pd
import pytest

from cascade_frames.contract import ID_MAX_CHARACTERS, ID_PATTERN, Field
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning.messages import slug

from .samples import Memory, drop, objects, plan, rejected, segment


def ids(table, **options):
    """The derived id of each phone."""
    messages = plan(table, **options).messages
    return dict(zip(messages["toPhone"], messages["id"], strict=True))


def test_ids_follow_the_person_and_not_the_query():
    """However the segment is re-queried or a phone is spelled, a person keeps their id."""
    table = segment(5)
    again = table.iloc[[3, 1, 4]].assign(extra=1, phone=lambda part: part["phone"].str[3:])
    first = ids(table)
    assert ids(again) == {phone: first[phone] for phone in again["phone"].radd("+38")}


def test_ids_differ_by_campaign_and_by_secret():
    """Another campaign may reach the person again; another ledger cannot guess the id."""
    table = segment(2)
    made = [
        ids(table, campaign="autumn"),
        ids(table, campaign="Autumn"),
        ids(table, campaign="осінь"),
        ids(table, memory=Memory(secret=bytes(32))),
    ]
    assert len({one for found in made for one in found.values()}) == 8


@pytest.mark.parametrize(
    "campaign",
    ["autumn-promo", "Осінь", "50% off!", "😀", "a" * 300, "été/Ünï", "-", "380501112233"],
)
def test_derived_ids_are_legal_for_any_campaign(campaign):
    """Whatever the campaign is called, the id keeps to the API's alphabet and length."""
    for phone, one in ids(segment(3), campaign=campaign).items():
        assert re.fullmatch(ID_PATTERN, one)
        assert len(one) <= ID_MAX_CHARACTERS
        assert phone[-7:] not in one.removeprefix(slug(campaign))


def test_a_slug_is_what_may_stand_in_an_id():
    """The readable part of an id keeps Latin letters and digits and nothing else."""
    assert slug("Autumn promo, 2026!") == "Autumn-promo-2026"
    assert slug("Été") == "Ete"
    assert slug("Осінь") == "campaign"
    assert len(slug("a" * 300)) == 60


def test_neither_id_nor_campaign_is_refused():
    """Without either there is nothing by which a person is messaged only once."""
    with pytest.raises(MappingError, match=r"Give campaign= .*id="):
        plan(segment(), campaign=None)


def test_the_first_sound_row_of_a_person_stands():
    """A person who is there three times is messaged once, by the first row that can be sent."""
    table = pd.DataFrame(
        {
            "phone": ["0200000001", "+380200000001", "380200000001.0", "0200000002"],
            "name": objects(None, "b", "c", "d"),
        }
    )
    made = drop(table, text="Hi {name}")
    assert made.rows.tolist() == [1, 3]
    assert made.rejected["reason"].tolist() == [Reason.MISSING_VALUE, Reason.DUPLICATE_RECIPIENT]
    assert made.rejected["detail"].iat[1] == (
        "phone: an earlier row of this campaign has the same recipient"
    )


def test_doubled_ids_of_the_caller_are_told_as_that():
    """With ids of their own, a person may get several messages but an id only one."""
    table = segment(order=["a", "b", "a"]).assign(phone="+380200000001")
    assert rejected(table, id="{order}") == {
        2: (Reason.DUPLICATE_ID, "order: an earlier row has the same id")
    }


def test_a_row_without_phone_has_no_id_and_one_fault():
    """The id that could not be derived is not a fault of its own."""
    made = drop(segment(2).assign(phone=["", "0200000001"]))
    assert made.rejected["detail"].tolist() == ["phone: a value that the message needs is missing"]
    assert made.tracking_ids.isna().tolist() == [True, False]


def test_an_id_used_before_for_other_content_is_rejected():
    """What a ledger remembers under an id is not sent a second time as something else."""
    made = drop(segment(order=["a", "b"]), id="{order}", memory=Memory(reused=["a"]))
    assert made.rejected[["position", "reason"]].to_numpy().tolist() == [[0, Reason.ID_REUSED]]
    assert made.rows.tolist() == [1]
    assert len(made.keys) == len(made.standing.table) == 1


def test_integer_ids_are_written_plainly():
    """Order numbers that blanks made float are the numbers they were."""
    table = segment(order=[10.0, None, 12.0])
    assert drop(table, id="order-{order}").messages["id"].tolist() == ["order-10", "order-12"]


def test_the_message_table_has_its_promised_dtypes():
    """Columns and dtypes are the same whatever was given."""
    messages = plan(segment()).messages
    assert messages.columns.tolist() == [str(field) for field in Field]
    assert messages.dtypes.astype(str).to_dict() == {
        "id": "str",
        "fromName": "str",
        "toPhone": "str",
        "messageType": "str",
        "text": "str",
        "ttl": "Int64",
        "scheduledSent": "datetime64[us, UTC]",
        "surveyOptions": "object",
    }
    assert messages.index.tolist() == [0, 1, 2]
