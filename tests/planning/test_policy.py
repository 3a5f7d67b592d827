"""Opt-out: nobody on the list is messaged, however their phone is written."""

import numpy as np
import pandas as pd
import pytest

from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason

from .samples import drop, objects, plan, segment

TABLE = segment(4)


@pytest.mark.parametrize(
    "opt_out",
    [
        ["020 000 00 01", "380200000003"],
        ("+380200000001", 200000003),
        {"0200000001", "80200000003"},
        pd.Series([200000001.0, np.nan, 200000003.0]),
        pd.Series(["0200000001", "0200000003"], index=[9, 9]),
        pd.Index(["0200000001", "0200000003"]),
        np.array(["0200000001", "0200000003"]),
        pd.DataFrame({"phone": ["0200000001", "0200000003"]}, index=[5, 5]),
        pd.DataFrame({"toPhone": [380200000001, 380200000003]}),
        iter(["0200000001", "0200000003", None, ""]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_people_on_the_list_are_skipped(opt_out):
    """Any spelling and any container holds the same people back, and nobody else."""
    made = plan(TABLE, opt_out=opt_out)
    assert made.skipped["position"].tolist() == [1, 3]
    assert set(made.skipped["reason"]) == {Reason.OPTED_OUT}
    assert made.rows.tolist() == [0, 2]
    assert not [one for one in made.advice if "opt_out" in one.wording]


def test_an_empty_list_holds_nobody_back():
    """A list on which nobody stands yet is no mistake."""
    assert len(plan(TABLE, opt_out=[]).skipped) == 0
    assert len(plan(TABLE, opt_out=pd.DataFrame({"phone": []})).skipped) == 0


def test_everyone_may_have_opted_out():
    """A plan in which nobody is left is a plan all the same, with nothing to send."""
    made = plan(TABLE, opt_out=TABLE)
    assert (len(made.messages), len(made.skipped), made.requests) == (0, 4, 0)
    assert str(made)
    assert made._repr_html_()


@pytest.mark.parametrize(
    ("opt_out", "fix"),
    [
        ("+380200000001", "not one value"),
        (380200000001, "not one value"),
        (b"+380200000001", "not one value"),
        (pd.DataFrame({"tel": ["0200000001"]}), "no column 'phone' or 'toPhone'"),
        (["Olha", "Ivan"], "not one of its entries"),
        (pd.DataFrame([["a", "b"]], columns=["phone", "phone"]), "2 columns named 'phone'"),
    ],
)
def test_a_list_that_holds_nobody_back_by_mistake_is_refused(opt_out, fix):
    """The wrong column or a lone value must not pass for an opt-out list."""
    with pytest.raises(MappingError, match=fix) as caught:
        plan(TABLE, opt_out=opt_out)
    assert "380200000001" not in str(caught.value)


def test_entries_that_are_no_phones_are_brought_to_notice():
    """An entry nobody can read holds nobody back, so the plan says so."""
    made = plan(TABLE, opt_out=["0200000001", "O200000003", "20000", None])
    assert made.skipped["position"].tolist() == [1]
    assert str(made.advice[0]) == (
        "2 × an entry of opt_out that is no phone, so it holds nobody back"
    )


def test_a_faulty_row_is_rejected_rather_than_skipped():
    """A row is told one fate; its fault comes before the policy."""
    table = segment(name=objects(None, "b"))
    made = drop(table, text="{name}", opt_out=[table["phone"].iat[0], "0509999999"])
    assert made.rejected["position"].tolist() == [0]
    assert len(made.skipped) == 0


def test_the_list_is_read_in_the_segment_s_region():
    """Both lists are written by the same people, so region= is theirs together."""
    table = pd.DataFrame({"phone": ["07700 900123", "07700 900124"]})
    made = plan(table, region="GB", opt_out=["7700900123"])
    assert made.skipped["position"].tolist() == [0]
