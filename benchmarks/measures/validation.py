"""Validation alone: processor time, in turns, in one process."""

from __future__ import annotations

from typing import Final

from benchmarks.figures import Figure
from benchmarks.setting import Setting

FIGURES: Final = ("validate_valid", "validate_failing")


def measure(setting: Setting) -> list[Figure]:
    """What declared pandera takes as a multiple of ours, with all rows good and all bad."""
    figures = []
    for name, failing in (("validate_valid", False), ("validate_failing", True)):
        setting.say(f"validation, all rows {'failing' if failing else 'valid'}")
        took = setting.run_alone(
            "validate", frame=str(setting.frame()), repeats=setting.repeats, failing=failing
        )
        ratio = took["declared"] / took["ours"]
        figures.append(Figure(name, ratio, took["ours"], took["declared"]))
    return figures
