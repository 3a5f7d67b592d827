"""Settling on purpose the rows of which nobody knows whether they were accepted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from cascade_frames.ledger import Ledger, open_ledger
from cascade_frames.ledger.resolutions import Decision
from cascade_frames.loading import one_at_a_time
from cascade_frames.settings import Account, find_account


def resolve(
    campaign: str | None,
    decision: Decision,
    ids: Iterable[str] | None = None,
    *,
    account: Account | None = None,
    ledger: str | Path | Ledger | None = None,
) -> pd.DataFrame:
    """Settle a campaign's unknown rows; look at `cf.Ledger(...).unknown(campaign)` first.

    Args:
        campaign: the label they were sent under; None where `ids` say it all.
        decision: `"accepted"`: the vendor has them, they count as accepted without a
            messageId. `"resend"`: the vendor does not have them, and the next same call sends
            them; whoever did get the message gets it twice.
        ids: the tracking ids to settle; all unknown rows of the campaign where left out.
        account: whose; by default what is configured, else the sandbox.
        ledger: a path, `sqlite:///path`, `postgresql://…` or an open `Ledger`; by default
            `CASCADE_LEDGER`, else a file in the user's data folder.

    Returns:
        The rows that were settled: `trackinId`, `run`, `reason` (str), `batch` (Int64),
        `sent_at` (datetime64[us, UTC]).

    Raises:
        MappingError: no such decision, or some of the ids are not unknown; nothing was changed.
        RunBusy: the rows' run may still be alive; nothing was changed.
        LedgerError: the ledger cannot be used; nothing was changed.
    """
    chosen = account or find_account() or _sandbox_account()
    opened = open_ledger(ledger, chosen.gateway)
    try:
        named = None if ids is None else set(ids)
        return opened.resolve(chosen.identity, decision, campaign=campaign, ids=named)
    finally:
        if opened is not ledger:
            opened.close()


def _sandbox_account() -> Account:
    with one_at_a_time:
        from cascade_frames.home import default_sandbox
    return default_sandbox().account
