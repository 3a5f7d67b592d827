"""The segment that every contestant sends: in the API's terms already, ids given.

About 220 bytes a message as JSON. One text in a hundred has quotes, which JSON must escape;
all have a Ukrainian first name, which it need not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather

_NAMES: Final = ("Олена", "Іван", "Марія", "Остап", "Ганна", "Юрій", "Софія", "Мар'яна")
_OPERATORS: Final = ("50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99")


def make_frame(rows: int, first: int = 0) -> pd.DataFrame:
    """Make rows `first` to `first + rows` of the segment, the same on every call.

    Returns:
        `id`, `fromName`, `toPhone`, `messageType`, `text` (str) and `ttl` (int64, seconds); ids
        and phones are unique up to 120 million rows.
    """
    numbers = np.arange(first, first + rows)
    order = _padded(numbers, 9)
    operators = pa.array(_OPERATORS).take(pa.array(numbers // 10**7 % len(_OPERATORS)))
    # A prime step goes through all seven-digit numbers without repeating one.
    phones = _joined("+380", operators, _padded(numbers * 7_368_787 % 10**7, 7))
    names = pa.array(_NAMES).take(pa.array(numbers * 31 % len(_NAMES)))
    quoted = pc.if_else(pa.array(numbers % 100 == 0), 'the "best" price', "the best price")
    texts = _joined(names, ", 20% off until Sunday, ", quoted, ": https://example.com/a/", order)
    columns = {
        "id": _joined("autumn-promo-", order),
        "fromName": _constant("YourBrand", rows),
        "toPhone": phones,
        "messageType": _constant("promo", rows),
        "text": texts,
        "ttl": np.full(rows, 172_800),
    }
    return pd.DataFrame(
        {name: values if name == "ttl" else _as_str(values) for name, values in columns.items()}
    )


def save_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write the segment for children to read, in one chunk as a fresh table has it."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    feather.write_feather(
        table, str(path), compression="uncompressed", chunksize=max(len(frame), 1)
    )


def load_frame(path: Path) -> pd.DataFrame:
    """Read what `save_frame` wrote."""
    return pd.read_feather(path)


def fingerprint(frame: pd.DataFrame) -> int:
    """A sum over all ids as JSON, in any order, as the reference server counts it."""
    return sum(crc32(f'"{one}"'.encode()) for one in frame["id"])


def _padded(numbers: np.ndarray, width: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.large_string()), width, padding="0")


def _constant(value: str, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.large_string()), rows)


def _joined(*parts: pa.Array | str) -> pa.Array:
    large = [
        pa.scalar(part, pa.large_string())
        if isinstance(part, str)
        else part.cast(pa.large_string())
        for part in parts
    ]
    return pc.binary_join_element_wise(*large, pa.scalar("", pa.large_string()))


def _as_str(values: pa.Array) -> pd.Series:
    return pd.Series(pd.array(values.to_pandas(), dtype="str"))
