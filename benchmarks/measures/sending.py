"""The whole send beside the loops people write, and beside wrk; runs in turns."""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import Any, Final

from benchmarks.arithmetic import median_of
from benchmarks.contestants import wrk
from benchmarks.contract import FIELDS
from benchmarks.figures import Figure
from benchmarks.frame import load_frame
from benchmarks.server import reset
from benchmarks.setting import Setting

FIGURES: Final = ("naive", "good", "expert", "wrk", "memory", "again", "first_request")
_LOOPS: Final = ("naive", "good", "expert")
_CHECKED_ROWS: Final = 2500
_MIB: Final = 2**20


def measure(setting: Setting) -> list[Figure]:
    """Ratios of medians; every run is of a fresh process and checked by what arrived.

    The first request is timed in a process that has sent nothing before; the rest is warm.
    """
    for contestant in (*_LOOPS, "ours"):
        _check_messages(setting, contestant)
    runs: dict[str, list[dict[str, float]]] = defaultdict(list)
    for number in range(1, setting.repeats + 1):
        setting.say(f"sending, round {number} of {setting.repeats}")
        for contestant in _LOOPS:
            runs[contestant].append(setting.run_send(contestant)[0])
        numbers, _ = setting.run_send("ours", again=True)
        runs["ours"].append(numbers)
        numbers, counts = setting.run_send("ours", warm=False)
        runs["cold"].append({**numbers, "first": counts.first_at - numbers["started"]})
        if wrk.installed():
            runs["wrk"].append({"seconds": _seconds_of_wrk(setting)})
    seconds = {name: median_of(of, "seconds") for name, of in runs.items()}
    _note(setting, runs, seconds)
    ours = seconds["ours"]
    figures = [Figure(name, seconds[name] / ours, ours, seconds[name]) for name in _LOOPS]
    if "wrk" in seconds:
        figures.append(Figure("wrk", ours / seconds["wrk"], ours, seconds["wrk"]))
    else:
        setting.notes.append("wrk is not installed: its line is left out")
    taken, peers = (median_of(runs[name], "memory") / _MIB for name in ("ours", "good"))
    again = median_of(runs["ours"], "again_seconds")
    first = median_of(runs["cold"], "first")
    return [
        *figures,
        Figure("memory", taken / peers, taken, peers, "MiB"),
        Figure("again", again / ours, again, ours),
        Figure("first_request", first, first),
    ]


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


def _note(
    setting: Setting, runs: dict[str, list[dict[str, float]]], seconds: dict[str, float]
) -> None:
    """Note what the table has no room for: processor time, memory and spread."""
    for name, of in runs.items():
        if name == "wrk":
            continue
        spread = statistics.pstdev(run["seconds"] for run in of) / seconds[name]
        setting.notes.append(
            f"{name}: {seconds[name]:.2f} s, of them {median_of(of, 'cpu'):.2f} s of processor "
            f"time, {median_of(of, 'memory') / _MIB:.0f} MiB above the frame; runs differ by "
            f"{spread:.0%}"
        )
