"""What is measured, and what is aimed at."""

from __future__ import annotations

import enum
from typing import Final

import msgspec


class Better(enum.StrEnum):
    """Which way a figure should go."""

    HIGHER = "higher"
    LOWER = "lower"


class Target(msgspec.Struct, frozen=True):
    """One line of the table.

    Attributes:
        words: what is measured.
        target, moonshot: to be reached; a moonshot may be None.
        better: whether a higher or a lower figure is better.
        unit: of the figure; empty for a ratio.
        judged: a ratio that holds from machine to machine, so that a fall is a regression.
    """

    words: str
    target: float
    moonshot: float | None
    better: Better = Better.LOWER
    unit: str = ""
    judged: bool = True

    def reached_by(self, value: float) -> bool:
        """Whether a figure is as good as the target."""
        return value >= self.target if self.better is Better.HIGHER else value <= self.target

    def moonshot_reached_by(self, value: float) -> bool:
        """Whether a figure is as good as the moonshot, where there is one."""
        if self.moonshot is None:
            return False
        return value >= self.moonshot if self.better is Better.HIGHER else value <= self.moonshot


_UP: Final = Better.HIGHER

TARGETS: Final[dict[str, Target]] = {
    "naive": Target("time of the naive loop ÷ ours", 8, 12, _UP),
    "good": Target("time of the good loop ÷ ours", 3.5, 5, _UP),
    "expert": Target("time of the expert's loop ÷ ours", 1.2, 2, _UP),
    "wrk": Target("our time ÷ wrk's with ready-made bodies", 3.5, 2),
    "memory": Target("our peak memory above the frame ÷ the good loop's", 0.25, 0.15),
    "encode_structs": Target("encoding: msgspec structs' time ÷ ours", 3, None, _UP),
    "encode_records": Target("encoding: to_dict and orjson's time ÷ ours", 20, None, _UP),
    "validate_valid": Target("validation, all rows valid: declared ÷ ours", 2.5, None, _UP),
    "validate_failing": Target("validation, all rows failing: declared ÷ ours", 10, None, _UP),
    "again": Target("second send ÷ first", 0.35, 0.2),
    "held_time": Target("held to 100 requests/s: time ÷ the limit's own", 1.03, None),
    "held_cpu": Target("held to 100 requests/s: share of one core", 0.40, 0.25, judged=False),
    "exponent": Target("time against rows: exponent", 1.05, None, judged=False),
    "flat": Target("peak memory by blocks: the last ÷ the first", 1.10, None, judged=False),
    "first_request": Target("first request leaves after", 1.0, None, unit="s", judged=False),
    "import": Target("import beyond pandas", 0.35, 0.2, unit="s", judged=False),
    "progress": Target("progress reports ÷ the run", 0.01, None, judged=False),
    "plan_html": Target("plan's HTML", 0.5, None, unit="s", judged=False),
}
