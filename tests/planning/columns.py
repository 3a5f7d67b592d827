"""One column of strings in every form that pandas and Arrow hold it in."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

# Letters of one to four bytes, white space of each length, quotes, digits, NUL.
LETTERS = st.sampled_from(list("aZ9+-_.: \t\"'\\\0жЇ«”中😀\u00a0\u1680\u2003\u3000\x85"))
WORDS = st.text(LETTERS, max_size=6) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
TEXTS = st.lists(st.none() | WORDS, max_size=12)


def large(texts):
    """Arrow's own, with wide offsets."""
    return pa.array(texts, pa.large_string())


def forms(texts):
    """The same texts in every form, by name."""
    padding = ["before\0", None, "ж"]
    chunks = [texts[: len(texts) // 2], [], texts[len(texts) // 2 :]]
    return {
        "large_string": large(texts),
        "string": pa.array(texts, pa.string()),
        "slice": large(padding + texts + padding).slice(len(padding), len(texts)),
        "chunked": pa.chunked_array([large(chunk) for chunk in chunks], pa.large_string()),
        "dictionary": large(texts).dictionary_encode(),
        "str": pd.Series(texts, dtype="str"),
        "str slice": pd.Series(padding + texts, dtype="str").iloc[len(padding) :],
        "object": pd.Series(texts, dtype=object),
        "category": pd.Series(texts, dtype="str").astype("category"),
        "ndarray": np.array([*texts, None], dtype=object)[:-1],
    }
