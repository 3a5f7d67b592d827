"""What every measurement is given: the frame, the server, and how often to repeat."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmarks.children import run_job
from benchmarks.contract import BATCH
from benchmarks.frame import fingerprint, make_frame, save_frame
from benchmarks.reference_server import Counts
from benchmarks.server import ReferenceServer, reset

Mode = Literal["quick", "standard", "full"]


@dataclass(frozen=True)
class Setting:
    """One command's circumstances.

    Attributes:
        rows: of the frame.
        repeats: of each run; the median counts.
        mode: `quick`, `standard`, or `full`, which goes on to 10 million rows.
        server: the reference server.
        folder: for the frame and the ledgers.
        say: told what is under way.
        notes: takes what else was measured, in words.
    """

    rows: int
    repeats: int
    mode: Mode
    server: ReferenceServer
    folder: Path
    say: Callable[[str], None]
    notes: list[str] = field(default_factory=list)

    def frame(self, rows: int | None = None) -> Path:
        """The file of the frame, or of its first rows; made when it is first asked for."""
        size = self.rows if rows is None else rows
        path = self.folder / f"frame-{size}.arrow"
        if not path.exists():
            save_frame(make_frame(size), path)
        return path

    def run_alone(self, job: str, **arguments: Any) -> dict[str, float]:
        """Run a job that needs no server, in a fresh process."""
        return run_job(job, **arguments)

    def run(self, job: str, **arguments: Any) -> dict[str, float]:
        """Run a job in a fresh process, with a folder for a ledger of its own."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            return run_job(job, **{"folder": folder, "url": self.server.url, **arguments})

    def run_send(
        self, contestant: str, rows: int | None = None, **how: Any
    ) -> tuple[dict[str, float], Counts]:
        """Have a contestant send the frame; checked by what the server was sent.

        Raises:
            AssertionError: that was not each message of the frame once.
        """
        frame = self.frame(rows)
        reset(self.server.url)
        numbers = self.run("send", contestant=contestant, frame=str(frame), **how)
        counts = self.server.counts()
        size = self.rows if rows is None else rows
        requests = -(-size // how.get("batch_size", BATCH))
        assert (counts.messages, counts.requests) == (size, requests), (contestant, counts)
        assert counts.ids == fingerprint(make_frame(size)), f"{contestant}: other ids were sent"
        return numbers, counts


@contextmanager
def open_setting(
    rows: int, repeats: int, mode: Mode, say: Callable[[str], None]
) -> Iterator[Setting]:
    """A server and a folder for as long as they are needed."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, ReferenceServer() as server:
        yield Setting(rows, repeats, mode, server, Path(folder), say)
