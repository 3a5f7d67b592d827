"""A transport over aiohttp, at a quarter of the cost a request. The door to aiohttp.

It tells what httpx's own transport tells of each request: that it is about to leave, before the
first byte does. Nothing is repeated once that was told; no redirect is followed, no cookie kept,
no proxy used. Errors are named as httpx names them.
"""

from __future__ import annotations

import select
import ssl
from collections.abc import AsyncIterator
from contextvars import ContextVar
from functools import lru_cache
from typing import Final
from weakref import WeakSet

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from multidict import CIMultiDict
from yarl import URL

from cascade_frames.sending.httpx_transport import receive, without_body
from cascade_frames.sending.transport import Flight, Json

_READ_BYTES: Final = 2**20
# Longer bodies, written in one piece, hold up the loop, of which aiohttp warns.
_PIECE_BYTES: Final = 2**20

# The request that the current task carries.
_flight: Final[ContextVar[Flight]] = ContextVar("flight")


class AiohttpTransport:
    """Carries requests over aiohttp; see `transport.Transport`.

    Args:
        headers: of a request with a body.
        limits: how many connections at once, and how long an unused one is kept.
        timeout: seconds a connection may take.
        verify: how servers prove who they are.
    """

    cancellable = True

    def __init__(
        self,
        headers: dict[str, str],
        limits: httpx.Limits,
        timeout: httpx.Timeout,
        verify: ssl.SSLContext,
    ) -> None:
        self._headers = without_body(headers)
        self._of_a_body = CIMultiDict(headers.items() - self._headers.items())
        self._connections = limits.max_connections or 100
        self._keep_idle = limits.keepalive_expiry
        # No timer for each part of an answer: the gateway has one for the whole.
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=timeout.connect)
        self._verify = verify
        self._session: aiohttp.ClientSession | None = None

    async def exchange(self, method: str, url: str, body: Json | None, flight: Flight) -> None:
        """See `transport.Transport`.

        A connection that has gone stale is found before anything leaves, and another is taken.
        """
        _flight.set(flight)
        for _ in range(self._connections):
            try:
                return await self._exchange(method, _url_of(url), body, flight)
            except _Stale:
                continue
            except aiohttp.ClientError as error:
                raise _as_httpx(error) from error
        raise httpx.ConnectError("every connection was stale")

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session:
            await self._session.close()

    async def _exchange(self, method: str, url: URL, body: Json | None, flight: Flight) -> None:
        headers, data = self._of_a_body if body else None, _as_data(body)
        if body and data is not body:
            headers = CIMultiDict(self._of_a_body, **{"Content-Length": str(len(body))})
        response = await self._ready_session().request(
            method, url, data=data, headers=headers, allow_redirects=False
        )
        try:
            await _read(response, flight)
        finally:
            response.close()  # keeps the connection where the answer was read to its end

    def _ready_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=self._keep_idle, ssl=self._verify
                ),
                timeout=self._timeout,
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=_READ_BYTES,
                trust_env=False,
                request_class=_Request,
            )
        return self._session


async def _read(response: aiohttp.ClientResponse, flight: Flight) -> None:
    if "Content-Encoding" in response.headers:
        packed = _Packed(response)
        headers = response.raw_headers
        await receive(httpx.Response(response.status, headers=headers, stream=packed), flight)
        return
    flight.answer(response.status, response.headers.get("Retry-After"))
    async for part in response.content.iter_any():
        if not flight.receive(part):
            return


class _Packed(httpx.AsyncByteStream):
    """An answer's body as it came, for httpx to unpack."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.content.iter_any():
            yield part


class _Stale(Exception):
    """The connection has something to say, or nothing more, before it was asked."""


class _Request(ClientRequest):
    """A request that looks at a connection it did not open, and says when it leaves."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        protocol = conn.protocol
        if protocol is not None:
            if protocol in _used and _is_stale(protocol):
                raise _Stale
            _used.add(protocol)
        flight = _flight.get()
        if flight.left:  # aiohttp repeats a GET whose connection was closed
            raise httpx.ReadError("the server hung up")
        flight.leave()
        return await super().send(conn)


_used: Final[WeakSet[ResponseHandler]] = WeakSet()


def _is_stale(protocol: ResponseHandler) -> bool:
    """Whether something came unasked: it would pass for the answer to the next request."""
    line = protocol.transport.get_extra_info("socket") if protocol.transport else None
    return protocol.should_close or line is None or _has_news(line.fileno())


def _has_news(descriptor: int) -> bool:
    """Whether the socket has bytes, or an end, to be read; as httpx's own transport asks."""
    if not hasattr(select, "poll"):
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _as_data(body: Json | None) -> Json | AsyncIterator[Json] | None:
    return _pieces(body) if body and len(body) > _PIECE_BYTES else body or None


async def _pieces(content: Json) -> AsyncIterator[Json]:
    for start in range(0, len(content), _PIECE_BYTES):
        yield content[start : start + _PIECE_BYTES]


@lru_cache(maxsize=8)
def _url_of(url: str) -> URL:
    """The same URL, as the bytes that httpx would send."""
    read = httpx.URL(url)
    return URL.build(
        scheme=read.scheme,
        host=read.raw_host.decode(),
        port=read.port,
        path=read.raw_path.decode(),
        encoded=True,
    )


def _as_httpx(error: Exception) -> httpx.TransportError:
    words = type(error).__name__
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return httpx.ConnectTimeout(words)
    if isinstance(error, aiohttp.ClientConnectorError):
        return httpx.ConnectError(words)
    if isinstance(error, aiohttp.ClientResponseError):
        return httpx.RemoteProtocolError(words)
    return httpx.ReadError(words)
