"""Progress where people look: a bar on a terminal, plain lines elsewhere.

The door to tqdm.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, TextIO

from cascade_frames.loading import one_at_a_time
from cascade_frames.planning.plan import UserInterface

if TYPE_CHECKING:
    import asyncio

    from cascade_frames.handles import Handle

_LINE_EVERY: Final = 0.1  # of the whole
_LINE_SECONDS: Final = 30.0
_BAR_SECONDS: Final = 0.2


class Progress(Protocol):
    """How far something has come that deals with messages."""

    @property
    def total(self) -> int:
        """The messages it deals with."""
        ...

    @property
    def settled(self) -> int:
        """Those that it is done with."""
        ...

    @property
    def tally(self) -> Mapping[str, int]:
        """Messages by what became of them."""
        ...


class ProgressView(Protocol):
    """Shows a run, or a tracking, until it is closed."""

    def follow(self, run: Handle[Any, Any]) -> None:
        """Take note of the run that is to be shown; called before it starts."""

    def refresh(self) -> None:
        """Show how the run stands: it was paused, resumed or cancelled."""

    def show(self, progress: Progress) -> None:
        """Show how far the run has come; called from the run's thread."""

    def note(self, words: str) -> None:
        """Say something beside the progress."""

    async def attend(self, over: asyncio.Future[Any]) -> None:
        """Hear what people ask for while a caller awaits the end of the run, as far as needed."""

    def close(self) -> None:
        """Show the last state and end."""


def progress_view(ui: UserInterface, stream: TextIO | None = None) -> ProgressView:
    """A view in plain text; with `"auto"`, a bar where the stream is a terminal, else lines."""
    stream = stream or _where_people_look()
    if ui == "none":
        return _Silent()
    return _Bar(stream) if ui == "auto" and stream.isatty() else _Lines(stream)


def tell(words: str) -> None:
    """Say something where people look."""
    print(words, file=_where_people_look(), flush=True)


def _where_people_look() -> TextIO:
    """Standard error, but in a notebook, which shows that as an alarm, standard output."""
    notebook = type(sys.stderr).__module__.startswith("ipykernel")
    return sys.stdout if notebook else sys.stderr


class _Unsteered:
    """Shows counts only."""

    def follow(self, run: Handle[Any, Any]) -> None:
        """Counts are enough."""

    def refresh(self) -> None:
        """Counts have not changed."""

    async def attend(self, over: asyncio.Future[Any]) -> None:
        """There is nothing to press."""


class _Silent(_Unsteered):
    def show(self, progress: Progress) -> None:
        """Show nothing."""

    def note(self, words: str) -> None:
        """Say nothing."""

    def close(self) -> None:
        """End nothing."""


class _Bar(_Unsteered):
    def __init__(self, stream: TextIO) -> None:
        with one_at_a_time:
            from tqdm import tqdm
        self._bar = tqdm(
            file=stream, unit=" messages", mininterval=_BAR_SECONDS, dynamic_ncols=True, total=0
        )

    def show(self, progress: Progress) -> None:
        self._bar.total = progress.total
        self._bar.set_postfix_str(_tally(progress), refresh=False)
        self._bar.update(progress.settled - self._bar.n)

    def note(self, words: str) -> None:
        self._bar.write(words, file=self._bar.fp)

    def close(self) -> None:
        self._bar.refresh()
        self._bar.close()


class _Lines(_Unsteered):
    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._shown: Progress | None = None
        self._last: Progress | None = None
        self._at = clock()

    def show(self, progress: Progress) -> None:
        self._last = progress
        before = self._shown.settled if self._shown else 0
        step = progress.settled - before >= progress.total * _LINE_EVERY
        late = self._clock() - self._at >= _LINE_SECONDS
        done = progress.settled == progress.total
        if progress.settled > before and (step or late or done):
            self._write(progress)

    def note(self, words: str) -> None:
        print(words, file=self._stream, flush=True)

    def close(self) -> None:
        if self._last and self._last != self._shown and self._last.settled:
            self._write(self._last)

    def _write(self, progress: Progress) -> None:
        self._shown, self._at = progress, self._clock()
        share = progress.settled / progress.total if progress.total else 1.0
        self.note(f"{share:4.0%}  {progress.settled:,} of {progress.total:,}: {_tally(progress)}")


def _tally(progress: Progress) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in progress.tally.items())
