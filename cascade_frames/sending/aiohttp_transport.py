"""A transport of httpx's over aiohttp, at a quarter of the cost a request. The door to aiohttp.

It tells what httpx's own transport tells of each request: that its headers are about to leave,
before the first byte does. Nothing is repeated once that was told; no redirect is followed, no
cookie kept, no proxy used, and bodies come as they were sent.
"""

from __future__ import annotations

import select
import ssl
from collections.abc import AsyncIterator
from functools import lru_cache
from types import SimpleNamespace
from typing import Final
from weakref import WeakSet

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from multidict import CIMultiDict
from yarl import URL

_LEAVING: Final = "http11.send_request_headers.started"
_LEFT: Final = "cascade_frames.left"
_OWN_HEADERS: Final = frozenset({"Accept", "Accept-Encoding", "Content-Type", "User-Agent"})
_READ_BYTES: Final = 2**20
# Longer bodies, written in one piece, hold up the loop, of which aiohttp warns.
_PIECE_BYTES: Final = 2**20


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends requests over aiohttp; made and used within one event loop.

    Args:
        limits: how many connections at once, and how long an unused one is kept.
        connect: seconds a connection may take.
        read: seconds a server may be silent.
        verify: how servers prove who they are.
    """

    def __init__(
        self, limits: httpx.Limits, connect: float, read: float, verify: ssl.SSLContext
    ) -> None:
        self._connections = limits.max_connections or 100
        self._keep_idle = limits.keepalive_expiry
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect, sock_read=read)
        self._verify = verify
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return its answer with the body still to be read.

        A connection that has gone stale is found before anything leaves, and another is taken.

        Raises:
            httpx.ConnectError, httpx.ConnectTimeout: there was no connection.
            httpx.ReadError, httpx.RemoteProtocolError: anything else went wrong.
            Exception: what the request's trace raised; nothing has left then.
        """
        for _ in range(self._connections):
            try:
                return await self._send(request)
            except _Stale:
                continue
        raise httpx.ConnectError("every connection was stale", request=request)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session:
            await self._session.close()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        try:
            response = await self._ready_session().request(
                request.method,
                _url_of(request.url),
                data=_as_data(content),
                headers=_as_text(request.headers),
                allow_redirects=False,
                trace_request_ctx=request,
            )
        except aiohttp.ClientError as error:
            raise _as_httpx(error) from error
        return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response))

    def _ready_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=self._keep_idle, ssl=self._verify
                ),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_OWN_HEADERS,
                auto_decompress=False,
                read_bufsize=_READ_BYTES,
                trust_env=False,
                request_class=_Request,
                trace_configs=[_trace()],
            )
        return self._session


class _Stale(Exception):
    """The connection has something to say, or nothing more, before it was asked."""


class _Request(ClientRequest):
    """A request that looks at a connection it did not open before it uses it."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        protocol = conn.protocol
        if protocol is not None:
            if protocol in _used and _is_stale(protocol):
                raise _Stale
            _used.add(protocol)
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


def _trace() -> aiohttp.TraceConfig:
    async def leaving(
        _session: aiohttp.ClientSession, context: SimpleNamespace, _params: object
    ) -> None:
        request = context.trace_request_ctx
        if _LEFT in request.extensions:  # aiohttp repeats a GET whose connection was closed
            raise httpx.ReadError("the server hung up", request=request)
        trace = request.extensions.get("trace")
        if trace:
            await trace(_LEAVING, {"request": request})
        request.extensions[_LEFT] = True

    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(leaving)
    return config


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except aiohttp.ClientError as error:
            raise _as_httpx(error) from error

    async def aclose(self) -> None:
        """Keep the connection where the answer was read to its end."""
        self._response.close()


def _as_data(content: bytes) -> bytes | AsyncIterator[bytes] | None:
    if not content:
        return None
    return content if len(content) <= _PIECE_BYTES else _pieces(content)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _PIECE_BYTES):
        yield content[start : start + _PIECE_BYTES]


def _as_text(headers: httpx.Headers) -> CIMultiDict[str]:
    """The same headers; httpx's own way to text guesses an encoding for each of them anew."""
    return CIMultiDict(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw
    )


@lru_cache(maxsize=8)
def _url_of(url: httpx.URL) -> URL:
    """The same URL, as the bytes that httpx would send."""
    return URL.build(
        scheme=url.scheme,
        host=url.raw_host.decode(),
        port=url.port,
        path=url.raw_path.decode(),
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
