"""The reference server as those who measure see it: started, asked for its counts, stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.request import Request, urlopen

import msgspec

from benchmarks.reference_server import Counts

ROOT: Final = Path(__file__).parent.parent
# The server keeps what it has freed. Bodies lie at the border above which glibc's allocator asks
# the system for pages each time: by chance it does for all of a run, and the server then takes
# seven tenths of a millisecond a request and not four.
_KEEPING: Final = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20),
    "MALLOC_TOP_PAD_": str(16 * 2**20),
}


def child_environment() -> dict[str, str]:
    """The environment without settings of an account, and with the benchmarks importable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CASCADE_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {"PYTHONPATH": str(ROOT)}


def reset(url: str, *, keep: bool = False) -> None:
    """Have the server at this url count anew; keep the bodies where asked."""
    _ask(url, "POST", "/reset?keep" if keep else "/reset")


def _ask(url: str, method: str, path: str) -> bytes:
    request = Request(url + path, method=method)  # noqa: S310 - its own url, on loopback
    with urlopen(request, timeout=60) as reply:  # noqa: S310 - as above
        return bytes(reply.read())


class ReferenceServer:
    """The reference server in a process of its own; a context manager."""

    def __enter__(self) -> Self:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.reference_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment() | _KEEPING,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it, and wait until it is gone."""
        self._process.communicate()

    def counts(self) -> Counts:
        """What it was sent since the last reset."""
        return msgspec.json.decode(_ask(self.url, "GET", "/counts"), type=Counts)

    def kept(self) -> list[dict[str, Any]]:
        """The messages it was sent, one by one."""
        batches = msgspec.json.decode(
            _ask(self.url, "GET", "/kept"), type=list[list[dict[str, Any]]]
        )
        return [message for batch in batches for message in batch]
