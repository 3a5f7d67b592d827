"""Bad rows are found in few requests, whatever their places."""

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.fates import as_texts
from cascade_frames.sending.isolation import PARTS_OF_A_RUN, Isolation, RunRefusals
from cascade_frames.sending.records import Batch
from cascade_frames.sending.replies import ApiError
from cascade_frames.sending.verdicts import Cause, Settlement, Step, Verdict

ERROR = ApiError("BAD_TEXT", "text", "no")


def answer(part, bad):
    """Judge what an API would say that dislikes these rows."""
    if not bad.intersection(range(part.start, part.stop)):
        receipts = as_texts([str(at) for at in range(part.start, part.stop)])
        return Verdict(Settlement(Outcome.UNKNOWN, Reason.NOT_IN_REPLY, None, receipts))
    if len(part) == 1:
        return Verdict(Settlement(Outcome.REFUSED, Reason.API_REFUSED), error=ERROR)
    return Verdict(Settlement(Outcome.UNSENT, Reason.BATCH_REFUSED), Step.SPLIT, error=ERROR)


def isolate(rows, bad):
    """Take one batch apart; return what became of each row, the requests and why it ended."""
    numbers = itertools.count(1)
    run = RunRefusals(numbers, 1)
    isolation = Isolation(Batch(next(numbers), 0, rows), run)
    outcomes, requests = {}, 0
    while isolation.open and not isolation.given_up_for:
        part = isolation.take()
        verdict = answer(part, bad)
        requests += 1
        isolation.add(part, verdict)
        if verdict.step is not Step.SPLIT:
            for row in range(part.start, part.stop):
                assert row not in outcomes
                outcomes[row] = verdict.settlement.outcome
    return outcomes, requests, isolation.given_up_for if isolation.open else None


def most(rows, bad):
    """Return the requests that so many bad rows may cost."""
    return 2 * bad * (math.log2(rows / bad) + 2) + 1 if bad else 1


@given(st.data(), st.integers(1, 1000))
def test_exactly_the_bad_rows_are_refused_within_the_bound(data, rows):
    """Each row is settled once, as it should be; or nothing at all was accepted."""
    bad = data.draw(st.sets(st.integers(0, rows - 1), max_size=60))
    outcomes, requests, cause = isolate(rows, bad)
    assert requests <= most(rows, len(bad))
    if cause is None:
        assert set(outcomes) == set(range(rows))
        assert {row for row, one in outcomes.items() if one is Outcome.REFUSED} == bad
    else:
        assert cause is Cause.SYSTEMIC_REFUSAL
        assert set(outcomes.values()) <= {Outcome.REFUSED}


def test_the_bad_rows_of_many_batches_share_one_budget():
    """Whole batches always may go; their parts only while the run has some left."""
    numbers = itertools.count(1)
    run = RunRefusals(numbers, 0)
    run.parts_left = 2
    first = Isolation(Batch(next(numbers), 0, 4), run)
    while not first.given_up_for:
        part = first.take()
        first.add(part, answer(part, {0, 3}))
    assert first.given_up_for is Cause.TOO_MANY_REFUSALS
    second = Isolation(Batch(next(numbers), 4, 8), run)
    assert second.given_up_for is None
    second.add(second.take(), answer(Batch(0, 4, 8), {5}))
    assert second.given_up_for is Cause.TOO_MANY_REFUSALS
    assert RunRefusals(numbers, 3).parts_left > PARTS_OF_A_RUN
