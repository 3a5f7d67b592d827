"""Import time beyond that of pandas, in fresh interpreters, from compiled bytecode."""

from __future__ import annotations

import statistics
import subprocess
import sys
from typing import Final

from benchmarks.figures import Figure
from benchmarks.server import child_environment
from benchmarks.setting import Setting

FIGURES: Final = ("import",)
_TIMES: Final = 7
_SCRIPT: Final = """
import time
import pandas
begun = time.perf_counter()
import cascade_frames
print(time.perf_counter() - begun)
"""


def measure(setting: Setting) -> list[Figure]:
    """The median of seven imports, after one that leaves the bytecode."""
    setting.say("import")
    took = [_import() for _ in range(_TIMES + 1)][1:]
    seconds = statistics.median(took)
    return [Figure("import", seconds, seconds)]


def _import() -> float:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        capture_output=True,
        check=True,
        text=True,
        env=child_environment(),
    )
    return float(done.stdout)
