"""The naive loop: requests, one batch after the other, as the API document's example reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import requests

from benchmarks.contract import BATCH, HEADERS, PATH


def send(frame: pd.DataFrame, url: str, folder: Path) -> pd.DataFrame:  # noqa: ARG001 - as the others
    """Send and join."""
    found: dict[str, str] = {}
    for start in range(0, len(frame), BATCH):
        records: Any = frame.iloc[start : start + BATCH].to_dict("records")
        reply = requests.post(url + PATH, json=records, headers=HEADERS, timeout=60)
        reply.raise_for_status()
        found.update((receipt["trackinId"], receipt["messageId"]) for receipt in reply.json())
    return frame.assign(messageId=frame["id"].map(found))
