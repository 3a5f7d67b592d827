"""How messages stand, asked as a whole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.outcomes import Outcome
from cascade_frames.planning.fates import Fate, fate_table
from cascade_frames.planning.memory import Standing
from cascade_frames.planning.pieces import PIECE

FATES = [Fate(str(outcome)) for outcome in (*Outcome, Outcome.UNSENT)]


@given(
    codes=st.lists(st.integers(0, len(FATES) - 1), max_size=9), before=st.sampled_from([0, PIECE])
)
def test_an_outcome_is_held_where_any_message_has_it(codes, before):
    """Wherever the message stands, and whichever of the alike fates it has."""
    numbers = np.array([0] * before + codes, dtype=np.int32)
    standing = Standing(fate_table(FATES), numbers, None, np.zeros(len(numbers), dtype=bool))
    found = {outcome for outcome in Outcome if standing.holds(outcome)}
    assert found == {FATES[code].outcome for code in numbers.tolist()}
