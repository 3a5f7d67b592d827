"""uvicorn in a thread, leaving the host process's signals and logging as they are."""

import asyncio
import socket
import struct
import threading
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from cascade_frames.sandbox.sabotage import RESET

BACKLOG = 128
KEEP_ALIVE = 75
"""Seconds an idle connection lives: longer than clients keep theirs, so that no request meets
a connection just closed."""

GRACE = 1
"""Seconds that a request still being answered has when the server stops."""


class _Config(uvicorn.Config):
    def configure_logging(self) -> None:
        """Leave the host process's loggers as they are."""


class _Connection(H11Protocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **kwargs)
        self.access_log = False
        application = self.app

        async def with_reset(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - passed on
            scope.setdefault("extensions", {})[RESET] = self.reset
            await application(scope, receive, send)

        self.app = with_reset

    def reset(self) -> None:
        """Break the connection so that the caller sees a reset, not an end."""
        at_once = struct.pack("ii", 1, 0)
        raw = self.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.transport.abort()


class Server(uvicorn.Server):
    """uvicorn in a thread, leaving the host process's signals and logging as they are."""

    def __init__(self, application: ASGIApp, listener: socket.socket) -> None:
        config = _Config(
            application,
            loop="asyncio",
            http=_Connection,
            ws="none",
            lifespan="off",
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=10 * GRACE,
            backlog=BACKLOG,
        )
        super().__init__(config)
        self._listener = listener
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=self.run, args=([listener],), name="cascade-sandbox", daemon=True
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that it answers once it does."""
        await super().startup(sockets)
        self._ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and break what is still being answered after a short grace."""
        loop = asyncio.get_running_loop()
        for connection in self.server_state.connections:
            loop.call_later(GRACE, connection.transport.abort)
        await super().shutdown(sockets)

    def begin(self) -> None:
        """Answer from now on, in the thread."""
        self._thread.start()
        self._ready.wait()

    def end(self) -> None:
        """Answer no more; the thread and the port are free afterwards."""
        self.should_exit = True
        self._thread.join()
        self._listener.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket, or raise `OSError`."""
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
