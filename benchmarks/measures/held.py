"""Held to the API's rate: how well it is used, and how much of the machine is left."""

from __future__ import annotations

from typing import Final

from benchmarks.arithmetic import median_of
from benchmarks.contract import BATCH
from benchmarks.figures import Figure
from benchmarks.setting import Setting

FIGURES: Final = ("held_time", "held_cpu")
_RATE: Final = 100.0
_REQUESTS_AT_LEAST: Final = 500


def measure(setting: Setting) -> list[Figure]:
    """Time from the first request to the last answer, and processor time of the whole call.

    Both are divided by the time that the limit itself takes. A small frame is sent in smaller
    batches, so that there are 500 requests at least.
    """
    batch = max(1, min(BATCH, setting.rows // _REQUESTS_AT_LEAST))
    runs = []
    for _ in range(1 if setting.mode == "quick" else setting.repeats):
        setting.say("held to 100 requests/s")
        took, counts = setting.run_send("ours", requests_per_second=_RATE, batch_size=batch)
        runs.append(took | {"passed": counts.last_at - counts.first_at})
    limit = (counts.requests - 1) / _RATE
    passed, cpu, whole = (median_of(runs, name) for name in ("passed", "cpu", "seconds"))
    setting.notes.append(
        f"held to 100 requests/s: {counts.requests:,} requests of {batch:,} messages, the whole "
        f"call {whole:.2f} s"
    )
    return [
        Figure("held_time", passed / limit, passed, limit),
        Figure("held_cpu", cpu / limit, cpu, limit),
    ]
