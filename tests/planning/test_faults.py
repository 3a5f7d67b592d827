"""Faults: found a column at a time, told a row at a time, none lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.outcomes import WORDING, Reason
from cascade_frames.planning.faults import Faults


def test_a_row_is_told_all_its_faults_the_first_first():
    """The reason is the first fault's; the detail has every one of them."""
    faults = Faults(3)
    faults.add(Reason.PHONE_INVALID, "tel", np.array([True, False, False]))
    faults.add(Reason.SCHEMA, "age", np.array([True, False, True]), "fails ge(18) of the schema")
    told = faults.told()
    assert told["position"].tolist() == [0, 2]
    assert told["reason"].tolist() == ["phone_invalid", "schema"]
    assert told["detail"].tolist() == [
        f"tel: {WORDING[Reason.PHONE_INVALID]}; age: fails ge(18) of the schema",
        "age: fails ge(18) of the schema",
    ]


def test_no_fault_tells_nothing_in_the_same_shape():
    """A segment without faults gives an empty table with the same columns and dtypes."""
    faults = Faults(2)
    faults.add(Reason.SCHEMA, "x", np.zeros(2, dtype=bool))
    assert faults.found == []
    assert not faults.any.any()
    told = faults.told()
    assert told.dtypes.astype(str).to_dict() == {
        "position": "int64",
        "reason": "str",
        "detail": "str",
    }
    assert len(told) == 0


@given(st.data(), st.integers(1, 6))
def test_every_faulty_row_is_told_once(data, size):
    """Whatever overlaps, a row with faults is told once with as many as it has."""
    masks = data.draw(st.lists(st.lists(st.booleans(), min_size=size, max_size=size), max_size=5))
    faults = Faults(size)
    for number, mask in enumerate(masks):
        faults.add(Reason.SCHEMA, f"c{number}", np.array(mask), "rule")
    counts = np.array(masks, dtype=int).sum(axis=0) if masks else np.zeros(size, dtype=int)
    told = faults.told()
    assert told["position"].tolist() == np.flatnonzero(counts).tolist()
    assert (told["detail"].str.count("rule")).tolist() == counts[counts > 0].tolist()
    # The slow twin: row by row, fault by fault.
    assert told["detail"].tolist() == [
        "; ".join(fault.detail for fault in faults.found if fault.rows[row])
        for row in range(size)
        if counts[row]
    ]


@pytest.mark.parametrize("size", [0, 1])
def test_a_segment_of_any_size_can_be_told(size):
    """No rows at all is a size too."""
    assert len(Faults(size).told()) == 0


def test_what_is_told_of_a_constant_holds_for_all():
    """A fault of the one value that stands for all rows is a fault of every row."""
    one, all_rows = Faults(1), Faults(3)
    one.add(Reason.TTL_INVALID, "ttl", np.array([True]))
    all_rows.add_to_all(one)
    assert all_rows.any.tolist() == [True] * 3
    assert all_rows.found[0].detail == one.found[0].detail
