"""Columns in the ledger come back as they were, and are read by the slow twin too."""

import zlib

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.ledger.blobs import (
    Unpacked,
    pack_hashes,
    pack_texts,
    unpack_hashes,
    unpack_texts,
)
from cascade_frames.planning.fates import as_texts
from tests.support.blobs import read_texts

texts = st.lists(st.none() | st.text(max_size=20), max_size=30)


@given(held=texts, before=st.integers(0, 5), after=st.integers(0, 5))
def test_strings_come_back(held, before, after):
    """Any strings, missing ones too, and slices of a longer column."""
    column = as_texts(["x"] * before + held + [None] * after).slice(before, len(held))
    blob = pack_texts(column)
    assert unpack_texts(blob).to_pylist() == held == read_texts(blob)


def old_form(texts):
    """As ledgers of before version 5 hold strings; the empty ones are missing."""
    return zlib.compress("\n".join(text or "" for text in texts).encode())


columns = st.lists(st.none() | st.sampled_from(["aa", "bb", "c", ""]), max_size=5)
old_columns = st.lists(st.none() | st.sampled_from(["aa", "bb", "c"]), min_size=1, max_size=5)


@given(
    held=st.lists(st.tuples(st.just(False), columns) | st.tuples(st.just(True), old_columns)),
    piece=st.integers(1, 7),
    together=st.integers(1, 4),
)
def test_strings_of_many_blobs(held, piece, together):
    """Several blobs are one column, whatever its pieces, their form, and how many are added."""
    pack = {True: old_form, False: lambda texts: pack_texts(as_texts(texts))}
    blobs = [pack[old](texts) for old, texts in held]
    unpacked = Unpacked(piece)
    missing = []
    for at in range(0, len(blobs), together):
        missing += [one.tolist() for one in unpacked.add(blobs[at : at + together])]
    assert missing == [[text is None for text in texts] for _, texts in held]
    column = unpacked.column()
    assert column.type == pa.large_string()
    assert column.to_pylist() == [text for _, texts in held for text in texts]
    column.validate(full=True)


def test_strings_of_one_length_share_their_ends():
    """Receipts are of one length as a rule, so where they end is kept once."""
    unpacked = Unpacked(3)
    for letter in "abc":
        unpacked.add([pack_texts(as_texts([letter * 2] * 3))])
    ends = {piece.buffers()[1].address for piece in unpacked.column().chunks}
    assert len(ends) == 1


def test_a_null_with_bytes_of_its_own():
    """What an Arrow array keeps behind a null is not taken for the next string."""
    plain = as_texts(["hidden", "shown"])
    masked = pa.LargeStringArray.from_buffers(
        2, plain.buffers()[1], plain.buffers()[2], pa.py_buffer(b"\x02")
    )
    assert unpack_texts(pack_texts(masked)).to_pylist() == [None, "shown"]


@given(held=st.lists(st.none() | st.text("abc-Ж", min_size=1, max_size=9), min_size=1, max_size=9))
def test_strings_of_ledgers_of_before(held):
    """The form of before version 5 is read as it is."""
    blob = zlib.compress("\n".join(text or "" for text in held).encode(), 1)
    assert unpack_texts(blob).to_pylist() == held == read_texts(blob)


def test_a_string_that_is_too_long():
    """No length is cut: what does not fit is refused."""
    assert unpack_texts(pack_texts(as_texts(["x" * 65_534]))).to_pylist() == ["x" * 65_534]
    with pytest.raises(ValueError, match="too long"):
        pack_texts(as_texts(["x" * 65_535]))


@given(held=st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_hashes_come_back(held):
    """Eight bytes each, the least of them first."""
    blob = pack_hashes(np.array(held, dtype=np.uint64))
    assert blob == b"".join(one.to_bytes(8, "little") for one in held)
    assert unpack_hashes(blob).tolist() == held
