"""Hashing beside the checks gives what hashing after them would."""

import threading

import numpy as np
import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.planning import beside
from cascade_frames.planning.beside import HashedBeside
from cascade_frames.planning.content import message_hashes
from cascade_frames.planning.hashing import id_hashes

from .samples import SECRET, objects, plan, segment

TABLE = pd.DataFrame(
    {
        "id": pd.Series(["a", "b", "c"], dtype="str"),
        "toPhone": pd.Series(["+380501112233", None, "+380501112235"], dtype="str"),
        "text": pd.Series(["x", "y", "x"], dtype="str"),
        "ttl": pd.Series([60, 60, 90], dtype="Int64"),
        "viberMessage": objects(b"{}", None, b"[1]"),
    }
)


@pytest.fixture(params=[1, 10_000], ids=["thread", "alone"], autouse=True)
def _with_a_thread_or_without(request, monkeypatch):
    """Take three rows for many, or for few."""
    monkeypatch.setattr(beside, "_MANY", request.param)


def hashed(table):
    """Hash a table column by column."""
    with HashedBeside(len(table), SECRET) as made:
        for name in table.columns:
            made.add(name, table[name])
    return made


@pytest.mark.parametrize("rows", [[True] * 3, [True, False, True], [False] * 3])
def test_the_hashes_are_those_of_the_table(rows):
    """Of all rows or of some: as the whole table of them is hashed."""
    rows = np.array(rows)
    made = hashed(TABLE)
    assert made.ids().tolist() == id_hashes(TABLE["id"], SECRET).tolist()
    expected = message_hashes(TABLE.drop(columns="id")[rows].reset_index(drop=True), SECRET)
    found = made.said(rows)
    assert [one.tolist() for one in found] == [one.tolist() for one in expected]


def test_what_has_no_hash_spoils_no_sound_row():
    """Half an emoji in a row that is not sent: the rest is hashed all the same."""
    options = objects(["a"], ["\ud83d"], ["b"])
    rows = np.array([True, False, True])
    table = TABLE.assign(surveyOptions=options)
    found = hashed(table).said(rows)
    expected = message_hashes(table.drop(columns="id")[rows].reset_index(drop=True), SECRET)
    assert [one.tolist() for one in found] == [one.tolist() for one in expected]


def threads():
    """The threads that hash."""
    return [one for one in threading.enumerate() if one.name.startswith("cascade-hashes")]


def test_no_thread_is_left():
    """A plan that is made leaves nothing running."""
    hashed(TABLE).said(np.ones(3, dtype=bool))
    assert not threads()


def test_no_thread_outlasts_an_argument_that_does_not_fit():
    """A call that ends in an error leaves no thread waiting for more columns."""
    with pytest.raises(cf.MappingError, match="argument of its own") as caught:
        plan(segment(x=["a", "b"]), extra={"text": "x"})
    for thread in threads():
        thread.join(10)
    assert not threads()
    del caught  # until here its traceback holds whatever the call had begun
