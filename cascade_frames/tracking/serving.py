"""The receiver on a socket of this process, until it is told to end."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import Final

import uvicorn
from starlette.types import ASGIApp

_BACKLOG: Final = 1024
# Longer than senders keep an idle connection, so that no post meets one that was just closed.
_KEEP_ALIVE_SECONDS: Final = 75
# How long posts that are being answered may take when the server is told to end.
_GRACE_SECONDS: Final = 30


def serve(app: ASGIApp, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Take posts until Ctrl-C or SIGTERM; those that are being answered then still are.

    Args:
        app: as `receiver.make_app` makes it.
        host, port: where; port 0 takes a free one.
        announce: called with the base URL once it answers.

    Raises:
        OSError: the port cannot be had.
    """
    listener = _listen(host, port)
    named = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _Server(config, lambda: announce(f"http://{named}:{listener.getsockname()[1]}"))
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    finally:
        listener.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that it answers once it does."""
        await super().startup(sockets)
        if self.started:
            self._started()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay of 40 ms off only where the protocol is named.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
