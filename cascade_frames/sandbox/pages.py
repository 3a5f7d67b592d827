"""What is the sandbox's alone: the inbox to look at, and the means to steer it."""

from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.bodies import decode_body, read_body
from cascade_frames.sandbox.delivery import CURRENCY
from cascade_frames.sandbox.faults import FaultPlan
from cascade_frames.sandbox.inbox import Query
from cascade_frames.sandbox.refusals import Refusal, json_response

HERE = Path(__file__).parent
PAGE = HERE / "page"
PREFIX = "/sandbox"
# A notebook on this machine may show the inbox in a frame; no other page may.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src 'self'; base-uri 'none';"
    " frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
CONVERSATIONS = 60
MESSAGES = 200
LARGEST_NUMBER = 2**62
LONGEST_STEP = 86_400
"""Seconds a page or a client may move the time on by, at once."""


class Pages:
    """The inbox, the clock and the faults of one sandbox."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the sandbox's own."""
        return [
            Route("/", self.page, methods=["GET"]),
            Route("/favicon.ico", self.icon, methods=["GET"]),
            Route("/openapi.json", self.contract, methods=["GET"]),
            Route(f"{PREFIX}/inbox", self.inbox, methods=["GET"]),
            Route(f"{PREFIX}/clock", self.clock, methods=["GET", "POST"]),
            Route(f"{PREFIX}/faults", self.faults, methods=["GET", "PUT", "DELETE"]),
            Mount(f"{PREFIX}/page", StaticFiles(directory=PAGE)),
        ]

    async def page(self, _: Request) -> Response:
        """Show the inbox."""
        return FileResponse(PAGE / "inbox.html", headers=HEADERS)

    async def icon(self, _: Request) -> Response:
        """Lead to the icon, which browsers ask for by this name."""
        return RedirectResponse(f"{PREFIX}/page/icon.svg", 301)

    async def contract(self, _: Request) -> Response:
        """Show the OpenAPI document of what is answered here."""
        return FileResponse(HERE / "openapi.json", media_type="application/json")

    def inbox(self, request: Request) -> Response:
        """Return what the inbox shows now; Starlette runs this in a thread of its own."""
        asked = request.query_params
        inbox, now = self._backend.inbox, self._backend.clock.now()
        behind = inbox.catch_up(self._backend.store)
        query = Query(
            words=asked.get("q", "").strip(),
            channel=asked.get("channel", ""),
            state=asked.get("state", ""),
            kind=asked.get("type", ""),
            before=_number(asked.get("before", "")),
        )
        phone = asked.get("phone", "")
        return json_response(
            {
                "now": now,
                "speed": self._backend.clock.speed,
                "behind": behind,
                "currency": CURRENCY,
                "totals": inbox.totals(now),
                "conversations": inbox.conversations(query, now, CONVERSATIONS),
                "messages": inbox.conversation(phone, now, MESSAGES) if phone else [],
                "reach": self._backend.world.reach(phone) if phone else [],
            },
            headers={"Cache-Control": "no-store"},
        )

    async def clock(self, request: Request) -> Response:
        """Move the time on by `{"seconds": …}` if posted, and tell it, in microseconds."""
        clock = self._backend.clock
        if request.method == "POST":
            clock.step(_seconds(decode_body(request, await read_body(request))))
        return json_response({"now": clock.now(), "speed": clock.speed})

    async def faults(self, request: Request) -> Response:
        """Put other faults in force, or none, and return those in force."""
        saboteur = self._backend.saboteur
        if request.method == "PUT":
            body = decode_body(request, await read_body(request))
            try:
                saboteur.set(msgspec.convert(body, FaultPlan))
            except msgspec.ValidationError as error:
                raise Refusal(400, "INVALID_FAULT", str(error)) from None
        elif request.method == "DELETE":
            saboteur.set(FaultPlan())
        return json_response(saboteur.plan)


def is_own(path: str) -> bool:
    """Return whether a path is the sandbox's own, and so none of the API's."""
    return path in ("/", "/favicon.ico", "/openapi.json") or path.startswith((f"{PREFIX}/", "/s/"))


def _number(digits: str) -> int:
    return min(int(digits[:20]), LARGEST_NUMBER) if digits.isdecimal() else LARGEST_NUMBER


def _seconds(body: object) -> float:
    seconds = body.get("seconds") if isinstance(body, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise Refusal(400, "INVALID_STEP", "seconds must be a number", "seconds")
    if not 0 <= seconds <= LONGEST_STEP:
        raise Refusal(400, "INVALID_STEP", "seconds must be from 0 to a day", "seconds")
    return seconds
