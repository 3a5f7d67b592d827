"""Why a tracking ended early, in words that say what to do next."""

from __future__ import annotations

from typing import Final

from cascade_frames.sending.verdicts import Cause

_WORDING: Final[dict[Cause, str]] = {
    Cause.NOT_AUTHORIZED: (
        "The API did not let this account read statuses. Check CASCADE_API_KEY and that the base "
        "URL is the one of your region."
    ),
    Cause.WRONG_ADDRESS: (
        "What answers at the base URL is not the Cascade API. Check base_url (CASCADE_BASE_URL) "
        "and that no proxy stands in between."
    ),
    Cause.MISUSE: "The request cannot be made at all. Check base_url and the proxy settings.",
    Cause.NOT_CONNECTED: "No connection to the API could be made. Check the network and base_url.",
    Cause.RATE_LIMITED: (
        "The API went on asking to slow down. Lower reads_per_second of the account, or wait."
    ),
    Cause.OUTAGE: "Answers kept failing.",
    Cause.LEDGER_FAILED: (
        "The ledger could not be written, so what was heard last is lost. Check the disk or "
        "database that holds it."
    ),
}


def explain(cause: Cause, detail: str | None = None) -> str:
    """A halt in words: what happened, what the API said, what to do."""
    told = f" (It was: {detail}.)" if detail else ""
    return f"{_WORDING[cause]}{told} What was heard is kept; the same call goes on."
