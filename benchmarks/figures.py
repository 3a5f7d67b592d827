"""Figures as they were measured, beside their targets; written to and read from JSON."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import psutil

from benchmarks.targets import TARGETS, Better, Target

_PACKAGES: Final = (
    "cascade-frames", "pandas", "pandera", "numpy", "pyarrow", "httpx", "msgspec", "apsw",
    "aiohttp", "uvloop", "orjson", "requests",
)  # fmt: skip
FALLEN_BY: Final = 1 / 3


class Figure(msgspec.Struct, frozen=True):
    """One measured line.

    Attributes:
        name: of its target.
        value: the ratio, or what is compared with the target.
        ours, peer: the two that were divided; `unit` is theirs.
        by_cpu: the same ratio by processor time, which other work on the machine hardly moves.
    """

    name: str
    value: float
    ours: float | None = None
    peer: float | None = None
    unit: str = "s"
    by_cpu: float | None = None

    @property
    def target(self) -> Target:
        """What it is to reach."""
        return TARGETS[self.name]


class Report(msgspec.Struct, frozen=True):
    """All figures of one command.

    Attributes:
        rows: of the frame.
        repeats: of each run; the figures are of medians.
        mode: `quick`, `standard` or `full`.
        command: how to get them again.
        machine, versions: what they were taken on.
        figures: in the order of the targets.
        notes: what else was measured, in words.
    """

    rows: int
    repeats: int
    mode: str
    command: str
    machine: dict[str, str]
    versions: dict[str, str]
    figures: list[Figure]
    notes: list[str] = []


def machine() -> dict[str, str]:
    """What this machine is, without its name."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """The packages that matter, as installed."""
    installed = {one.name for one in importlib.metadata.distributions()}
    return {name: importlib.metadata.version(name) for name in _PACKAGES if name in installed}


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()


def fallen(figures: Sequence[Figure], committed: Sequence[Figure]) -> list[str]:
    """The names of ratios that are worse than the committed ones by more than a third."""
    before = {figure.name: figure.value for figure in committed}
    return [
        figure.name
        for figure in figures
        if figure.name in before
        and figure.target.judged
        and _worse(figure.target.better, figure.value, before[figure.name])
    ]


def _worse(better: Better, value: float, before: float) -> bool:
    if better is Better.HIGHER:
        return value < before * (1 - FALLEN_BY)
    return value * (1 - FALLEN_BY) > before
