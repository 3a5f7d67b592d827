"""Webhooks: the API's status posts are taken into the ledger.

A post is answered with 200 only once it is on disk. Where the ledger fails, the answer is 503 and
the sender is to repeat the post.

The secret, a part of the path or a header, is taken out of the path before anything could log it.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from cascade_frames.errors import CascadeError, LedgerError, UsageError
from cascade_frames.ledger import Ledger, open_ledger
from cascade_frames.planning.fates import as_texts
from cascade_frames.settings import find_account, setting
from cascade_frames.tracking.desk import Desk, DeskFull
from cascade_frames.tracking.posts import BadPost, read_posts

WEBHOOK_PATH: Final = "/webhook"
HEALTH_PATH: Final = "/health"
SECRET_HEADER: Final = "X-Webhook-Secret"  # noqa: S105 - a header's name
SECRET_SETTING: Final = "CASCADE_WEBHOOK_SECRET"  # noqa: S105 - a variable's name

LARGEST_BODY: Final = 1024 * 1024  # some ten thousand posts in one array
_BODY_SECONDS: Final = 30.0
_SECRET_PATTERN: Final = re.compile(r"[A-Za-z0-9_-]{16,200}")


class _BodyTooLarge(Exception):
    """The body has more than `LARGEST_BODY` bytes."""


class _Door:
    """Lets posts in that know the secret; to all others there is nothing here.

    It stands before the routes: they would cost more than all that is done with a post.
    """

    def __init__(
        self, app: ASGIApp, secret: SecretStr, post: Callable[[Request], Awaitable[Response]]
    ) -> None:
        self._app = app
        self._secret = secret.get_secret_value().encode()
        self._post = post

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the ASGI protocol."""
        app: ASGIApp = self._app
        if scope["type"] == "http":
            root = scope.get("root_path", "")
            path = scope["path"].removeprefix(root)
            if path == WEBHOOK_PATH or path.startswith(f"{WEBHOOK_PATH}/"):
                given = path[len(WEBHOOK_PATH) :].strip("/")
                given = given or Headers(scope=scope).get(SECRET_HEADER, "")
                # In place: the server logs the path of this very scope.
                scope["path"] = root + WEBHOOK_PATH
                scope["raw_path"] = scope["path"].encode()
                app = await self._answer(Request(scope, receive), given)
        await app(scope, receive, send)

    async def _answer(self, request: Request, given: str) -> Response:
        if not hmac.compare_digest(given.encode(), self._secret):
            return _NOT_FOUND
        if request.method != "POST":
            return _NOT_ALLOWED
        return await self._post(request)


_NOT_FOUND: Final = PlainTextResponse("Not Found", 404)
_NOT_ALLOWED: Final = PlainTextResponse("Method Not Allowed", 405, {"Allow": "POST"})
_NOTED: Final = PlainTextResponse("noted")
_AGAIN: Final = {"Retry-After": "5"}
_CLOSE: Final = {"Connection": "close"}  # what is left of the body is not read


class _Endpoints:
    """The answers."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._desk = Desk(ledger)

    async def post(self, request: Request) -> Response:
        """Take a post of one status, or of several."""
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await _read_body(request)
            await self._desk.take(read_posts(body, datetime.now(UTC)))
        except _BodyTooLarge:
            return PlainTextResponse(f"larger than {LARGEST_BODY:,} bytes", 413, _CLOSE)
        except TimeoutError:
            return PlainTextResponse("the body did not come", 408, _CLOSE)
        except (BadPost, ClientDisconnect) as error:
            return PlainTextResponse(str(error), 400)
        except (LedgerError, DeskFull):
            return PlainTextResponse("not noted; send it again", 503, _AGAIN)
        return _NOTED

    async def health(self, _: Request) -> Response:
        """Whether the ledger can be read."""
        try:
            await asyncio.to_thread(self._ledger.deliveries, as_texts(["-"]))
        except LedgerError:
            return PlainTextResponse("the ledger cannot be read", 503, _AGAIN)
        return PlainTextResponse("ok")


async def _read_body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LARGEST_BODY:
        raise _BodyTooLarge
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks)


def make_secret() -> SecretStr:
    """A secret that nobody can guess."""
    return SecretStr(secrets.token_urlsafe(24))


def read_secret(secret: SecretStr | str) -> SecretStr:
    """The secret, if it is fit to be one.

    Raises:
        UsageError: it is too short, or has characters that a path cannot carry as they are.
    """
    text = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    if not _SECRET_PATTERN.fullmatch(text):
        raise UsageError(
            "The webhook's secret needs 16 to 200 letters, digits, - or _. Leave it out to have "
            "one made."
        )
    return SecretStr(text)


def make_app(ledger: Ledger | str | Path, secret: SecretStr | str) -> Starlette:
    """The ASGI application that takes status posts into a ledger.

    `POST /webhook/<secret>`, or `POST /webhook` with the header `X-Webhook-Secret`, and
    `GET /health`.

    Args:
        ledger: an open ledger, or its location, as in `cf.Ledger`.
        secret: 16 to 200 letters, digits, `-` or `_`.

    Raises:
        UsageError: the secret is not fit to be one.
        LedgerError: the ledger cannot be opened.
    """
    kept = read_secret(secret)
    endpoints = _Endpoints(ledger if isinstance(ledger, Ledger) else Ledger(ledger))
    app = Starlette(
        routes=[Route(HEALTH_PATH, endpoints.health, methods=["GET"])],
        middleware=[Middleware(_Door, secret=kept, post=endpoints.post)],
    )
    app.router.redirect_slashes = False
    return app


def default_ledger(location: str | Path | None = None) -> Ledger:
    """The ledger that sends of the configured account go to; of the sandbox where there is none."""
    account = find_account()
    return open_ledger(location, account.gateway if account else "sandbox")


class FromEnvironment:
    """The application with secret and ledger from the environment, made when first asked."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the ASGI protocol; a server that asks first is told what is wrong."""
        try:
            if self._app is None:
                self._app = make_app(default_ledger(), setting(SECRET_SETTING) or "")
        except CascadeError as error:
            if scope["type"] != "lifespan":
                raise
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await self._app(scope, receive, send)


app: Final = FromEnvironment()
