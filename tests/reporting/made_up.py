"""Result tables as they might come, odd ones among them."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

OUTCOMES = ["accepted", "rejected", "skipped", "refused", "unsent", "unknown"]
REASONS = [None, "phone_invalid", "opted_out", "api_refused", "run_halted", "answer_lost", "odd"]
DELIVERIES = [
    "delivered",
    "undeliverable",
    "permanenterror",
    "processing",
    "scheduled",
    "wat",
    None,
]
CHANNELS = ["telegram", "viber", "viber_business", "rcs", "sms", "call", "$new_{channel}$", None]
CURRENCIES = ["UAH", "EUR", None]
CITIES = ["Київ", "Львів", "=1+1", "<b>", "other", "(missing)", "", None]
BEGUN = pd.Timestamp("2026-10-24T22:00Z")

_minutes = st.integers(0, 5_000)
_row = st.fixed_dictionaries(
    {
        "city": st.sampled_from(CITIES),
        "age": st.integers(18, 22),
        "outcome": st.sampled_from(OUTCOMES) | st.just("accepted"),
        "reason": st.sampled_from(REASONS),
        "sent_at": st.none() | _minutes,
        "delivery": st.sampled_from(DELIVERIES) | st.just("delivered"),
        "channel": st.sampled_from(CHANNELS),
        "parts": st.none() | st.integers(1, 4),
        "cost": st.none() | st.sampled_from([0.0, 0.05, 0.25, 1.5]),
        "currency": st.sampled_from(CURRENCIES),
        "delivered_at": st.none() | _minutes,
    }
)
_DTYPES = {
    **dict.fromkeys(("city", "outcome", "reason", "delivery", "channel", "currency"), "str"),
    "age": "int64",
    "parts": "Int64",
    "cost": "float64",
}
OWN = ["outcome", "reason", "sent_at"]
TRACKED = ["delivery", "channel", "parts", "cost", "currency", "delivered_at"]


def table_of(rows):
    """A tracked result table of these rows; times are minutes after `BEGUN`."""
    columns = ["city", "age", *OWN, *TRACKED]
    table = pd.DataFrame(rows, columns=columns, dtype="object").astype(_DTYPES)
    for name in ("sent_at", "delivered_at"):
        minutes = pd.to_timedelta(pd.to_numeric(table[name]).astype("float64"), unit="min")
        table[name] = (BEGUN + minutes).astype("datetime64[us, UTC]")
    return table


@st.composite
def result_tables(draw, tracked=True):
    """A result table and its suffix."""
    table = table_of(draw(st.lists(_row, max_size=25)))
    if not tracked:
        table = table.drop(columns=TRACKED)
    suffix = draw(st.sampled_from(["", "_sms"]))
    table = table.rename(columns={name: f"{name}{suffix}" for name in [*OWN, *TRACKED]})
    if draw(st.booleans()):
        for name in ("city", f"outcome{suffix}", f"delivery{suffix}", f"channel{suffix}"):
            if name in table:
                table[name] = table[name].astype("category")
    index = draw(st.sampled_from(["range", "same", "two"]))
    if index == "same":
        table.index = pd.Index([7] * len(table))
    elif index == "two":
        table.index = pd.MultiIndex.from_arrays([np.zeros(len(table)), np.arange(len(table)) // 2])
    return table, suffix


def plain(table, suffix=""):
    """The table with the plain names of the result's columns, texts as such and a plain index."""
    named = table.rename(columns={f"{name}{suffix}": name for name in [*OWN, *TRACKED]})
    texts = {name: "str" for name in _DTYPES if _DTYPES[name] == "str" and name in named}
    return named.astype(texts).reset_index(drop=True)
