"""From evidence to verdict: what became of a batch, and what to do next. A pure function.

The rule behind every line: a row is `unsent` only where it is proven that the API did not
accept it, `accepted` only where the API says so, and `unknown` everywhere between.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.sending.evidence import Evidence, Failure
from cascade_frames.sending.replies import ApiError, Ids, read_error, read_receipts

_NOT_LET_IN = frozenset({401, 403})
_HALTING = frozenset({401, 403, 404, 405, 415})
_REFUSING = frozenset({400, 422})


class Step(StrEnum):
    """What follows a verdict."""

    GO_ON = "go_on"  # settled: next batch
    RETRY = "retry"  # provably not accepted: the same batch again, after a pause
    WAIT = "wait"  # as retry, and slow down
    SPLIT = "split"  # provably not accepted: find the bad rows by halves
    HALT = "halt"  # no other batch would fare better


class Cause(StrEnum):
    """Why a run halts."""

    NOT_AUTHORIZED = "not_authorized"
    WRONG_ADDRESS = "wrong_address"
    MISUSE = "misuse"
    REPLY_ANOMALY = "reply_anomaly"
    NOT_CONNECTED = "not_connected"
    RATE_LIMITED = "rate_limited"
    OUTAGE = "outage"
    SYSTEMIC_REFUSAL = "systemic_refusal"
    TOO_MANY_REFUSALS = "too_many_refusals"
    VARIABLES_FAILED = "variables_failed"
    LEDGER_FAILED = "ledger_failed"
    TAKEN_OVER = "taken_over"


@dataclass(frozen=True)
class Settlement:
    """What became of a batch's rows, as the ledger keeps it.

    Attributes:
        outcome: of the rows without a receipt.
        reason, detail: for those rows.
        message_ids: one per row, an Arrow array of `large_string`, null for those without a
            receipt; None when no row has one.
    """

    outcome: Outcome
    reason: Reason | None = None
    detail: str | None = None
    message_ids: pa.LargeStringArray | None = None


@dataclass(frozen=True)
class Verdict:
    """A settlement and the step that follows it.

    Attributes:
        cause: why, when the step is to halt.
        error: what the API said, where it did.
        anomalies: what a well-behaved reply would not hold.
    """

    settlement: Settlement
    step: Step = Step.GO_ON
    cause: Cause | None = None
    error: ApiError | None = None
    anomalies: tuple[str, ...] = ()


def judge(evidence: Evidence, ids: Ids) -> Verdict:
    """What the evidence of one request means for the messages it carried.

    Args:
        evidence: what is known of the request.
        ids: the tracking ids it carried, in order.
    """
    if evidence.status is None:
        return _judge_silence(evidence)
    if evidence.status == 200:
        return _judge_success(evidence, ids)
    return _judge_error(evidence, evidence.status, len(ids))


def _judge_silence(evidence: Evidence) -> Verdict:
    if evidence.left:
        return _unknown(Reason.ANSWER_LOST, evidence.error)
    settlement = _unsent(Reason.NOT_CONNECTED, evidence.error)
    if evidence.failure is Failure.MISUSE:
        return Verdict(settlement, Step.HALT, Cause.MISUSE)
    return Verdict(settlement, Step.RETRY, Cause.NOT_CONNECTED)


def _judge_success(evidence: Evidence, ids: Ids) -> Verdict:
    receipts = read_receipts(evidence.body, ids) if evidence.complete else None
    if receipts is None:
        return _unknown(Reason.REPLY_UNREADABLE, evidence.error or "HTTP 200, not a JSON array")
    settlement = Settlement(
        Outcome.UNKNOWN,
        Reason.NOT_IN_REPLY,
        None,
        receipts.message_ids if receipts.matched else None,
    )
    if receipts.anomalies:
        return Verdict(settlement, Step.HALT, Cause.REPLY_ANOMALY, anomalies=receipts.anomalies)
    return Verdict(settlement)


def _judge_error(evidence: Evidence, status: int, rows: int) -> Verdict:
    error = read_error(evidence.body, evidence.hide) if evidence.complete else None
    told = f"HTTP {status}" + (f": {error}" if error else "")
    if status in _HALTING or 300 <= status < 400:
        let_in = status not in _NOT_LET_IN
        reason = Reason.RUN_HALTED if let_in else Reason.NOT_AUTHORIZED
        cause = Cause.WRONG_ADDRESS if let_in else Cause.NOT_AUTHORIZED
        return Verdict(_unsent(reason, told), Step.HALT, cause, error)
    if status == 429:
        return Verdict(_unsent(Reason.RATE_LIMITED, told), Step.WAIT, Cause.RATE_LIMITED, error)
    if status == 413 or (status in _REFUSING and error):
        error = error or ApiError(str(status), None, "too large")
        if rows == 1:
            refused = Settlement(Outcome.REFUSED, Reason.API_REFUSED, str(error))
            return Verdict(refused, error=error)
        return Verdict(
            _unsent(Reason.BATCH_REFUSED, told), Step.SPLIT, Cause.SYSTEMIC_REFUSAL, error
        )
    return _unknown(Reason.SERVER_ERROR, told, error)


def _unsent(reason: Reason, detail: str | None) -> Settlement:
    return Settlement(Outcome.UNSENT, reason, detail)


def _unknown(reason: Reason, detail: str | None, error: ApiError | None = None) -> Verdict:
    return Verdict(Settlement(Outcome.UNKNOWN, reason, detail), cause=Cause.OUTAGE, error=error)
