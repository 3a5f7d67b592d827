"""How the command line ends: the exit code of each error, and the words for it."""

from __future__ import annotations

from typing import Final

from cascade_frames.errors import (
    CascadeError,
    InvalidRecipients,
    LedgerError,
    RunBusy,
    RunHalted,
    TrackingHalted,
    UsageError,
)

EXIT_USAGE: Final = 2
EXIT_INVALID: Final = 3
EXIT_HALTED: Final = 4
EXIT_TROUBLED: Final = 5
EXIT_LEDGER: Final = 6
EXIT_INTERRUPTED: Final = 130

_CODES: Final[tuple[tuple[type[CascadeError], int], ...]] = (
    (InvalidRecipients, EXIT_INVALID),
    (UsageError, EXIT_USAGE),
    (RunHalted, EXIT_HALTED),
    (TrackingHalted, EXIT_HALTED),
    (LedgerError, EXIT_LEDGER),
    (RunBusy, EXIT_LEDGER),
)
_SHOWN_ROWS: Final = 10


def exit_code(error: CascadeError) -> int:
    """The exit code of a command that ends with this error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), 1)


def error_text(error: CascadeError) -> str:
    """What a terminal shows of an error: one line, or with the first rows that are invalid."""
    if isinstance(error, InvalidRecipients):
        return _invalid_text(error)
    return f"cascade-frames: {error}"


def _invalid_text(error: InvalidRecipients) -> str:
    counts = ", ".join(f"{rows:,} {reason}" for reason, rows in error.counts().items())
    details = error.details()
    shown = details.head(_SHOWN_ROWS)
    first = [
        f"  row {int(position) + 1:>6}: {detail}"
        for position, detail in zip(shown["position"], shown["detail"], strict=True)
    ]
    hidden = len(details) - len(shown)
    more = [f"  … and {hidden:,} more"] if hidden else []
    return "\n".join(
        [
            f"cascade-frames: {len(details):,} rows cannot be sent: {counts}. Nothing was sent.",
            *first,
            *more,
            "Mend them, or pass --on-invalid drop to send the others.",
        ]
    )
