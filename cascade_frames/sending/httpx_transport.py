"""The reference transport: httpx's own, or one of the caller's, with httpx's trace."""

from __future__ import annotations

from typing import Any

import httpx

from cascade_frames.sending.transport import Flight, Json


class HttpxTransport:
    """The reference: one of httpx's own transports, or the caller's.

    Args:
        transport: what carries the requests.
        headers: of a request with a body.
        timeout: seconds, as httpx wants them.
    """

    # It can leak the connection (encode/httpcore#1093).
    cancellable = False

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        headers: dict[str, str],
        timeout: httpx.Timeout,
    ) -> None:
        self._transport = transport
        self._headers = httpx.Headers(headers)
        self._bodiless = httpx.Headers(without_body(headers))
        self._timeout = timeout.as_dict()

    async def exchange(self, method: str, url: str, body: Json | None, flight: Flight) -> None:
        """See `transport.Transport`."""

        async def trace(event: str, info: dict[str, Any]) -> None:
            # A tunnel through a proxy is asked for with a request of its own, which carries no
            # message.
            asked = getattr(info.get("request"), "method", None)
            if event.endswith("send_request_headers.started") and asked != b"CONNECT":
                flight.leave()

        response = await self._transport.handle_async_request(
            httpx.Request(
                method,
                url,
                headers=self._headers if body else self._bodiless,
                content=None if body is None else bytes(body),
                extensions={"trace": trace, "timeout": self._timeout},
            )
        )
        try:
            await receive(response, flight)
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


async def receive(response: httpx.Response, flight: Flight) -> None:
    """Read an answer to its end, unpacked where it is compressed."""
    flight.answer(response.status_code, response.headers.get("retry-after"))
    async for part in response.aiter_bytes():
        if not flight.receive(part):
            return


def without_body(headers: dict[str, str]) -> dict[str, str]:
    """The headers of a request that has no body."""
    return {name: value for name, value in headers.items() if name != "Content-Type"}


class Proxied(httpx.AsyncBaseTransport):
    """A client of httpx's as a transport: it knows which address goes through which proxy."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; no redirect is followed."""
        return await self._client.send(request, stream=True, follow_redirects=False)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()
