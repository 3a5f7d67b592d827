"""The join in columns equals one row by row."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.joining.join import counts, join_results
from cascade_frames.planning.fates import Fate, as_texts, fate_table
from cascade_frames.planning.memory import Standing
from cascade_frames.planning.plan import Origin

NOTHING = (None, None, None, None, None, 0, None)
AT = datetime(2026, 11, 2, 10, tzinfo=UTC)
FATES = [
    Fate("unsent", "not_started"),
    Fate("accepted", None, None, 1, 1, AT),
    Fate("unknown", "answer_lost", "d", 2, 3, AT),
]
kinds = st.sampled_from(["sent", "reused", "rejected", "skipped"])


@st.composite
def joins(draw):
    """An origin, a standing, and the rows that should come out."""
    rows = draw(st.lists(kinds, min_size=1, max_size=12))
    messages = [at for at, kind in enumerate(rows) if kind in ("sent", "reused")]
    codes = [draw(st.integers(0, len(FATES) - 1)) for _ in messages]
    receipts = [draw(st.none() | st.just(f"m{at}")) for at in messages]
    details = [draw(st.none() | st.just(f"detail {at}")) for at in range(len(rows))]
    origin = Origin(
        segment=pd.DataFrame({"own": range(len(rows))}, index=[7] * len(rows)),
        rows=None if len(messages) == len(rows) else np.array(messages, dtype="int64"),
        tracking_ids=pd.Series([f"id-{at}" for at in range(len(rows))], dtype="str"),
        **{kind: held(rows, kind, details) for kind in ("rejected", "skipped")},
    )
    reused = np.array([rows[at] == "reused" for at in messages], dtype=bool)
    known = as_texts(receipts) if draw(st.booleans()) else None
    receipts = receipts if known is not None else [None] * len(messages)
    standing = Standing(fate_table(FATES), np.array(codes, dtype=np.int32), known, reused)
    expected = []
    for at, kind in enumerate(rows):
        row = [f"id-{at}", *NOTHING]
        if kind in ("rejected", "skipped"):
            row[2:5] = kind, f"{kind} for a reason", details[at]
        elif kind == "reused":
            row[2:4] = "rejected", "id_reused"
        else:
            which = messages.index(at)
            row[1:] = receipts[which], *FATES[codes[which]]
        expected.append(tuple(row))
    return origin, standing, expected


def held(rows, kind, details):
    """The rows of a kind, as a plan tells them."""
    at = [position for position, one in enumerate(rows) if one == kind]
    return pd.DataFrame(
        {
            "position": np.array(at, dtype="int64"),
            "reason": pd.Series([f"{kind} for a reason"] * len(at), dtype="str"),
            "detail": pd.Series([details[one] for one in at], dtype="str"),
        }
    )


@given(made=joins())
def test_the_join_equals_the_slow_twin(made):
    """Messages, rejected, skipped and reused rows in any mixture."""
    origin, standing, expected = made
    joined = join_results(origin, standing, "_x")
    assert joined["own"].tolist() == list(range(len(expected)))
    assert joined.index.tolist() == [7] * len(expected)
    plain = joined.drop(columns="own").astype(object)
    plain = plain.where(plain.notna(), None)
    assert [tuple(row) for row in plain.itertuples(index=False)] == expected
    assert joined["attempts_x"].dtype == "int64"
    assert joined["batch_x"].dtype == "Int64"
    assert counts(origin, standing) == joined["outcome_x"].value_counts().to_dict()
