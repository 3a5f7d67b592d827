"""The record of every request to the API."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.store import Request, Store

TICKET = "cascade_frames.sandbox.ticket"


class Ticket:
    """One request as far as it is known; every change is kept at once."""

    def __init__(self, store: Store, request: Request) -> None:
        self._store = store
        self._request = request
        store.record(request)

    @property
    def number(self) -> int:
        """The running number of the request."""
        return self._request.number

    def carries(self, messages: int) -> None:
        """Note how many messages the request carries."""
        self._keep(self._request._replace(messages=messages))

    def answered(self, status: int) -> None:
        """Note the status of the answer."""
        self._keep(self._request._replace(status=status))

    def _keep(self, request: Request) -> None:
        self._request = request
        self._store.record(request)


class Recorder:
    """ASGI middleware that numbers requests and keeps them, before the caller has the answer.

    `is_api` says whether a path is the API's; what belongs to the sandbox alone is not kept.
    """

    def __init__(self, app: ASGIApp, backend: Backend, is_api: Callable[[str], bool]) -> None:
        self._app = app
        self._backend = backend
        self._is_api = is_api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note it and its answer."""
        if scope["type"] != "http" or not self._is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        number, now = next(self._backend.numbers), self._backend.clock.now()
        request = Request(number, scope["method"], scope["path"], None, 0, now)
        ticket = Ticket(self._backend.store, request)
        scope[TICKET] = ticket

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                ticket.answered(message["status"])
            await send(message)

        await self._app(scope, receive, send_noted)
