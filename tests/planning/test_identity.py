"""Which message a row is: the very id that a plan gives it."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.errors import MappingError
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.identity import identify
from cascade_frames.planning.mapping import MessageMapping
from cascade_frames.planning.messages import draft

SECRET = bytes(32)
phones = st.sampled_from(
    ["0501112233", "+380 50 111 22 33", "0501112234", "bad", "", None, 501112235]
)
orders = st.sampled_from([1, 2, 3, None])


def drafted(segment, **mapping):
    """What a plan makes of the segment."""
    given = {"from_name": "Brand", "message_type": "promo", "text": "Hello"} | mapping
    return draft(
        segment,
        MessageMapping(**given),
        campaign="c",
        region="UA",
        secret=SECRET,
        now=datetime.now(UTC),
        faults=Faults(len(segment)),
    )


def identified(segment, **how):
    """Which messages the rows are."""
    given = {"id": None, "to_phone": None, "campaign": "c", "region": "UA", "secret": SECRET}
    return identify(segment, **(given | how))


def agree(segment, how):
    """Whether ids, rejected rows and their reasons are a plan's."""
    planned, found = drafted(segment, **how), identified(segment, **how)
    assert (
        found.ids.to_pylist()
        == planned.table["id"].astype("object").where(planned.table["id"].notna(), None).tolist()
    )
    pd.testing.assert_frame_equal(found.faults.told(), planned.faults.told())
    assert np.array_equal(found.keys.id_hashes, planned.id_hashes)


@given(st.lists(phones, min_size=1, max_size=8))
def test_derived_ids_and_faults_are_those_of_a_plan(column):
    """Whatever is in the column: repeated, unreadable or missing phones."""
    agree(pd.DataFrame({"phone": pd.Series(column, dtype=object)}), {"to_phone": "{phone}"})


@given(st.lists(st.tuples(phones, orders), min_size=1, max_size=8))
def test_ids_of_a_template_are_those_of_a_plan(rows):
    """Where an order has no number, or comes twice."""
    segment = pd.DataFrame(rows, columns=["phone", "order"]).astype({"order": "Int64"})
    agree(segment, {"to_phone": "{phone}", "id": "order-{order}"})


def test_columns_of_the_apis_names_are_fallen_back_to():
    """A message table needs no arguments."""
    by_phone = pd.DataFrame({"toPhone": ["+380501112233"]})
    agree(by_phone, {})
    by_id = by_phone.assign(id=["order-1"])
    assert identified(by_id).ids.to_pylist() == ["order-1"]


def test_a_receipts_id_comes_first():
    """A result table is joined by what it was joined by; a row without an id is no faulty one."""
    table = pd.DataFrame({"trackinId": ["a", None, "a"], "toPhone": ["+380501112233"] * 3})
    found = identified(table)
    assert found.ids.to_pylist() == ["a", None, "a"]
    assert found.faults.told()[["position", "reason"]].values.tolist() == [[2, "duplicate_id"]]


def test_who_is_who_has_to_be_said():
    """With none of the three there is nothing to go by."""
    with pytest.raises(MappingError, match="as the send did"):
        identified(pd.DataFrame({"phone": ["0501112233"]}))
