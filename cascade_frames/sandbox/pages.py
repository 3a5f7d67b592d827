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
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
CONVERSATIONS = 60
MESSAGES = 200
LARGEST_NUMBER = 2**62


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
            Route(f"{PREFIX}/clock", self.read_clock, methods=["GET"]),
            Route(f"{PREFIX}/clock", self.step_clock, methods=["POST"]),
            Route(f"{PREFIX}/faults", self.read_faults, methods=["GET"]),
            Route(f"{PREFIX}/faults", self.set_faults, methods=["PUT"]),
            Route(f"{PREFIX}/faults", self.clear_faults, methods=["DELETE"]),
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

    async def read_clock(self, _: Request) -> Response:
        """Return the sandbox's time, microseconds since 1970, UTC, and its speed."""
        clock = self._backend.clock
        return json_response({"now": clock.now(), "speed": clock.speed})

    async def step_clock(self, request: Request) -> Response:
        """Move the time on by `{"seconds": …}`."""
        body = decode_body(request, await read_body(request))
        seconds = body.get("seconds") if isinstance(body, dict) else None
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise Refusal(400, "INVALID_STEP", "seconds must be a number", "seconds")
        try:
            self._backend.clock.step(seconds)
        except ValueError:
            message = "time only moves on, and a hundred years at most"
            raise Refusal(400, "INVALID_STEP", message, "seconds") from None
        return await self.read_clock(request)

    async def read_faults(self, _: Request) -> Response:
        """Return the faults in force."""
        return json_response(self._backend.saboteur.plan)

    async def set_faults(self, request: Request) -> Response:
        """Put the faults of the body in force; counting begins anew."""
        body = decode_body(request, await read_body(request))
        try:
            plan = msgspec.convert(body, FaultPlan)
        except msgspec.ValidationError as error:
            raise Refusal(400, "INVALID_FAULT", str(error)) from None
        self._backend.saboteur.set(plan)
        return await self.read_faults(request)

    async def clear_faults(self, request: Request) -> Response:
        """Let everything go well again."""
        self._backend.saboteur.set(FaultPlan())
        return await self.read_faults(request)


def is_own(path: str) -> bool:
    """Return whether a path is the sandbox's own, and so none of the API's."""
    return path in ("/", "/favicon.ico", "/openapi.json") or path.startswith((f"{PREFIX}/", "/s/"))


def _number(digits: str) -> int:
    return min(int(digits[:20]), LARGEST_NUMBER) if digits.isdecimal() else LARGEST_NUMBER
