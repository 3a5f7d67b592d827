"""The whole send beside the loops people write, and beside wrk; runs in turns."""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import Any, Final, NamedTuple

from benchmarks.arithmetic import median_of
from benchmarks.contestants import wrk
from benchmarks.contract import FIELDS
from benchmarks.figures import Figure
from benchmarks.frame import load_frame
from benchmarks.server import reset
from benchmarks.setting import Setting

FIGURES: Final = ("naive", "good", "expert", "wrk", "memory", "again", "first_request")
_LOOPS: Final = ("naive", "good", "expert")
_COLD: Final = "ours, nothing sent before"
_CHECKED_ROWS: Final = 2500
_MIB: Final = 2**20


def measure(setting: Setting) -> list[Figure]:
    """Ratios of medians; every run is of a fresh process and checked by what arrived.

    The first request is timed in a process that has sent nothing before; the rest is warm.
    """
    for contestant in (*_LOOPS, "ours"):
        _check_messages(setting, contestant)
    runs = _take_turns(setting)
    _note(setting, runs)
    ours = _cost(runs["ours"])
    figures = []
    for name in _LOOPS:
        loop = _cost(runs[name])
        by_cpu = loop.cpu / ours.cpu
        ratio = loop.seconds / ours.seconds
        figures.append(Figure(name, ratio, ours.seconds, loop.seconds, by_cpu=by_cpu))
    if "wrk" in runs:
        wrks = median_of(runs["wrk"], "seconds")
        figures.append(Figure("wrk", ours.seconds / wrks, ours.seconds, wrks))
    else:
        setting.notes.append("wrk is not installed: its line is left out")
    taken, peers = (median_of(runs[name], "memory") / _MIB for name in ("ours", "good"))
    figures.append(Figure("memory", taken / peers, taken, peers, "MiB"))
    again = _cost(runs["again"])
    ratio, by_cpu = again.seconds / ours.seconds, again.cpu / ours.cpu
    figures.append(Figure("again", ratio, again.seconds, ours.seconds, by_cpu=by_cpu))
    first = median_of(runs[_COLD], "first")
    return [*figures, Figure("first_request", first, first)]


class _Cost(NamedTuple):
    seconds: float
    cpu: float


def _cost(runs: list[dict[str, float]]) -> _Cost:
    return _Cost(median_of(runs, "seconds"), median_of(runs, "cpu"))


def _take_turns(setting: Setting) -> dict[str, list[dict[str, float]]]:
    """The runs of each, every round one after the other."""
    runs: dict[str, list[dict[str, float]]] = defaultdict(list)
    for number in range(1, setting.repeats + 1):
        setting.say(f"sending, round {number} of {setting.repeats}")
        for contestant in _LOOPS:
            runs[contestant].append(setting.run_send(contestant)[0])
        numbers, _ = setting.run_send("ours", again=True)
        runs["ours"].append(numbers)
        runs["again"].append({"seconds": numbers["again_seconds"], "cpu": numbers["again_cpu"]})
        numbers, counts = setting.run_send("ours", warm=False)
        runs[_COLD].append({**numbers, "first": counts.first_at - numbers["started"]})
        if wrk.installed():
            runs["wrk"].append({"seconds": _seconds_of_wrk(setting)})
    return runs


def _check_messages(setting: Setting, contestant: str) -> None:
    """See that what a contestant sends is the frame, field for field."""
    path = setting.frame(_CHECKED_ROWS)
    reset(setting.server.url, keep=True)
    setting.run("send", contestant=contestant, frame=str(path), warm=False)
    sent = sorted(setting.server.kept(), key=lambda message: str(message["id"]))
    expected: list[dict[str, Any]] = load_frame(path)[list(FIELDS)].to_dict("records")  # type: ignore[assignment]
    assert sent == expected, f"{contestant} sends something else than the frame"


def _seconds_of_wrk(setting: Setting) -> float:
    """How long the frame would take wrk, by its rate as the server saw it."""
    bodies = setting.folder / "bodies"
    if not bodies.exists():
        bodies.mkdir()
        wrk.write_bodies(load_frame(setting.frame()), bodies)
    reset(setting.server.url)
    wrk.post(sorted(bodies.iterdir()), setting.server.url, 1 if setting.mode == "quick" else 3)
    counts = setting.server.counts()
    return (counts.last_at - counts.first_at) / counts.messages * setting.rows


def _note(setting: Setting, runs: dict[str, list[dict[str, float]]]) -> None:
    """Note what the table has no room for: processor time, memory and spread."""
    for name in (*_LOOPS, "ours", _COLD):
        seconds, cpu = _cost(runs[name])
        memory = median_of(runs[name], "memory") / _MIB
        spread = statistics.pstdev(run["seconds"] for run in runs[name]) / seconds
        setting.notes.append(
            f"{name}: {seconds:.2f} s, {cpu:.2f} s of processor time, {memory:,.0f} MiB above the "
            f"frame, standard deviation {spread:.0%}"
        )
