"""What one request left behind: the facts from which a verdict is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Failure(StrEnum):
    """Why no whole answer came, by what it takes to mend it."""

    CONNECT = "connect"  # no connection was made: trying again may help
    MISUSE = "misuse"  # the request cannot be made at all: trying again cannot help
    LOST = "lost"  # anything else: broken off, out of time, not understood


def as_it_is(words: str) -> str:
    """Hide nothing."""
    return words


@dataclass(frozen=True)
class Evidence:
    """What is known of one request.

    Attributes:
        left: bytes of the request may have left the machine (the transport saw the headers
            begin, or did not say).
        status: the HTTP status, where the answer began.
        body: as much of the answer's body as came.
        complete: the body came whole and within the size cap.
        retry_after: the header of that name.
        failure: why the answer is missing or broken.
        error: the class name of what went wrong; never its message, which may hold data.
        hide: takes out of the API's words what they quote of the request.
    """

    left: bool
    status: int | None = None
    body: bytes = field(default=b"", repr=False)
    complete: bool = True
    retry_after: str | None = None
    failure: Failure | None = None
    error: str | None = None
    hide: Callable[[str], str] = field(default=as_it_is, repr=False, compare=False)
