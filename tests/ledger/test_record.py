"""What a run's attempts come to equals going through them row by row."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.ledger import statements
from cascade_frames.ledger.blobs import pack_hashes, pack_texts
from cascade_frames.ledger.record import read_run
from cascade_frames.planning.fates import Fates, as_texts, having

SIZE = 8
AT = datetime(2026, 11, 2, 10, tzinfo=UTC)


@st.composite
def attempts(draw):
    """Attempts at parts of a run, in the order in which they were made."""
    made = []
    for number in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, SIZE - 1))
        stop = draw(st.integers(start + 1, SIZE))
        outcome = draw(st.sampled_from([None, "unknown", "unsent", "refused"]))
        reason = None if outcome is None else draw(st.sampled_from([None, "server_error"]))
        detail = None if outcome is None else draw(st.sampled_from([None, "HTTP 500"]))
        size = stop - start
        receipt = st.none() | st.just(f"m{number}")
        receipts = None
        if outcome == "unknown" and draw(st.booleans()):
            receipts = draw(st.lists(receipt, min_size=size, max_size=size))
        at = AT + timedelta(seconds=number)
        made.append((number + 1, 1, start, stop, at, outcome, reason, detail, receipts))
    return made


decisions = st.lists(
    st.tuples(
        st.sampled_from(["accepted", "resend"]),
        st.lists(st.integers(0, SIZE - 1), unique=True),
    ),
    max_size=2,
)


class Store:
    """A ledger of one run."""

    def __init__(self, made, decided):
        self.made = made
        self.decided = decided

    def rows(self, statement, _values):
        """The run, or what was decided of it."""
        if statement == statements.READ_RUN:
            return [(1, "run", SIZE)]
        assert statement == statements.READ_RESOLUTIONS
        return [
            (decision, AT.isoformat(), "host", 1, pack_hashes(np.array(positions, np.uint64)))
            for decision, positions in self.decided
        ]

    def each(self, statement, _values):
        """The attempts."""
        assert statement == statements.READ_ATTEMPTS
        for *row, at, outcome, reason, detail, receipts in self.made:
            packed = None if receipts is None else pack_texts(as_texts(receipts))
            yield (*row, at.isoformat(), outcome, reason, detail, packed)


def slowly(made, decided):
    """How each row stands, one by one."""
    rows = []
    for position in range(SIZE):
        row = ["unsent", "not_started", None, None, 0, None, None]
        for batch, _, start, stop, at, outcome, reason, detail, receipts in made:
            if not start <= position < stop:
                continue
            row[3], row[4], row[5] = batch, row[4] + 1, at
            if row[0] != "unknown":
                row[:3] = (outcome or "unknown", reason if outcome else "in_flight", detail)
            if receipts is not None:
                row[6] = receipts[position - start]
                if row[6] is not None:
                    row[:3] = ("accepted", None, None)
        for decision, positions in decided:
            if position in positions and row[0] == "unknown":
                row[2] = f"resolved as {decision}, 2026-11-02 10:00 UTC"
                row[:2] = ("accepted", None) if decision == "accepted" else ("unsent", row[1])
        rows.append(tuple(row))
    return rows


@given(made=attempts(), decided=decisions)
def test_a_run_equals_the_slow_twin(made, decided):
    """Splits, repeats, receipts for some, late decisions: each row as if it were alone."""
    record = read_run(Store(made, decided), 1, Fates())
    receipts = [None] * SIZE if record.message_ids is None else record.message_ids.to_pylist()
    rows = [
        (*record.fates[code], receipt)
        for code, receipt in zip(record.codes.tolist(), receipts, strict=True)
    ]
    assert rows == slowly(made, decided)
    unknown = [position for position, row in enumerate(rows) if row[0] == "unknown"]
    assert record.having("unknown").tolist() == unknown
    assert np.flatnonzero(having(record.fates.table(), record.codes, "unknown")).tolist() == unknown
