"""A run as people see it at one moment: HTML and a line of text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from cascade_frames.handles import RunPhase, Words
from cascade_frames.runs import Run

if TYPE_CHECKING:
    from cascade_frames.progress import Progress

_WORDS: Final = {
    RunPhase.PAUSED: "Paused",
    RunPhase.CANCELLING: "Stopping: what is in flight is being recorded",
    RunPhase.FINISHED: "Finished",
    RunPhase.HALTED: "Halted",
}
# Amber for what was stopped on purpose, red for a failure only.
_COLOURS: Final = {
    RunPhase.RUNNING: "#3b82c4",
    RunPhase.FINISHED: "#2e9e5b",
    RunPhase.HALTED: "#d03b3b",
}
_AMBER: Final = "#d98e04"
_MUTED: Final = "opacity:.7"


@dataclass(frozen=True)
class RunView:
    """What there is to see.

    Attributes:
        run_id: the run's name; None where there was nothing left to send.
        phase, progress: how it stands.
        rate: messages settled a second, lately; None where that is not known.
        note: words beside the progress.
        said: what is said of this kind of run.
    """

    run_id: str | None
    phase: RunPhase
    progress: Progress
    rate: float | None = None
    note: str = ""
    said: Words = Run.words

    @property
    def words(self) -> str:
        """The phase, in words."""
        if self.phase is RunPhase.RUNNING:
            return self.said.doing
        if self.phase is RunPhase.CANCELLED:
            return f"Cancelled: the same call {self.said.rest}"
        return _WORDS[self.phase]

    @property
    def share(self) -> float:
        """Settled messages, 0 to 1."""
        return self.progress.settled / self.progress.total if self.progress.total else 1.0

    @property
    def seconds_left(self) -> float | None:
        """Until the end at the present rate; None where that is not known."""
        if self.phase is not RunPhase.RUNNING or not self.rate:
            return None
        return (self.progress.total - self.progress.settled) / self.rate


def run_text(view: RunView) -> str:
    """The run in one line."""
    return f"{view.words}: {_counted(view)}; {_tally(view.progress)}"


def run_html(view: RunView) -> str:
    """The run as HTML that reads well without any style sheet but its own attributes."""
    facts = " · ".join([_counted(view), *_pace(view)])
    run = f'<span style="{_MUTED}"> run {escape(view.run_id)}</span>' if view.run_id else ""
    note = f'<div style="margin-top:4px">{escape(view.note)}</div>' if view.note else ""
    return (
        '<div style="max-width:46em;font-family:system-ui,sans-serif;font-size:13px;'
        'line-height:1.5;padding:4px 0;font-variant-numeric:tabular-nums">'
        f"<div><b>{view.words}</b> · {facts}{run}</div>{_bar(view)}"
        f"<div>{_tally(view.progress)}</div>{note}</div>"
    )


def _bar(view: RunView) -> str:
    progress = view.progress
    colour = _COLOURS.get(view.phase, _AMBER)
    return (
        f'<div role="progressbar" aria-label="messages settled" aria-valuemin="0" '
        f'aria-valuemax="{progress.total}" aria-valuenow="{progress.settled}" '
        f'aria-valuetext="{_counted(view)}" style="height:8px;margin:4px 0;border-radius:4px;'
        'overflow:hidden;background:rgba(128,128,128,.25)">'
        f'<div style="height:100%;width:{view.share:.1%};background:{colour}"></div></div>'
    )


def _counted(view: RunView) -> str:
    progress = view.progress
    if not progress.total:
        return view.said.nothing
    return f"{progress.settled:,} of {progress.total:,} ({view.share:.0%})"


def _pace(view: RunView) -> list[str]:
    told = [f"{view.rate:,.0f} a second"] if view.rate else []
    left = view.seconds_left
    return told if left is None else [*told, f"{_clock(left)} left"]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _tally(progress: Progress) -> str:
    return " · ".join(f"{count:,} {name}" for name, count in progress.tally.items())
