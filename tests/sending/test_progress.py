"""Counts of a run add up."""

from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.outcomes import Outcome
from cascade_frames.planning.fates import as_texts
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.verdicts import Settlement

outcomes = st.sampled_from([Outcome.UNSENT, Outcome.UNKNOWN, Outcome.REFUSED])
receipts = st.lists(st.sampled_from(["1", None]), min_size=1, max_size=5).map(tuple)


@given(st.lists(st.tuples(outcomes, receipts, st.booleans())))
def test_settled_is_never_more_than_there_is(batches):
    """Each row is counted under one heading, and unsent rows under none."""
    progress = Progress(total=sum(len(found) for _, found, _ in batches))
    for outcome, found, has in batches:
        settlement = Settlement(outcome, message_ids=as_texts(found) if has else None)
        progress = progress.after_request().after_batch(len(found), settlement)
    assert progress.settled <= progress.total
    assert progress.requests == len(batches)
    accepted = sum(one is not None for _, found, has in batches if has for one in found)
    assert progress.accepted == accepted
