"""Why a run ended early, in words that say what to do next."""

from __future__ import annotations

from typing import Final

from cascade_frames.sending.verdicts import Cause, Verdict

_WORDING: Final[dict[Cause, str]] = {
    Cause.NOT_AUTHORIZED: (
        "The API did not let this account in. Check CASCADE_API_KEY (or the Viber and Telegram "
        "keys) and that the base URL is the one of your region."
    ),
    Cause.WRONG_ADDRESS: (
        "What answers at the base URL is not the Cascade API. Check base_url (CASCADE_BASE_URL) "
        "and that no proxy stands in between."
    ),
    Cause.MISUSE: "The request cannot be made at all. Check base_url and the proxy settings.",
    Cause.REPLY_ANOMALY: (
        "The API's reply names messages it should not. What was accepted is recorded; ask the "
        "vendor before sending more."
    ),
    Cause.NOT_CONNECTED: (
        "No connection to the API could be made. Check the network and base_url; the same call "
        "sends the rest when it is back."
    ),
    Cause.RATE_LIMITED: (
        "The API went on asking to slow down. Lower requests_per_second of the account, or wait; "
        "the same call sends the rest."
    ),
    Cause.OUTAGE: (
        "Answers kept failing, so the run stopped before more rows could become unknown. The "
        "same call sends the unsent rows when the API is well; the unknown ones stay as they are."
    ),
    Cause.SYSTEMIC_REFUSAL: (
        "The API refuses every message alike, so the fault is in what they share. Mend that "
        "(often from_name or message_type) and send again."
    ),
    Cause.TOO_MANY_REFUSALS: (
        "The API refuses so many of the messages that finding them one by one would take too many "
        "requests. The refused rows tell what it dislikes: mend that in the segment and send "
        "again. The same call goes on with the unsent rows."
    ),
    Cause.VARIABLES_FAILED: (
        "The links could not be uploaded, so no message that needs them was sent. The same call "
        "tries again."
    ),
    Cause.LEDGER_FAILED: (
        "The ledger could not be written, and nothing is sent without it. Check the disk that "
        "holds it; the same call sends the rest."
    ),
    Cause.TAKEN_OVER: (
        "This run was silent so long that another one took its messages over. Nothing more is "
        "sent from here; the same call shows what the other one sent."
    ),
}


def explain(cause: Cause, verdict: Verdict | None = None) -> str:
    """A halt in words: what happened, what the API said, what to do."""
    words = _WORDING[cause]
    if verdict is None:
        return words
    told = "; ".join(verdict.anomalies) or verdict.settlement.detail
    return f"{words} (It was: {told}.)" if told else words
