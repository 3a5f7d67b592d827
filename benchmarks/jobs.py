"""What is measured in a fresh process of its own: one function a job.

A job is given what it needs as keywords and returns numbers by name; `children.py` runs it.
Times are in seconds, sizes in bytes.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pandas as pd

from benchmarks import memory
from benchmarks.frame import load_frame, make_frame
from benchmarks.server import reset

Numbers = dict[str, float]


def send(
    contestant: str,
    frame: str,
    url: str,
    folder: str,
    warm: bool = True,
    again: bool = False,
    **how: Any,
) -> Numbers:
    """Send the frame once; `again`, twice, so that the second finds all of it known.

    A warm process has sent ten other rows before, so that what is imported or compiled at first
    use does not count.
    """
    sender = import_module(f"benchmarks.contestants.{contestant}")
    segment = load_frame(Path(frame))
    if warm:
        _warm_up(sender, url, Path(folder) / "warm")
    held = memory.settle()
    started = time.monotonic()
    seconds, cpu, result = _timed(sender.send, segment, url, Path(folder), **how)
    taken = memory.peak() - held
    _check(segment, result)
    numbers = {"seconds": seconds, "cpu": cpu, "memory": taken, "started": started}
    if again:
        del result
        seconds, cpu, result = _timed(sender.send, segment, url, Path(folder), **how)
        _check(segment, result)
        numbers |= {"again_seconds": seconds, "again_cpu": cpu}
    return numbers


def send_blocks(rows: int, block: int, url: str, folder: str) -> Numbers:
    """Send so many rows as blocks into one ledger.

    The memory is what a block took at most above what was held before the first: the median of
    the first three blocks, and of the last three. Before them one goes into another ledger, since
    allocators keep some of what a first block has used, once.
    """
    from benchmarks.contestants import ours

    _warm_up(ours, url, Path(folder) / "warm", min(block, rows))
    total = Numbers(seconds=0.0, cpu=0.0)
    peaks: list[int] = []
    at_first = 0
    for first in range(0, rows, block):
        segment = make_frame(min(block, rows - first), first)
        held = memory.settle()
        at_first = at_first or held
        seconds, cpu, result = _timed(ours.send, segment, url, Path(folder))
        peaks.append(memory.peak() - at_first)
        _check(segment, result)
        del result
        total["seconds"] += seconds
        total["cpu"] += cpu
    first_three, last_three = (statistics.median(part) for part in (peaks[:3], peaks[-3:]))
    return total | {"memory": last_three, "memory_at_first": first_three}


def encode(frame: str, repeats: int) -> Numbers:
    """Median seconds of encoding the frame: ours, msgspec structs, records through orjson."""
    from benchmarks import encoders, internals

    segment = load_frame(Path(frame))
    table = internals.message_table(segment)
    ours, theirs = internals.encode(table), encoders.structs(segment)
    for at in (0, -1):
        assert json.loads(bytes(ours[at])) == json.loads(theirs[at])
    del ours, theirs
    return _interleaved(
        repeats,
        ours=lambda: internals.encode(table),
        structs=lambda: encoders.structs(segment),
        records=lambda: encoders.records(segment),
    )


def validate(frame: str, repeats: int, failing: bool) -> Numbers:
    """Median seconds of checking the frame: ours, and pandera declared; or with all rows bad."""
    from benchmarks import declarative, internals

    table = internals.message_table(load_frame(Path(frame)))
    if failing:
        table["toPhone"] = table["toPhone"].str[1:]
        table["text"] = ""
    expected = len(table) if failing else 0
    assert len(internals.validate(table)) == expected
    assert len(declarative.validate(table)) == 2 * expected or failing
    return _interleaved(
        repeats,
        ours=lambda: internals.validate(table),
        declared=lambda: declarative.validate(table),
    )


def show_plan(frame: str, url: str, folder: str) -> Numbers:
    """Processor time of making a plan, and of reading its HTML for the first time."""
    import cascade_frames as cf
    from benchmarks.contestants.ours import account

    segment = load_frame(Path(frame))
    _, planned, plan = _timed(
        cf.plan, segment, account=account(url), ledger=Path(folder) / "ledger.sqlite3"
    )
    _, first, _ = _timed(plan._repr_html_)
    return {"plan": planned, "html": first}


def report_progress(batches: int, repeats: int) -> Numbers:
    """Median seconds of counting and showing the progress of so many batches."""
    from benchmarks import internals

    return _interleaved(repeats, progress=lambda: internals.report_progress(batches))


def _warm_up(sender: Any, url: str, folder: Path, rows: int = 10) -> None:
    folder.mkdir()
    sender.send(make_frame(rows, first=10**8), url, folder)
    reset(url)


def _timed(do: Callable[..., Any], *args: object, **how: object) -> tuple[float, float, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = do(*args, **how)
    return time.perf_counter() - wall, time.process_time() - cpu, result


def _interleaved(repeats: int, **doing: Callable[[], object]) -> Numbers:
    """The median processor time of each, taken in turns."""
    taken: dict[str, list[float]] = {name: [] for name in doing}
    for _ in range(repeats):
        for name, do in doing.items():
            begun = time.process_time()
            do()
            taken[name].append(time.process_time() - begun)
    return {name: statistics.median(times) for name, times in taken.items()}


def _check(segment: pd.DataFrame, result: pd.DataFrame) -> None:
    """A result has every row in its place, each with a messageId of its own."""
    assert result["id"].equals(segment["id"]), "the result is not the segment's rows in order"
    assert result["messageId"].notna().all(), "rows without a messageId"
    assert result["messageId"].is_unique, "rows with the same messageId"


JOBS: Final[dict[str, Callable[..., Numbers]]] = {
    job.__name__: job for job in (send, send_blocks, encode, validate, show_plan, report_progress)
}
