"""How time and memory grow with rows, sent by blocks of a tenth of the largest size."""

from __future__ import annotations

from typing import Final

from benchmarks.arithmetic import exponent, median_of
from benchmarks.figures import Figure
from benchmarks.setting import Setting

FIGURES: Final = ("exponent", "flat")
_FULL: Final = 10_000_000
_MIB: Final = 2**20


def measure(setting: Setting) -> list[Figure]:
    """The exponent over three or four sizes, and the last blocks' memory to the first ones'."""
    largest = _FULL if setting.mode == "full" else setting.rows
    block = largest // 10
    sizes = [largest // 100, block, largest]
    if setting.mode == "full":
        sizes.insert(0, largest // 1000)
    runs: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    for number in range(1 if setting.mode == "quick" else setting.repeats):
        for size in sizes:
            if number and size > setting.rows:
                continue  # once is enough of the longest
            setting.say(f"growth, {size:,} rows")
            runs[size].append(_send(setting, size, block))
    seconds = {size: median_of(of, "seconds") for size, of in runs.items()}
    last, first = (median_of(runs[largest], name) / _MIB for name in ("memory", "memory_at_first"))
    told = "; ".join(f"{size:,} rows {took:.2f} s" for size, took in seconds.items())
    setting.notes.append(f"growth, by blocks of {block:,}: {told}")
    return [
        Figure("exponent", exponent(list(seconds), list(seconds.values()))),
        Figure("flat", last / first, last, first, "MiB"),
    ]


def _send(setting: Setting, rows: int, block: int) -> dict[str, float]:
    numbers = setting.run("send_blocks", rows=rows, block=block)
    assert setting.server.counts().messages == rows, "not every message was sent once"
    return numbers
