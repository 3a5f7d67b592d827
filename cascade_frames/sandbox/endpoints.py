"""The API's endpoints."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.bodies import decode_body, read_body
from cascade_frames.sandbox.clock import wall_time
from cascade_frames.sandbox.delivery import describe
from cascade_frames.sandbox.faults import Requests
from cascade_frames.sandbox.messages import check_batch, check_messages, variable_ids
from cascade_frames.sandbox.recorder import TICKET
from cascade_frames.sandbox.refusals import json_response
from cascade_frames.sandbox.variables import check_variables

STANDARD = "/api/CascadeMessage/send_message/async"
TG_VIBER = "/api/CascadeMessage/send_message/tg-viber/async"
ITEMS = "/api/items"
STATUS = "/bat/message/"


def requests_kind(path: str) -> Requests | None:
    """Return what a request to `path` counts as, or None when it is none of the API's."""
    if path in (STANDARD, TG_VIBER):
        return "messages"
    if path == ITEMS:
        return "items"
    return "reads" if path.startswith(STATUS) else None


class Endpoints:
    """The answers to the API's requests."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[Route]:
        """Return the API's routes."""
        return [
            Route(STANDARD, self.standard, methods=["POST"]),
            Route(TG_VIBER, self.tg_viber, methods=["POST"]),
            Route(ITEMS, self.items, methods=["POST"]),
            Route(STATUS + "{message_id}", self.status, methods=["GET"]),
            Route("/s/{code}", self.follow, methods=["GET"]),
        ]

    async def standard(self, request: Request) -> Response:
        """Take messages for all channels in sequence."""
        return await self._send(request, "standard")

    async def tg_viber(self, request: Request) -> Response:
        """Take messages for Telegram and Viber first."""
        return await self._send(request, "tg-viber")

    async def _send(self, request: Request, route: str) -> Response:
        body = await read_body(request)
        keys = self._backend.keys.check(request.headers)
        self._backend.gate.pass_message()
        batch = check_batch(decode_body(request, body))
        ticket = request.scope[TICKET]
        ticket.carries(len(batch))
        ids = variable_ids(batch) if body and b"%" in body else ()
        variables = self._backend.store.variables(ids) if ids else {}
        link_base = f"{request.base_url}s/"
        messages = check_messages(batch, variables, link_base, wall_time())
        message_ids = self._backend.accept(ticket.number, route, keys, messages)
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
        self._backend.gate.pass_message()
        store = self._backend.store
        variables = check_variables(decode_body(request, body), store.new_link)
        store.put_variables(variables)
        return json_response({"variables": [{"id": variable.id} for variable in variables]})

    async def status(self, request: Request) -> Response:
        """Tell what became of one message."""
        self._backend.keys.check(request.headers)
        self._backend.gate.pass_read()
        number = self._backend.store.number(request.path_params["message_id"])
        if number is None:
            raise HTTPException(404)
        now = self._backend.clock.now()
        delivered = self._backend.delivered(number)
        return json_response(describe(delivered, self._backend.prices, now))

    async def follow(self, request: Request) -> Response:
        """Lead a short link to where it leads."""
        target = self._backend.store.link_target(request.path_params["code"])
        if target is None:
            raise HTTPException(404)
        return RedirectResponse(target, 302)
