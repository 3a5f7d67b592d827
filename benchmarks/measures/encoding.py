"""Encoding alone: processor time, in turns, in one process."""

from __future__ import annotations

from typing import Final

from benchmarks.figures import Figure
from benchmarks.setting import Setting

FIGURES: Final = ("encode_structs", "encode_records")


def measure(setting: Setting) -> list[Figure]:
    """What msgspec structs, and records through orjson, take as a multiple of ours."""
    setting.say("encoding")
    took = setting.run_alone("encode", frame=str(setting.frame()), repeats=setting.repeats)
    return [
        Figure(f"encode_{peer}", took[peer] / took["ours"], took["ours"], took[peer])
        for peer in ("structs", "records")
    ]
