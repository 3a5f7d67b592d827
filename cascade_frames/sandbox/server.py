"""The sandbox on a socket."""

import socket
import threading
import warnings
import weakref
from collections.abc import Callable
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

import pandas as pd
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from cascade_frames.sandbox.application import build
from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.keys import Keys
from cascade_frames.sandbox.tables import accepted_table, requests_table

BACKLOG = 128


class Sandbox:
    """The Cascade API emulated on this machine.

    Use it as a context manager, or `start` and `stop` it. It answers from a thread with an
    event loop of its own, so it runs beside any other loop, Jupyter's too. `port=0` takes a free
    port, which is kept when the sandbox is stopped and started again. Keys that are not given
    are invented. What it accepted stays readable after `stop`.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        viber_token: str | None = None,
        telegram_key: str | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._keys = Keys.invent(api_key, viber_token, telegram_key)
        self._backend = Backend(self._keys)
        self._server: _Server | None = None
        weakref.finalize(self, self._backend.store.close)

    def start(self) -> Self:
        """Answer requests from now on; raise `OSError` when the port cannot be had."""
        if self._server is not None:
            return self
        if not _is_loopback(self._host):
            warnings.warn(
                f"The sandbox listens on {self._host}, which other machines may reach."
                " It is made for this one: leave host out unless that is what you want.",
                stacklevel=2,
            )
        listener = _listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        self._server = _Server(build(self._backend), listener)
        self._server.begin()
        return self

    def stop(self) -> None:
        """Answer no more: close every connection, free the port and end the thread."""
        if self._server is not None:
            self._server.end()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "" if self._server is not None else ", stopped"
        return f"<Sandbox {self.url}{state}>"

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def api_key(self) -> str:
        """What `X-Authorization-Key` must carry."""
        return self._keys.api_key or ""

    @property
    def viber_token(self) -> str:
        """What `X-Viber-Auth-Token` must carry, if it is sent."""
        return self._keys.viber_token or ""

    @property
    def telegram_key(self) -> str:
        """What `X-Tg-Bot-Key` must carry, if it is sent."""
        return self._keys.telegram_key or ""

    def accepted(self) -> pd.DataFrame:
        """Return every accepted message; the columns are described in `tables`."""
        return accepted_table(self._backend.store)

    def requests(self) -> pd.DataFrame:
        """Return every answered request; the columns are described in `tables`."""
        return requests_table(self._backend.store)


def serve(
    host: str = "127.0.0.1",
    port: int = 8025,
    api_key: str | None = None,
    viber_token: str | None = None,
    telegram_key: str | None = None,
    announce: Callable[[Sandbox], None] | None = None,
) -> None:
    """Run a sandbox until Ctrl-C; `announce` is called with it once it answers."""
    with Sandbox(host, port, api_key, viber_token, telegram_key) as sandbox:
        if announce is not None:
            announce(sandbox)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


class _Config(uvicorn.Config):
    def configure_logging(self) -> None:
        """Leave the host process's loggers as they are."""


class _Connection(H11Protocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **kwargs)
        self.access_log = False


class _Server(uvicorn.Server):
    """uvicorn in a thread, leaving the host process's signals and logging as they are."""

    def __init__(self, application: object, listener: socket.socket) -> None:
        config = _Config(
            application,  # type: ignore[arg-type]  # uvicorn types ASGI stricter than Starlette
            loop="asyncio",
            http=_Connection,
            ws="none",
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
            backlog=BACKLOG,
        )
        super().__init__(config)
        self._listener = listener
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=self.run, args=([listener],), name="cascade-sandbox", daemon=True
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()

    def begin(self) -> None:
        self._thread.start()
        self._ready.wait()

    def end(self) -> None:
        self.should_exit = True
        self._thread.join()
        self._listener.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay of 40 ms off only where the protocol is named
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
