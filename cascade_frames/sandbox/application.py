"""The sandbox as an ASGI application."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.bodies import BodyTooLarge, NotJson
from cascade_frames.sandbox.endpoints import Endpoints, requests_kind
from cascade_frames.sandbox.keys import Keys
from cascade_frames.sandbox.limits import TooManyRequests
from cascade_frames.sandbox.pages import Pages, is_own
from cascade_frames.sandbox.recorder import Recorder
from cascade_frames.sandbox.refusals import Refusal, fail, refuse
from cascade_frames.sandbox.sabotage import Sabotage


async def _on_refusal(_: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return refuse(error)


async def _on_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return fail(error.status_code, "there is no such endpoint, method or message", error.headers)


async def _on_large_body(_: Request, __: Exception) -> Response:
    return fail(413, "the request body is too large")


async def _on_other_type(_: Request, __: Exception) -> Response:
    return fail(415, "Content-Type must be application/json")


async def _on_rate(_: Request, __: Exception) -> Response:
    # a second is the shortest wait that the header can ask for
    return fail(429, "the rate limit is exceeded", {"Retry-After": "1"})


async def _on_fault(_: Request, __: Exception) -> Response:
    return fail(500, "the sandbox itself failed")


HANDLERS: dict[int | type[Exception], ExceptionHandler] = {
    Refusal: _on_refusal,
    HTTPException: _on_http_error,
    BodyTooLarge: _on_large_body,
    NotJson: _on_other_type,
    TooManyRequests: _on_rate,
    Exception: _on_fault,
}


def build(backend: Backend) -> ASGIApp:
    """Return the ASGI application that answers for `backend`."""
    application = Starlette(
        routes=[*Endpoints(backend).routes(), *Pages(backend).routes()],
        middleware=[
            Middleware(Recorder, backend=backend, is_api=lambda path: not is_own(path)),
            Middleware(Sabotage, saboteur=backend.saboteur, kinds=requests_kind),
        ],
        exception_handlers=HANDLERS,
    )
    application.router.redirect_slashes = False
    return application


class FromEnvironment:
    """The application with its keys from the environment, made when first asked something."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the ASGI protocol."""
        if self._app is None:
            self._app = build(Backend(Keys.from_environment()))
        await self._app(scope, receive, send)


app = FromEnvironment()
