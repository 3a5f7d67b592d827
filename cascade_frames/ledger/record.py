"""How the messages of one run stand, read from its attempts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from cascade_frames.ledger import resolutions, statements
from cascade_frames.ledger.blobs import Unpacked
from cascade_frames.ledger.store import Row, Store
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.fates import NOT_STARTED, Codes, Fate, Fates, Rows, Texts, placed

# Attempts whose receipts are unpacked together: a megabyte or two.
_TOGETHER: Final = 64
_IN_FLIGHT: Final = (str(Outcome.UNKNOWN), str(Reason.IN_FLIGHT))
_ACCEPTED: Final = str(Outcome.ACCEPTED)

# Outcome, reason and detail.
_Told = tuple[str, str | None, str | None]
# What becomes of a fate.
_Change = Callable[[Fate], Fate]


@dataclass(frozen=True, repr=False)
class RunRecord:
    """How all R messages of a run stand, by position in it.

    Attributes:
        fates: which the codes mean.
        codes: int32, length R.
        message_ids: R receipts, null where there is none; None where no message has one.
    """

    fates: Fates
    codes: Codes
    message_ids: Texts | None

    def having(self, outcome: Outcome) -> npt.NDArray[np.int64]:
        """The positions of the messages that have this outcome."""
        wanted = np.array([self.fates[code].outcome == outcome for code in range(len(self.fates))])
        return np.flatnonzero(wanted[self.codes])


def read_run(store: Store, run: int, fates: Fates) -> RunRecord:
    """Read how the messages of one run stand.

    Args:
        store: what holds the ledger.
        run: its number.
        fates: those known so far; new ones are added to them.
    """
    size = int(store.rows(statements.READ_RUN, (run,))[0][2])
    codes = np.full(size, fates.code(NOT_STARTED), dtype=np.int32)
    spans: list[Rows] = []
    receipts = Unpacked()
    with closing(store.each(statements.READ_ATTEMPTS, (run,))) as attempts:
        while group := list(islice(attempts, _TOGETHER)):
            missing = iter(receipts.add([blob for *_, blob in group if blob is not None]))
            for attempt in group:
                span, blob = slice(attempt[2], attempt[3]), attempt[8]
                if blob is not None:
                    spans.append(span)
                _note(fates, codes, span, attempt, None if blob is None else next(missing))
    resolutions.apply(fates, codes, store.rows(statements.READ_RESOLUTIONS, (run,)))
    message_ids = placed(size, spans, receipts.column()) if spans else None
    return RunRecord(fates, codes, message_ids)


def _note(
    fates: Fates, codes: Codes, span: slice, attempt: Row, missing: npt.NDArray[np.bool_] | None
) -> None:
    """Change the codes of an attempt's rows to what has become of them.

    Args:
        fates, codes: of the run; the codes are changed in place.
        span: the rows.
        attempt: what `statements.READ_ATTEMPTS` has of it.
        missing: which rows have no receipt; None where none has one.
    """
    silent, answered = _changes(attempt)
    if missing is None:
        fates.change(codes, span, silent)
    elif not missing.any():
        fates.change(codes, span, answered)
    else:
        fates.change(codes, span.start + np.flatnonzero(missing), silent)
        fates.change(codes, span.start + np.flatnonzero(~missing), answered)


def _changes(attempt: Row) -> tuple[_Change, _Change]:
    """What an attempt makes of the fate of a row without a receipt, and of one with one."""
    batch, _, _, _, at, outcome, reason, detail, _ = attempt
    when = datetime.fromisoformat(at)
    told: _Told = (outcome, reason, detail) if outcome else (*_IN_FLIGHT, detail)

    def silent(fate: Fate) -> Fate:
        # Only a receipt outweighs an earlier attempt of which nothing is known.
        known: _Told = fate[:3] if fate.outcome == Outcome.UNKNOWN else told
        return Fate(*known, batch, fate.attempts + 1, when)

    def answered(fate: Fate) -> Fate:
        return Fate(_ACCEPTED, None, None, batch, fate.attempts + 1, when)

    return silent, answered
