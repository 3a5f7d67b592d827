"""What the gateway asks of a transport, and what it hears from one while a request is under way."""

from __future__ import annotations

from typing import Final, Protocol

from cascade_frames.sending.evidence import Evidence, Failure

REPLY_CAP_BYTES: Final = 8 * 2**20

# The body of a request; a view's bytes do not change while it is under way.
Json = bytes | memoryview


class Abandoned(Exception):
    """The request was given up before it left, and must not leave any more."""


class Flight:
    """What is known of a request while it is under way.

    Attributes:
        left: bytes of it may have left the machine.
        given_up: nobody waits for it any more.
    """

    def __init__(self, *, traced: bool) -> None:
        self.left = not traced
        self.given_up = False
        self._status: int | None = None
        self._retry_after: str | None = None
        self._parts: list[bytes] = []
        self._size = 0

    def leave(self) -> None:
        """Note that its first byte is about to leave.

        Raises:
            Abandoned: it must not.
        """
        if self.given_up:
            raise Abandoned
        self.left = True

    def answer(self, status: int, retry_after: str | None) -> None:
        """Note how the answer begins."""
        self._status, self._retry_after = status, retry_after

    def receive(self, part: bytes) -> bool:
        """Note a part of the answer's body; False where it is too long to be read on."""
        self._parts.append(part)
        self._size += len(part)
        if self._over_cap:
            self._parts.clear()
        return not self._over_cap

    @property
    def _over_cap(self) -> bool:
        return self._size > REPLY_CAP_BYTES

    def landed(self) -> Evidence:
        """The evidence, once the transport is done."""
        if self._over_cap:
            return self.lost("reply over the size cap")
        return self._evidence(None, None)

    def lost(self, error: str, failure: Failure = Failure.LOST) -> Evidence:
        """The evidence, where no whole answer came."""
        return self._evidence(failure, error)

    def _evidence(self, failure: Failure | None, error: str | None) -> Evidence:
        return Evidence(
            left=self.left,
            status=self._status,
            body=b"".join(self._parts),  # a single part is not copied
            complete=failure is None,
            retry_after=self._retry_after,
            failure=failure,
            error=error,
        )


class Transport(Protocol):
    """Carries requests, several at once; made and used within one event loop.

    Attributes:
        cancellable: an exchange that is cancelled closes its connection, and leaves all others as
            they are. If not, one that nobody waits for is to end by itself, at a timeout.
    """

    cancellable: bool

    async def exchange(self, method: str, url: str, body: Json | None, flight: Flight) -> None:
        """Send a request, and read its answer; the flight is told of both as they happen.

        `leave` is called before the first byte leaves, once. Whatever it raises comes out.

        Raises:
            httpx.HTTPError, httpx.InvalidURL: it came to no whole answer, as httpx names it.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...
