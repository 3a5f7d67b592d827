"""Hashes: the same for years, since ledgers remember people by them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.planning.hashing import (
    derive_ids,
    derive_key,
    hash_rows,
    hash_texts,
    hash_texts_by,
    repeats,
)

from .columns import TEXTS, forms
from .samples import SECRET, objects

KEY = "0123456789abcdef"
MASK = 2**64 - 1


def siphash24(message: bytes, key: bytes) -> int:
    """SipHash-2-4, written from its paper (Aumasson and Bernstein, 2012)."""
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v0, v1 = k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D
    v2, v3 = k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573

    def turned(word, bits):
        return ((word << bits) | (word >> (64 - bits))) & MASK

    def mixed(v0, v1, v2, v3):
        v0 = (v0 + v1) & MASK
        v1 = turned(v1, 13) ^ v0
        v0 = turned(v0, 32)
        v2 = (v2 + v3) & MASK
        v3 = turned(v3, 16) ^ v2
        v0 = (v0 + v3) & MASK
        v3 = turned(v3, 21) ^ v0
        v2 = (v2 + v1) & MASK
        v1 = turned(v1, 17) ^ v2
        v2 = turned(v2, 32)
        return v0, v1, v2, v3

    rest = len(message) % 8
    whole = len(message) - rest
    words = [int.from_bytes(message[at : at + 8], "little") for at in range(0, whole, 8)]
    words.append((len(message) & 0xFF) << 56 | int.from_bytes(message[whole:], "little"))
    for word in words:
        v3 ^= word
        for _ in range(2):
            v0, v1, v2, v3 = mixed(v0, v1, v2, v3)
        v0 ^= word
    v2 ^= 0xFF
    for _ in range(4):
        v0, v1, v2, v3 = mixed(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


def spread(word: int) -> int:
    """What pandas does to a hash afterwards: the finaliser of SplitMix64, one to one."""
    word = ((word ^ word >> 30) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ word >> 27) * 0x94D049BB133111EB) & MASK
    return word ^ word >> 31


def test_the_paper_s_own_vector():
    """The SipHash written here is the published one."""
    assert siphash24(bytes(range(15)), bytes(range(16))) == 0xA129CA6149BE45E5


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1))
def test_texts_hash_as_siphash(texts):
    """What pandas computes is SipHash-2-4 of the UTF-8 bytes, whatever its version."""
    expected = [spread(siphash24(text.encode(), KEY.encode())) for text in texts]
    assert hash_texts(objects(*texts), KEY).tolist() == expected


def test_known_hashes_of_texts():
    """The values in ledgers are of this make; another one would message people again."""
    hashes = hash_texts(objects("", "a", "Привіт 😀", None), KEY)
    assert hashes.dtype == np.uint64
    assert [f"{value:016x}" for value in hashes] == [
        "f7589b2e51c9b24a",
        "5273aa1ce27b377c",
        "5d1300951cde93d7",
        "1b23d4536111dacd",
    ]


def test_known_hashes_of_rows():
    """A message's content hashes to the same number in every version."""
    columns = {"text": objects("Привіт", None), "ttl": objects("86400", "60")}
    assert [f"{value:016x}" for value in hash_rows(columns, 2, SECRET)] == [
        "4a4612000673e669",
        "2675f6b99906eaba",
    ]


def test_known_ids():
    """The same person in the same campaign has the same id in every version."""
    assert derive_ids(objects("+380501112233", None), "autumn", "autumn", SECRET).tolist() == [
        "autumn-bd41af313cc2632a288abb8cbb2c99d1",
        None,
    ]


def test_a_missing_text_is_no_empty_one():
    """Nothing and an empty string are told apart, and no pandas missing value is special."""
    hashes = hash_texts(objects("", None, np.nan, pd.NA, pd.NaT), KEY)
    assert len(set(hashes.tolist())) == 2
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize("dtype", ["str", "object", "string", "category"])
def test_the_dtype_makes_no_difference(dtype):
    """A hash is of the text, not of how pandas holds it."""
    assert hash_texts(pd.Series(["a", "b"], dtype=dtype), KEY).tolist() == [
        spread(siphash24(text, KEY.encode())) for text in (b"a", b"b")
    ]


def test_a_column_of_nothing_changes_no_hash():
    """A field that a later version adds and nobody fills leaves every hash as it was."""
    one = {"text": objects("a", "b")}
    more = one | {"new": objects(None, None)}
    assert hash_rows(one, 2, SECRET).tolist() == hash_rows(more, 2, SECRET).tolist()


def test_one_value_stands_for_that_value_in_every_row():
    """A constant column hashes as written out; without any column nothing is said."""
    text, ttl = objects("a", "b", None), objects("60")
    written = {"text": text, "ttl": objects("60", "60", "60"), "fromName": objects(*"xxx")}
    once = written | {"ttl": ttl, "fromName": objects("x")}
    found = hash_rows(once, 3, SECRET)
    assert found.tolist() == hash_rows(written, 3, SECRET).tolist()
    apart = [hash_rows({name: values}, 3, SECRET) for name, values in written.items()]
    assert found.tolist() == np.bitwise_xor.reduce(apart).tolist()
    assert hash_rows({"ttl": ttl}, 3, SECRET).tolist() == apart[1].tolist()
    assert hash_rows({}, 3, SECRET).tolist() == [0, 0, 0]


def test_values_are_bound_to_their_columns_and_the_secret():
    """The same words in another field, or under another secret, hash otherwise."""
    value = objects("a")
    hashes = {
        int(hash_rows({"text": value}, 1, SECRET)[0]),
        int(hash_rows({"fromName": value}, 1, SECRET)[0]),
        int(hash_rows({"text": value, "fromName": value}, 1, SECRET)[0]),
        int(hash_rows({"text": value}, 1, bytes(32))[0]),
    }
    assert len(hashes) == 4


def test_the_order_of_columns_makes_no_difference():
    """A row is its values by name."""
    a, b = objects("x"), objects("y")
    assert hash_rows({"a": a, "b": b}, 1, SECRET) == hash_rows({"b": b, "a": a}, 1, SECRET)


def test_keys_fit_siphash_and_differ_by_purpose():
    """Each purpose has a 16-byte key of its own, from which the secret cannot be told."""
    keys = {derive_key(SECRET, purpose) for purpose in ("id", "content:text", "id:a:x", "id:b:x")}
    assert len(keys) == 4
    assert all(len(key) == 16 and key.isascii() for key in keys)


@given(TEXTS)
def test_every_form_of_a_column_hashes_alike(texts):
    """A hash is of the text: slices, chunks, constants and objects make no difference."""
    expected = hash_texts(objects(*texts), KEY).tolist()
    for form in forms(texts).values():
        assert hash_texts(form, KEY).tolist() == expected
        assert hash_texts_by(form, [KEY, "f" * 16])[0].tolist() == expected


@given(st.lists(st.sampled_from(["a", "b", "ж", "😀"]), max_size=10), st.data())
def test_repeats_are_those_of_a_plain_look(texts, data):
    """A text is a repeat where an earlier row that counts has it, colliding hashes or not."""
    size = len(texts)
    rows = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool)
    coarse = data.draw(st.booleans())
    hashes = np.array([len(t.encode()) if coarse else ord(t) for t in texts], dtype=np.uint64)
    seen, expected = set(), []
    for text, counts in zip(texts, rows, strict=True):
        expected.append(bool(counts) and text in seen)
        seen |= {text} if counts else set()
    assert repeats(pd.Series(texts, dtype="str"), hashes, rows).tolist() == expected


@pytest.mark.parametrize("bits", [0, 31, 32, 55, 56, 63])
def test_two_alike_are_found_among_many(bits):
    """Hashes that differ in one bit are told apart, and two that do not are found."""
    rng = np.random.default_rng(bits)
    hashes = rng.integers(0, 2**64, 5000, dtype=np.uint64)
    texts = pd.Series(range(5000)).astype("str")
    every = np.ones(5000, dtype=bool)
    hashes[4000] = hashes[1000] ^ np.uint64(1 << bits)
    assert not repeats(texts, hashes, every).any()
    hashes[4000], texts[4000] = hashes[1000], texts[1000]
    assert np.flatnonzero(repeats(texts, hashes, every)).tolist() == [4000]


@given(st.lists(st.none() | st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True), max_size=5))
def test_ids_are_the_two_hashes_in_hexadecimal(phones):
    """What is written a column at a time is what each phone by itself would get."""
    made = derive_ids(objects(*phones), "осінь", "autumn", SECRET).tolist()
    halves = [hash_texts(objects(*phones), derive_key(SECRET, f"id:{h}:осінь")) for h in "ab"]
    assert made == [
        phone and f"autumn-{high:016x}{low:016x}"
        for phone, high, low in zip(phones, *halves, strict=True)
    ]
