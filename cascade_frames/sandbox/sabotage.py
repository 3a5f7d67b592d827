"""Faults carried out, between the application and the wire."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cascade_frames.sandbox.faults import Fault, Requests, Saboteur
from cascade_frames.sandbox.refusals import Refusal, fail, json_response, refuse

RESET = "cascade_frames.sandbox.reset"
"""Extension of an ASGI scope by our own server: a function that resets the connection."""

FOREIGN_ID = "nobody-sent-this"
DRIPS = 20
MESSAGE = "a fault made on demand"


class Sabotage:
    """ASGI middleware that lets `saboteur` spoil requests to the API.

    `kinds` gives what a path is counted as, or None for one that is left alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        saboteur: Saboteur,
        kinds: Callable[[str], Requests | None],
    ) -> None:
        self._app = app
        self._saboteur = saboteur
        self._kinds = kinds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or spoil it."""
        kind = self._kinds(scope["path"]) if scope["type"] == "http" else None
        fault = None if kind is None else self._saboteur.next_fault(kind)
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.kind in ("status", "reset") and not fault.accepted:
            await _read_all(receive)
            answer = None
        else:
            answer = await _answer_of(self._app, scope, receive)
            if not 200 <= answer.status_code < 300:
                await answer(scope, receive, send)
                return
        await _carry_out(fault, answer, scope, receive, send)


async def _carry_out(
    fault: Fault, answer: Response | None, scope: Scope, receive: Receive, send: Send
) -> None:
    if answer is None or fault.kind in ("status", "reset"):
        if fault.kind == "reset":
            await _reset(scope, receive)
        else:
            await _error(fault)(scope, receive, send)
        return
    if fault.kind in SPOILED:
        body = _spoil(fault.kind, bytes(answer.body))
        await Response(body, 200, media_type="application/json")(scope, receive, send)
    elif fault.kind == "cut":
        await send(_start(answer))
        body = bytes(answer.body)
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        )
        await _reset(scope, receive)
    elif fault.kind == "drip":
        await _drip(answer, fault.seconds, receive, send)
    else:
        await _pause(fault.seconds, receive)
        await answer(scope, receive, send)


def _error(fault: Fault) -> Response:
    status = fault.status
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    if status in (204, 304) or fault.body == "empty":
        return Response(None, status, headers)
    if fault.body == "html":
        page = f"<!doctype html><title>{status}</title><h1>{MESSAGE}</h1>"
        return HTMLResponse(page, status, headers)
    if fault.body == "3":
        return fail(status, MESSAGE, headers)
    if fault.body == "2":
        body = {"status": status, "error": "Simulated", "message": MESSAGE, "code": 1001}
        return json_response(body, status, headers)
    answer = refuse(Refusal(status, "SIMULATED", MESSAGE))
    answer.headers.update(headers)
    return answer


def _shorten(receipts: list[Any]) -> list[Any]:
    return receipts[:-1]


def _double(receipts: list[Any]) -> list[Any]:
    return [*receipts, *receipts[:1]]


def _reorder(receipts: list[Any]) -> list[Any]:
    return receipts[::-1]


def _estrange(receipts: list[Any]) -> list[Any]:
    return [{**receipts[0], "trackinId": FOREIGN_ID}, *receipts[1:]]


SPOILED: Mapping[str, Callable[[list[Any]], list[Any]] | None] = MappingProxyType(
    {
        "short": _shorten,
        "doubled": _double,
        "reordered": _reorder,
        "foreign": _estrange,
        "truncated": None,
    }
)


def _spoil(kind: str, body: bytes) -> bytes:
    spoil = SPOILED[kind]
    if spoil is None:
        return body[: len(body) // 2]
    receipts = msgspec.json.decode(body)
    return msgspec.json.encode(spoil(receipts)) if isinstance(receipts, list) else body


async def _drip(answer: Response, seconds: float, receive: Receive, send: Send) -> None:
    body = bytes(answer.body)
    size = -(-len(body) // DRIPS) or 1
    await send(_start(answer))
    for start in range(0, len(body), size):
        await _pause(seconds / DRIPS, receive)
        drop = body[start : start + size]
        await send({"type": "http.response.body", "body": drop, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _start(answer: Response) -> Message:
    headers = answer.raw_headers
    return {"type": "http.response.start", "status": answer.status_code, "headers": headers}


async def _pause(seconds: float, receive: Receive) -> None:
    """Wait, but no longer than the caller does."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_disconnected(receive), seconds)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _reset(scope: Scope, receive: Receive) -> None:
    reset = scope.get("extensions", {}).get(RESET)
    if reset is None:
        raise ConnectionResetError(MESSAGE)
    reset()
    await _disconnected(receive)


async def _read_all(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> Response:
    answer = Response()
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status_code = message["status"]
            answer.raw_headers = list(message["headers"])
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, keep)
    answer.body = bytes(body)
    return answer
