"""What a sample tells of all: the draw, the shares, and how often the interval is right."""

import sys
from statistics import NormalDist

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cascade_frames as cf
from cascade_frames.reporting.estimate import draw, estimate_text

Z = NormalDist().inv_cdf(0.975)


def ids_of(count):
    """So many receipts."""
    return pa.array([f"receipt-{number}" for number in range(count)], pa.large_string())


def table(states, sampled=None):
    """A tracked table: one message a row."""
    made = pd.DataFrame(
        {
            "messageId": [f"m-{number}" for number in range(len(states))],
            "delivery": pd.array(states, dtype="str"),
        }
    )
    return made if sampled is None else made.assign(sampled=sampled)


@given(count=st.integers(1, 60), size=st.integers(1, 70), seed=st.text(max_size=5), data=st.data())
def test_the_draw_depends_on_the_messages_alone(count, size, seed, data):
    """As many as asked for, the same in any order, and the smaller draw within the larger."""
    ids = ids_of(count)
    drawn = draw(ids, size, seed)
    assert drawn.sum() == min(size, count)
    order = data.draw(st.permutations(range(count)))
    assert draw(ids.take(pa.array(order)), size, seed).tolist() == drawn[order].tolist()
    assert draw(ids, size + 1, seed)[drawn].all()


def test_the_draw_is_fair():
    """Over many seeds every message is drawn as often as any other, alone and in pairs."""
    ids = ids_of(20)
    draws = np.array([draw(ids, 5, f"plan {seed}") for seed in range(4000)])
    assert np.abs(draws.mean(axis=0) - 5 / 20).max() < 5 * np.sqrt(0.25 * 0.75 / 4000)
    together = (draws.T.astype(float) @ draws) / 4000
    pairs = together[~np.eye(20, dtype=bool)]
    expected = 5 * 4 / (20 * 19)
    assert np.abs(pairs - expected).max() < 5 * np.sqrt(expected / 4000)


def test_shares_and_intervals():
    """Counts of the sample, Wilson's bounds by the book, and the numbers they come to."""
    states = ["delivered"] * 80 + ["undeliverable"] * 15 + [None] * 5 + [None] * 900
    found = table(states, np.arange(1000) < 100).cascade.estimate()
    assert found.index.tolist() == ["delivered", "undeliverable", "not_heard"]
    assert found["sampled"].tolist() == [80, 15, 5]
    assert found["share"].tolist() == [0.8, 0.15, 0.05]
    middle, half = (0.8 + Z**2 / 200), Z * (0.8 * 0.2 / 100 + Z**2 / 4 / 100**2) ** 0.5
    bounds = [(middle - half) / (1 + Z**2 / 100), (middle + half) / (1 + Z**2 / 100)]
    assert found.loc["delivered", ["low", "high"]].tolist() == pytest.approx(bounds)
    assert found["messages"].tolist() == [800, 150, 50]
    assert (found["messages_low"] == (found["low"] * 1000).round()).all()
    narrow = cf.estimate(table(states, np.arange(1000) < 100), confidence=0.5)
    assert (narrow["high"] - narrow["low"] < found["high"] - found["low"]).all()
    assert "delivered: 80.0% (71.1% to 86.7%), 800 messages" in estimate_text(found)


def test_where_all_were_asked_nothing_is_estimated():
    """A share of all messages has no interval."""
    found = cf.estimate(table(["delivered"] * 3 + ["processing"]))
    assert (
        found["share"].tolist() == found["low"].tolist() == found["high"].tolist() == [0.75, 0.25]
    )
    assert found["messages"].tolist() == [3, 1]


def test_rows_without_a_message_do_not_count():
    """Rejected rows were never messages, and a message that stands twice is one."""
    tracked = table(["delivered", "delivered", None, "processing"])
    tracked["messageId"] = ["a", "a", None, "b"]
    assert cf.estimate(tracked)["sampled"].to_dict() == {"delivered": 1, "processing": 1}


@pytest.mark.parametrize("share", [0.02, 0.5, 0.93])
def test_the_interval_covers_the_truth_as_often_as_it_says(share):
    """Drawn 2,000 times from 10,000 messages: the truth lies within in 95 % or a little more."""
    rng = np.random.default_rng(11)
    truth = np.full(10_000, "undeliverable", dtype=object)
    truth[: int(10_000 * share)] = "delivered"
    hits = rng.hypergeometric(int(10_000 * share), 10_000 - int(10_000 * share), 400, size=2000)
    low, high = {}, {}
    for count in np.unique(hits).tolist():
        states = ["delivered"] * count + ["undeliverable"] * (400 - count) + [None] * 9600
        found = cf.estimate(table(states, np.arange(10_000) < 400))
        if count:
            low[count], high[count] = found.loc["delivered", ["low", "high"]]
        else:
            low[count], high[count] = 0.0, 1.0
    covered = np.mean([low[count] <= share <= high[count] for count in hits.tolist()])
    assert 0.93 <= covered <= 0.985


@pytest.mark.parametrize(
    ("made", "options", "kind", "words"),
    [
        (pd.DataFrame({"messageId": ["a"]}), {}, cf.MappingError, "no column 'delivery'"),
        (table([]), {}, cf.MappingError, "no accepted message"),
        (table(["delivered"]), {"confidence": 95}, cf.UsageError, "between 0 and 1"),
    ],
)
def test_what_cannot_be_estimated_says_why(made, options, kind, words):
    """A table that was not tracked, an empty one, a confidence in per cent."""
    with pytest.raises(kind, match=words):
        cf.estimate(made, **options)


def test_without_statsmodels_the_extra_is_named(monkeypatch):
    """The base install has no intervals, and says what to install."""
    monkeypatch.setitem(sys.modules, "statsmodels.stats", None)
    with pytest.raises(cf.UsageError, match=r"cascade-frames\[report\]"):
        cf.estimate(table(["delivered", None], [True, False]))
