"""The plain client: one request, one answer, no ledger. For those who only want that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import msgspec
from anyio.from_thread import BlockingPortal, start_blocking_portal

from cascade_frames import contract
from cascade_frames.contract import Field, Route
from cascade_frames.errors import (
    GatewayError,
    MappingError,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorized,
)
from cascade_frames.outcomes import WORDING, Outcome
from cascade_frames.planning.planner import read_route
from cascade_frames.sending.evidence import Evidence
from cascade_frames.sending.gateway import Gateway
from cascade_frames.sending.pacing import Pace
from cascade_frames.sending.replies import read_receipts
from cascade_frames.sending.verdicts import Cause, Verdict, judge
from cascade_frames.sending.waiting import retry_after_seconds
from cascade_frames.settings import Account

Message = Mapping[str, Any]


@dataclass(frozen=True)
class Receipt:
    """What the API gives for an accepted message.

    Attributes:
        message_id: the API's, for status tracking.
        tracking_id: yours (`trackinId` in the API's spelling).
    """

    message_id: str
    tracking_id: str


class AsyncClient:
    """The plain client for async code; use as an async context manager.

    Messages are dicts in the API's own terms and are passed through as they are. Nothing is
    repeated and nothing is remembered: see `cascade_frames.send` for that.
    """

    def __init__(self, account: Account) -> None:
        self._gateway = Gateway(account)
        self._rate = account.requests_per_second
        self._pace: Pace | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._gateway.aclose()

    async def send_message(self, message: Message, *, route: str = Route.STANDARD) -> Receipt:
        """Send one message. See `send_bulk` for arguments and errors."""
        return (await self.send_bulk([message], route=route))[0]

    async def send_bulk(
        self, messages: Sequence[Message], *, route: str = Route.STANDARD
    ) -> list[Receipt]:
        """Send up to 1000 messages in one request.

        Args:
            messages: objects with the API's field names; each needs an `id`.
            route: `"standard"` or `"telegram_viber"`.

        Returns:
            One receipt per message, in the order given.

        Raises:
            MappingError: no or too many messages, an id missing or doubled, no such route.
            Refused: the API said no; nothing was accepted.
            Unauthorized, RateLimited, NotSent: provably not accepted.
            OutcomeUnknown: some or all may have been accepted.
        """
        ids, body = _encode(messages)
        path = read_route(route).path
        if self._pace is None:
            self._pace = Pace(self._rate)
        await self._pace.turn()
        evidence = await self._gateway.post(path, body)
        verdict = judge(evidence, ids)
        receipts = verdict.settlement.message_ids
        if receipts is None or receipts.null_count or verdict.anomalies:
            raise _error(verdict, evidence, ids)
        return [Receipt(one, own) for one, own in zip(receipts.to_pylist(), ids, strict=True)]


class Client:
    """The plain client; the same as `AsyncClient`, run in a loop of its own.

    Use as a context manager, or `close()` it.
    """

    def __init__(self, account: Account) -> None:
        self._client = AsyncClient(account)
        self._stack = ExitStack()
        self._portal: BlockingPortal = self._stack.enter_context(start_blocking_portal())
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and end the loop; once closed, it stays so."""
        if not self._closed:
            self._closed = True
            with self._stack:
                self._portal.call(self._client.aclose)

    def send_message(self, message: Message, *, route: str = Route.STANDARD) -> Receipt:
        """Send one message. See `AsyncClient.send_bulk` for arguments and errors."""
        return self.send_bulk([message], route=route)[0]

    def send_bulk(
        self, messages: Sequence[Message], *, route: str = Route.STANDARD
    ) -> list[Receipt]:
        """Send up to 1000 messages in one request. See `AsyncClient.send_bulk`."""

        async def call() -> list[Receipt]:
            return await self._client.send_bulk(messages, route=route)

        return self._portal.call(call)


def _encode(messages: Sequence[Message]) -> tuple[list[str], bytes]:
    if not isinstance(messages, Sequence) or not 1 <= len(messages) <= contract.MAX_BATCH:
        raise MappingError(f"Give a list of 1 to {contract.MAX_BATCH} messages for one request.")
    if not all(isinstance(message, Mapping) for message in messages):
        raise MappingError("Every message is a dict with the API's field names.")
    ids = [message.get(Field.ID) for message in messages]
    if not all(isinstance(one, str) and one for one in ids):
        raise MappingError('Every message needs an "id" of its own, as a string.')
    if len(set(ids)) < len(ids):
        raise MappingError("Two of the messages have the same id; each needs its own.")
    try:
        return [str(one) for one in ids], msgspec.json.encode([dict(one) for one in messages])
    except (TypeError, ValueError) as error:
        raise MappingError(
            f"A message holds something that JSON cannot ({type(error).__name__})."
        ) from None


def _error(verdict: Verdict, evidence: Evidence, ids: Sequence[str]) -> GatewayError:
    settlement = verdict.settlement
    words = WORDING[settlement.reason] if settlement.reason else "the reply is not clear"
    told = "; ".join(verdict.anomalies) or settlement.detail
    message = f"{words}{f' ({told})' if told else ''}"
    given: dict[str, Any] = {"status": evidence.status}
    if verdict.error:
        given |= {"code": verdict.error.code, "field": verdict.error.field}
    if settlement.outcome is Outcome.REFUSED or verdict.cause is Cause.SYSTEMIC_REFUSAL:
        return Refused(f"{message}. Nothing was accepted; mend it and send again.", **given)
    if verdict.cause is Cause.NOT_AUTHORIZED:
        return Unauthorized(f"{message}. Check the account's keys and base URL.", **given)
    if verdict.cause is Cause.RATE_LIMITED:
        limited = RateLimited(f"{message}. Nothing was accepted; wait and repeat.", **given)
        limited.retry_after = retry_after_seconds(evidence.retry_after, datetime.now(UTC))
        return limited
    if settlement.outcome is Outcome.UNSENT:
        return NotSent(f"{message}. Nothing was accepted; it may be repeated.", **given)
    return _unknown(message, given, evidence, ids)


def _unknown(
    message: str, given: dict[str, Any], evidence: Evidence, ids: Sequence[str]
) -> OutcomeUnknown:
    receipts = read_receipts(evidence.body, ids) if evidence.complete else None
    accepted = receipts.matched if receipts else 0
    return OutcomeUnknown(
        f"{message}. {accepted} of {len(ids)} messages have a receipt; the others may have been "
        "accepted too, so repeating the request may message people twice.",
        **given,
    )
