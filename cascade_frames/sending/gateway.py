"""One request to the gateway, and the evidence it leaves.

Whether bytes left is taken from the transport's trace, not from the kind of error: httpx
raises the same classes before and after. Redirects are never followed, since custom key
headers would go along. Requests are handed to a transport itself, as a client's layers (cookies,
redirects, authentication) are of no use here and cost as much as the request.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import Final, Self

import httpx

from cascade_frames.errors import AccountError
from cascade_frames.sending.discretion import Discretion
from cascade_frames.sending.evidence import Evidence, Failure
from cascade_frames.sending.httpx_transport import HttpxTransport, Proxied
from cascade_frames.sending.transport import Flight, Json, Transport
from cascade_frames.settings import Account

CONNECT_SECONDS: Final = 10.0
# Servers close idle connections after some seconds; one closed under a request would leave its
# rows unknown, so ours are given up first.
KEEP_IDLE_SECONDS: Final = 2.0
# A deadline that is noticed so late says more of the loop than of the server.
_LATE_SECONDS: Final = 0.1

_FAILURES: Final[tuple[tuple[type[Exception], Failure], ...]] = (
    (httpx.ConnectError, Failure.CONNECT),
    (httpx.ConnectTimeout, Failure.CONNECT),
    (httpx.PoolTimeout, Failure.CONNECT),
    (httpx.UnsupportedProtocol, Failure.MISUSE),
    (httpx.InvalidURL, Failure.MISUSE),
    (httpx.LocalProtocolError, Failure.MISUSE),
    (httpx.ProxyError, Failure.MISUSE),
)


def failure_of(error: Exception) -> Failure:
    """The kind of failure an httpx error is; `LOST` for any that is not listed."""
    return next((kind for of, kind in _FAILURES if isinstance(error, of)), Failure.LOST)


@contextlib.contextmanager
def _usable() -> Iterator[None]:
    """What httpx says of a base URL or an environment that it cannot use, as ours."""
    try:
        yield
    except httpx.InvalidURL:
        raise AccountError(
            "No request can be made to this base_url (CASCADE_BASE_URL): its host is none. If it "
            "is right, look at the proxies in the environment (HTTPS_PROXY, ALL_PROXY, NO_PROXY). "
            "Nothing was sent."
        ) from None
    except ImportError:
        raise AccountError(
            "The environment names a SOCKS proxy (ALL_PROXY, HTTPS_PROXY), which takes one more "
            "package: pip install 'httpx[socks]'. Or unset it. Nothing was sent."
        ) from None
    except (ValueError, OSError) as error:
        raise AccountError(
            "The environment names a proxy (HTTPS_PROXY, ALL_PROXY) or certificates "
            f"(SSL_CERT_FILE, SSL_CERT_DIR) that cannot be used ({type(error).__name__}). Mend or "
            "unset that. Nothing was sent."
        ) from None


class Gateway:
    """Requests to one account's API, several at once, each within a total deadline.

    Use as an async context manager inside one event loop. `transport` is for a transport of
    the caller's; one that is neither ours nor httpx's has no trace, so its bytes count as
    having left.

    Raises:
        AccountError: the base URL, or a proxy in the environment, cannot be used.
    """

    @_usable()
    def __init__(self, account: Account, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._base_url = f"{httpx.URL(account.base_url)}".rstrip("/")
        self._deadline = account.deadline
        self._keys = tuple(account.headers().values())
        self._traced = transport is None
        self._under_way: set[asyncio.Task[None]] = set()
        self._transport = _transport(account, transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def post(self, path: str, body: Json) -> Evidence:
        """POST a JSON body; never raises for what the network or the server does.

        A request past the deadline is cut off, or left to end by itself where the transport has it
        so. One that has not left by then never will.
        """
        return await self._request("POST", path, body)

    async def get(self, path: str) -> Evidence:
        """GET a path; the evidence, the deadline and the trust are those of `post`."""
        return await self._request("GET", path, None)

    async def _request(self, method: str, path: str, body: Json | None) -> Evidence:
        loop = asyncio.get_running_loop()
        flight = Flight(traced=self._traced)
        found: asyncio.Future[Evidence] = loop.create_future()
        task = loop.create_task(self._exchange(method, path, body, flight, found))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        out_of_time = loop.call_later(
            self._deadline, self._give_up, flight, found, task, loop.time() + self._deadline
        )
        try:
            return self._discreet(await found, body or b"[]")
        finally:
            out_of_time.cancel()

    async def aclose(self) -> None:
        """Close every connection; what is still under way ends with an error nobody needs."""
        left_over = list(self._under_way)
        with contextlib.suppress(RuntimeError):
            await self._transport.aclose()
        if left_over:
            await asyncio.wait(left_over, timeout=0.2)
        for task in left_over:
            task.cancel()
        await asyncio.gather(*left_over, return_exceptions=True)

    def _discreet(self, evidence: Evidence, body: Json) -> Evidence:
        """The same evidence; where the API has words to say, what they quote is to be hidden."""
        if evidence.status in (None, 200):
            return evidence
        return replace(evidence, hide=Discretion(self._keys, body))

    async def _exchange(
        self,
        method: str,
        path: str,
        body: Json | None,
        flight: Flight,
        found: asyncio.Future[Evidence],
    ) -> None:
        """Make a request; what is found out about it is told once, whatever becomes of it."""
        evidence = None
        try:
            await self._transport.exchange(method, self._base_url + path, body, flight)
            evidence = flight.landed()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is evidence
            evidence = flight.lost(type(error).__name__, failure_of(error))
        finally:
            if not found.done():  # else nobody waits any more
                found.set_result(evidence or flight.lost("closed"))

    def _give_up(
        self,
        flight: Flight,
        found: asyncio.Future[Evidence],
        task: asyncio.Task[None],
        due: float,
    ) -> None:
        """Wait no longer for a request; one that has not left yet never will.

        Where the loop itself was held up until now, what came meanwhile is read first.
        """
        if found.done():
            return
        loop = asyncio.get_running_loop()
        if loop.time() - due > _LATE_SECONDS:
            loop.call_later(_LATE_SECONDS, self._give_up, flight, found, task, math.inf)
            return
        flight.given_up = True
        found.set_result(flight.lost("deadline"))
        if self._transport.cancellable:
            task.cancel()


def _headers(account: Account) -> dict[str, str]:
    return {
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": "cascade-frames",
        "Content-Type": "application/json",
        **account.headers(),
    }


def _transport(account: Account, given: httpx.AsyncBaseTransport | None) -> Transport:
    """The caller's transport; else the fastest there is for the account that has a true trace.

    What proxies there are, and for whom, is httpx's to read from the environment.
    """
    connect = min(CONNECT_SECONDS, account.deadline)
    headers = _headers(account)
    timeout = httpx.Timeout(account.deadline, connect=connect)
    if given is not None:
        return HttpxTransport(given, headers, timeout)
    trust_env = account.gateway == "live"
    limits = httpx.Limits(
        max_connections=account.max_in_flight,
        max_keepalive_connections=account.max_in_flight,
        keepalive_expiry=KEEP_IDLE_SECONDS,
    )
    if trust_env and any(map(urllib.request.getproxies().get, ("http", "https", "all"))):
        proxied = Proxied(httpx.AsyncClient(limits=limits, trust_env=True))
        return HttpxTransport(proxied, headers, timeout)
    verify = _trust(account.base_url, trust_env)
    if account.transport == "auto":
        with contextlib.suppress(ImportError):  # it is an extra
            # Costs a fifth of a second to import, which only those who send should pay.
            from cascade_frames.sending.aiohttp_transport import AiohttpTransport

            return AiohttpTransport(headers, limits, timeout, verify)
    plain = httpx.AsyncHTTPTransport(verify, http2=False, trust_env=trust_env, limits=limits)
    return HttpxTransport(plain, headers, timeout)


def _trust(base_url: str, trust_env: bool) -> ssl.SSLContext:
    """Whom to trust: for plain HTTP nobody, as reading certificates takes a tenth of a second."""
    if base_url.startswith("https:"):
        return httpx.create_ssl_context(trust_env=trust_env)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
