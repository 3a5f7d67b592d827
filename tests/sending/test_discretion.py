"""What the API quotes of a request is not handed on, and its own words are."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cascade_frames.contract import Field
from cascade_frames.sending.discretion import PIECE, Discretion

KEY = "k-5f0c31d2-aa"
OWN = "cannot be taken: "


def body(**fields):
    """Return a request of one message."""
    return json.dumps([{"id": "order-12345", "messageType": "transaction", **fields}]).encode()


@given(st.text(min_size=PIECE, max_size=40), st.data())
def test_no_piece_of_a_text_survives(text, data):
    """Of a text quoted whole, in part or in capitals, no eight letters in a row are left."""
    assume(not any(name.lower() in text.lower() for name in Field))  # those are the API's own
    start = data.draw(st.integers(0, len(text) - PIECE))
    stop = data.draw(st.integers(start + PIECE, len(text)))
    quoted = data.draw(st.sampled_from([str, str.upper]))(text[start:stop])
    told = Discretion([], body(text=text))(f"{OWN}{quoted}")
    pieces = {text[at : at + PIECE].lower() for at in range(len(text) - PIECE + 1)}
    pieces -= {OWN[at : at + PIECE] for at in range(len(OWN))}
    if quoted.lower() == text[start:stop].lower():
        assert not [piece for piece in pieces if piece.strip() and piece in told.lower()]


@given(st.text(max_size=60))
def test_the_apis_own_words_stay(words):
    """Where nothing is quoted, nothing is taken away."""
    assert Discretion([], body(text="ж" * 20))(words) == words


@pytest.mark.parametrize(
    ("fields", "words", "told"),
    [
        ({"text": "Anna, your parcel"}, "text 'Anna, your parcel' is bad", "text '…' is bad"),
        ({"text": "Hi\nthere, Anna"}, "bad: hi THERE, anna!", "bad: …!"),
        ({"customerData": {"name": "Olena"}}, "Olena is unknown", "… is unknown"),
        ({"customerData": {"name": "Olena"}}, "Olenas are unknown", "Olenas are unknown"),
        ({"surveyOptions": ["Very good", "Bad"]}, "option Very good", "option …"),
        ({"text": "4821"}, "code 4821 is weak", "code … is weak"),
        ({"text": "about messageType, Anna"}, "messageType transaction is unknown", None),
        ({"text": "transactions"}, "order-12345: transaction", None),
        ({}, f"key {KEY} is unknown", "key … is unknown"),
        ({}, f"key {KEY[:-2]}** is unknown", "key …** is unknown"),
    ],
)
def test_what_is_hidden_and_what_is_not(fields, words, told):
    """Values go whole or in pieces; ids, names of fields and what only resembles them stay."""
    assert Discretion([KEY], body(**fields))(words) == (told or words)


def test_links_are_hidden_too():
    """An upload of links is a request like any other."""
    links = {"variables": [{"id": 1, "type": "short_url", "value": "https://example.com/anna"}]}
    told = Discretion([], json.dumps(links).encode())("short_url https://example.com/anna is bad")
    assert told == "short_url … is bad"


def test_much_is_looked_through_quickly_and_kept_short():
    """A flood of words is cut before it is compared with anything."""
    assert len(Discretion([], body(text="word " * 100))("z" * 10**7)) < 1000
