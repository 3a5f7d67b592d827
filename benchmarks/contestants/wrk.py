"""The ceiling: wrk posts ready-made bodies, and reads no reply."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

import msgspec
import pandas as pd

from benchmarks.contract import BATCH, PATH

_SCRIPT: Final = Path(__file__).with_name("wrk.lua")
_BODIES: Final = 100
_CONNECTIONS: Final = 4


def installed() -> bool:
    """Whether wrk is on this machine."""
    return shutil.which("wrk") is not None


def write_bodies(frame: pd.DataFrame, folder: Path) -> list[Path]:
    """The bodies of up to the first 100 batches, each in a file."""
    paths = []
    for number, start in enumerate(range(0, min(len(frame), _BODIES * BATCH), BATCH)):
        path = folder / f"{number:03}.json"
        records = frame.iloc[start : start + BATCH].to_dict("records")
        path.write_bytes(msgspec.json.encode(records))
        paths.append(path)
    return paths


def post(bodies: list[Path], url: str, seconds: int) -> None:
    """Post the bodies over and over for so many seconds; the server counts."""
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", "-s", str(_SCRIPT), url + PATH]
    done = subprocess.run(
        [*command, "--", *map(str, bodies)], check=True, capture_output=True, text=True
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    assert "Socket errors" not in done.stdout, done.stdout
