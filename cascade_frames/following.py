"""Tracking a result table: what is to be asked, and the table that comes of it."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from cascade_frames.contract import STATUS_SECONDS
from cascade_frames.errors import (
    AccountError,
    CascadeWarning,
    MappingError,
    TrackingHalted,
    UsageError,
)
from cascade_frames.handles import LatestProgress
from cascade_frames.joining.delivery import (
    Receipts,
    delivery_columns,
    epoch_seconds,
    join_deliveries,
    receipts,
    with_not_found,
)
from cascade_frames.ledger import Ledger
from cascade_frames.notebook.views import open_view
from cascade_frames.options import Until
from cascade_frames.outcomes import FINAL
from cascade_frames.planning.plan import UserInterface
from cascade_frames.planning.timing import DURATION_HELP, to_seconds
from cascade_frames.progress import tell
from cascade_frames.reporting.estimate import draw, estimate, estimate_text
from cascade_frames.settings import Account
from cascade_frames.tracking.errand import Ending, EndingKind, Errand
from cascade_frames.tracking.progress import TrackingProgress
from cascade_frames.tracking.thread import READ_SECONDS, TrackerThread
from cascade_frames.trackings import Tracking

# A message that is due so soon is waited for, where each is to be asked about once.
_SOON_SECONDS: Final = STATUS_SECONDS + 1.0


@dataclass(frozen=True)
class Manner:
    """How a result table is to be tracked; see `result_verbs.track`."""

    until: Until = "now"
    timeout: object = None
    sample: int | None = None
    suffix: str | None = None
    ui: UserInterface = "auto"
    complete: bool = False


def follow(
    results: pd.DataFrame, account: Account, ledger: Ledger, manner: Manner, *, waits: bool
) -> Tracking:
    """Begin to ask what became of the messages of a result table.

    Args:
        results: N rows.
        account: whose messages they are.
        ledger: what knows of them.
        manner: how.
        waits: the caller waits for the end.

    Raises:
        UsageError: the call is wrong; nothing was asked.
        LedgerError: the ledger cannot be read; nothing was asked.
    """
    timeout = _check_manner(manner)
    names = delivery_columns(results, manner.suffix, sampled=manner.sample is not None)
    found = receipts(results, manner.suffix)
    drawn = _draw(results, found, manner.sample)
    errand = _errand(found if drawn is None else found.those(drawn), ledger, manner, timeout)
    view = open_view(manner.ui, waits=waits)
    latest = LatestProgress(view, TrackingProgress(total=len(errand.message_ids)))
    thread = TrackerThread(errand, account, ledger, latest)
    hand_over = _Handing(results, found, ledger, manner, names, drawn)
    tracking = Tracking(thread, latest, view, READ_SECONDS, hand_over)
    tracking.begin()
    return tracking


def check_account(results: pd.DataFrame, account: Account) -> None:
    """Refuse to ask one account about messages of another.

    Raises:
        AccountError: the table says that it is another's.
    """
    of, name = results.attrs.get("gateway"), results.attrs.get("account")
    if of not in (None, account.gateway):
        fix = (
            "pass the sandbox's own: account=sandbox.account"
            if of == "sandbox"
            else "configure that account (CASCADE_API_KEY), or pass account="
        )
        raise AccountError(
            f"These results are of the {of} gateway, and the account is of the {account.gateway} "
            f"one, which does not know their messages: {fix}. Nothing was asked."
        )
    if name not in (None, account.name):
        raise AccountError(
            f"These results are of the account {name!r}, and this is {account.name!r}, which does "
            "not know their messages: pass account= with that one, or set CASCADE_PROFILE. "
            "Nothing was asked."
        )


def _check_manner(manner: Manner) -> float | None:
    """The timeout in seconds; None where there is none."""
    if manner.until not in get_args(Until):
        raise MappingError('until: choose "now" or "final".')
    if manner.ui not in get_args(UserInterface):
        raise MappingError(f"ui: choose one of {', '.join(map(repr, get_args(UserInterface)))}.")
    sample = manner.sample
    if sample is not None and (isinstance(sample, bool) or not isinstance(sample, int)):
        raise MappingError("sample: a whole number of messages, such as 2000.")
    if sample is not None and sample < 1:
        raise MappingError("sample: at least 1 message.")
    if manner.timeout is None:
        return None
    seconds = to_seconds(manner.timeout)
    if seconds is None:
        raise MappingError(f"timeout: {DURATION_HELP}.")
    return float(seconds)


def _draw(results: pd.DataFrame, found: Receipts, size: int | None) -> npt.NDArray[np.bool_] | None:
    if size is None:
        return None
    seed = results.attrs.get("plan") or results.attrs.get("campaign") or "cascade_frames"
    return draw(found.message_ids, size, str(seed))


def _errand(found: Receipts, ledger: Ledger, manner: Manner, timeout: float | None) -> Errand:
    now = time.time()
    known = ledger.deliveries(found.message_ids)
    states = known["delivery"]
    closed = states.isin(list(FINAL)).to_numpy(dtype=bool, copy=True)
    if manner.complete:
        closed &= known["parts"].notna().to_numpy(dtype=bool)
    heard_at = np.minimum(epoch_seconds(known["heard_at"]), now)
    due = np.fmax(found.sent_at, heard_at) + STATUS_SECONDS
    due = np.where(np.isnan(due), now, due)
    if manner.until == "now":
        closed |= due > now + _SOON_SECONDS
    return Errand(
        found.message_ids,
        states.astype("object").where(states.notna(), None).tolist(),
        due,
        np.where(np.isnan(found.sent_at), now, found.sent_at),
        closed,
        once=manner.until == "now",
        timeout=timeout,
    )


@dataclass(frozen=True, repr=False)
class _Handing:
    """Makes the result table from what the ledger knows at the end."""

    results: pd.DataFrame
    found: Receipts
    ledger: Ledger
    manner: Manner
    names: dict[str, str]
    drawn: npt.NDArray[np.bool_] | None

    def __call__(self, ending: Ending) -> pd.DataFrame:
        known = self.ledger.deliveries(self.found.message_ids)
        asked = np.arange(len(known)) if self.drawn is None else np.flatnonzero(self.drawn)
        known = with_not_found(known, asked[list(ending.not_found)])
        joined = join_deliveries(self.results, self.found.codes, known, self.names, self.drawn)
        if ending.kind is EndingKind.HALTED:
            raise TrackingHalted(str(ending.cause), str(ending.message), joined)
        if self.drawn is not None and self.manner.ui != "none":
            self._tell_estimate(joined)
        words = self._troubles(ending, known)
        if words:
            warnings.warn(" ".join(words), CascadeWarning, stacklevel=6)
        return joined

    def _tell_estimate(self, joined: pd.DataFrame) -> None:
        try:
            tell(estimate_text(estimate(joined, suffix=self.manner.suffix)))
        except UsageError as error:
            tell(str(error))

    def _troubles(self, ending: Ending, known: pd.DataFrame) -> list[str]:
        asked = known if self.drawn is None else known[self.drawn]
        words = []
        if self.manner.until == "final" and ending.kind is not EndingKind.DONE:
            still = int((~asked["delivery"].isin(list(FINAL))).sum())
            if still:
                words.append(
                    f"{still:,} of {len(asked):,} messages are not final yet; the same call "
                    "goes on."
                )
        if ending.not_found:
            words.append(
                f"The API does not know {len(ending.not_found):,} of the messages "
                "(delivery not_found): were they sent with another account, or to a sandbox that "
                "is gone?"
            )
        if ending.unanswered:
            words.append(
                f"{ending.unanswered:,} questions brought no answer; the same call asks again."
            )
        return words
