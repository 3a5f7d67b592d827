"""The record of every request answered."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.store import Request

TICKET = "cascade_frames.sandbox.ticket"


@dataclass
class Ticket:
    """What is noted while a request is worked on: its running number and its messages."""

    number: int
    messages: int = 0


class Recorder:
    """ASGI middleware that numbers requests and keeps them, before the caller has the answer."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        self._app = app
        self._backend = backend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note it as its answer begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ticket = Ticket(next(self._backend.numbers))
        scope[TICKET] = ticket
        received_at = self._backend.clock.now()

        def record(status: int | None) -> None:
            self._backend.store.record(
                Request(
                    ticket.number,
                    scope["method"],
                    scope["path"],
                    status,
                    ticket.messages,
                    received_at,
                )
            )

        async def send_recorded(message: Message) -> None:
            if message["type"] == "http.response.start":
                record(message["status"])
            await send(message)

        await self._app(scope, receive, send_recorded)
