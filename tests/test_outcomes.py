"""Codes: stable strings in people's tables, each with words."""

import pytest

from cascade_frames.outcomes import WORDING, Outcome, Reason


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
