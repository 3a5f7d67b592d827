"""The API's endpoints as an ASGI application."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.bodies import BodyTooLarge, NotJson, decode_body, read_body
from cascade_frames.sandbox.clock import wall_time
from cascade_frames.sandbox.keys import Keys
from cascade_frames.sandbox.messages import check_batch, check_messages, variable_ids
from cascade_frames.sandbox.recorder import TICKET, Recorder
from cascade_frames.sandbox.refusals import Refusal, fail, json_response, refuse
from cascade_frames.sandbox.variables import check_variables

STANDARD = "/api/CascadeMessage/send_message/async"
TG_VIBER = "/api/CascadeMessage/send_message/tg-viber/async"
ITEMS = "/api/items"


class Endpoints:
    """The answers to the API's requests."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def standard(self, request: Request) -> Response:
        """Take messages for all channels in sequence."""
        return await self._send(request, "standard")

    async def tg_viber(self, request: Request) -> Response:
        """Take messages for Telegram and Viber first."""
        return await self._send(request, "tg-viber")

    async def _send(self, request: Request, route: str) -> Response:
        body = await read_body(request)
        keys = self._backend.keys.check(request.headers)
        batch = check_batch(decode_body(request, body))
        ticket = request.scope[TICKET]
        ticket.messages = len(batch)
        store = self._backend.store
        ids = variable_ids(batch) if body and b"%" in body else ()
        link_base = f"{request.base_url}s/"
        messages = check_messages(batch, store.variables(ids), link_base, wall_time())
        now = self._backend.clock.now()
        message_ids = store.accept(ticket.number, route, keys, messages, now)
        return json_response(
            [
                {"messageId": message_id, "trackinId": message.id}
                for message_id, message in zip(message_ids, messages, strict=True)
            ]
        )

    async def items(self, request: Request) -> Response:
        """Take the values of variables."""
        body = await read_body(request)
        self._backend.keys.check(request.headers)
        store = self._backend.store
        variables = check_variables(decode_body(request, body), store.new_link)
        store.put_variables(variables)
        return json_response({"variables": [{"id": variable.id} for variable in variables]})

    async def follow(self, request: Request) -> Response:
        """Lead a short link to where it leads."""
        target = self._backend.store.link_target(request.path_params["code"])
        if target is None:
            raise HTTPException(404)
        return RedirectResponse(target, 302)


async def _on_refusal(_: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return refuse(error)


async def _on_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return fail(error.status_code, "there is no such endpoint or method here", error.headers)


async def _on_large_body(_: Request, __: Exception) -> Response:
    return fail(413, "the request body is too large")


async def _on_other_type(_: Request, __: Exception) -> Response:
    return fail(415, "Content-Type must be application/json")


async def _on_fault(_: Request, __: Exception) -> Response:
    return fail(500, "the sandbox itself failed")


HANDLERS: dict[int | type[Exception], ExceptionHandler] = {
    Refusal: _on_refusal,
    HTTPException: _on_http_error,
    BodyTooLarge: _on_large_body,
    NotJson: _on_other_type,
    Exception: _on_fault,
}


def build(backend: Backend) -> ASGIApp:
    """Return the ASGI application that answers for `backend`."""
    endpoints = Endpoints(backend)
    application = Starlette(
        routes=[
            Route(STANDARD, endpoints.standard, methods=["POST"]),
            Route(TG_VIBER, endpoints.tg_viber, methods=["POST"]),
            Route(ITEMS, endpoints.items, methods=["POST"]),
            Route("/s/{code}", endpoints.follow, methods=["GET"]),
        ],
        middleware=[Middleware(Recorder, backend=backend)],
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
