"""Codes: stable strings in people's tables, each with words."""

import pytest

from cascade_frames.outcomes import (
    DELIVERY_WORDING,
    FINAL,
    WORDING,
    Delivery,
    Outcome,
    Reason,
    is_final,
)


def test_the_outcomes_are_the_six_of_the_promise():
    """A row has one of six fates; reports count on their spelling."""
    assert [str(one) for one in Outcome] == [
        "accepted",
        "rejected",
        "skipped",
        "refused",
        "unsent",
        "unknown",
    ]


def test_every_reason_has_its_own_words():
    """No code is without wording, and no two say the same."""
    assert set(WORDING) == set(Reason)
    assert len(set(WORDING.values())) == len(Reason)


@pytest.mark.parametrize("reason", list(Reason))
def test_codes_are_their_names_and_wordings_are_plain(reason):
    """A code is written as it is in Python; its words fit into a sentence."""
    assert reason.value == reason.name.lower()
    assert WORDING[reason][-1] not in ".!"
    assert len(WORDING[reason]) < 80


def test_deliveries_are_the_words_of_the_api():
    """Tables hold the API's own words, and which of them stay is as it documents."""
    assert [str(one) for one in Delivery if not one.final] == ["scheduled", "processing"]
    assert {"delivered", "undeliverable", "permanenterror"} == FINAL
    assert set(DELIVERY_WORDING) == set(Delivery)
    assert len(set(DELIVERY_WORDING.values())) == len(Delivery)


@pytest.mark.parametrize("state", ["", "DELIVERED", "read", "processing"])
def test_a_word_that_is_not_known_is_not_final(state):
    """A message is asked about again unless the API is known to have said its last word."""
    assert not is_final(state)
