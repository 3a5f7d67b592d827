"""Ours, whole: `df.cascade.send` with its checks, a ledger at full sync, and the join.

Everything is as a user would have it, but the rate, which is lifted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

import cascade_frames as cf
from benchmarks.contract import BATCH, KEY

LIFTED: Final = 10_000.0


def account(url: str, requests_per_second: float = LIFTED) -> cf.Account:
    """The account of the reference server."""
    return cf.Account(
        name="benchmark",
        base_url=url,
        api_key=KEY,
        requests_per_second=requests_per_second,
    )


def send(
    frame: pd.DataFrame,
    url: str,
    folder: Path,
    requests_per_second: float = LIFTED,
    batch_size: int = BATCH,
) -> pd.DataFrame:
    """Check, record, send and join; the ledger is in the folder."""
    return frame.cascade.send(  # type: ignore[no-any-return]
        account=account(url, requests_per_second),
        ledger=folder / "ledger.sqlite3",
        batch_size=batch_size,
        ui="none",
    )
