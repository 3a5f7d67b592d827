"""Erasing a person from what this package remembers."""

from __future__ import annotations

from pathlib import Path

from cascade_frames.ledger import Ledger, open_ledger
from cascade_frames.settings import setting


def forget(phone: str, region: str = "UA", *, ledger: str | Path | Ledger | None = None) -> int:
    """Erase a person from the ledger, so that they are not messaged again either.

    The ids, receipts and details of their messages go; keyed hashes stay, by which a later plan
    holds them back as `skipped`, reason `forgotten`. This cannot be taken back. The vendor's
    own records, result tables and exports are not reached by it.

    Args:
        phone: in any usual spelling.
        region: the country assumed where the phone does not name one.
        ledger: a path, `sqlite:///path`, `postgresql://…` or an open `Ledger`; by default
            `CASCADE_LEDGER`, else both files in the user's data folder, the sandbox's too.

    Returns:
        The number of messages erased.

    Raises:
        MappingError: that is no phone; nothing was changed.
        RunBusy: a run that may be alive holds a message to them; do it again when it has ended.
        LedgerError: the ledger cannot be used.
    """
    if isinstance(ledger, Ledger):
        return ledger.forget(phone, region)
    one = ledger is not None or setting("CASCADE_LEDGER") is not None
    erased = 0
    for gateway in ("live",) if one else ("live", "sandbox"):
        opened = open_ledger(ledger, gateway)
        try:
            erased += opened.forget(phone, region)
        finally:
            opened.close()
    return erased
