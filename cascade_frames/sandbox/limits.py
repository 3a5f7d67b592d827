"""How many requests an account may make.

Messaging 100 requests a second with bursts of 150, reads 50 with bursts of 75, by the vendor's
rate-limit page. It counts requests, not messages, in real time, not the sandbox's.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Rate(NamedTuple):
    """Requests a second, and how many may come at once after a pause."""

    per_second: float
    burst: int


MESSAGES = Rate(100, 150)
READS = Rate(50, 75)


@dataclass(frozen=True)
class Limits:
    """The rates of sending, uploads of variables among it, and of reading."""

    messages: Rate = MESSAGES
    reads: Rate = READS


class TooManyRequests(Exception):
    """The account is over its rate."""


class Bucket:
    """A bucket of `rate.burst` requests that fills again at `rate.per_second`."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._left = float(rate.burst)
        self._filled = clock()

    def take(self) -> None:
        """Take one request out, or raise `TooManyRequests` when there is none."""
        now = self._clock()
        filled = self._left + (now - self._filled) * self._rate.per_second
        self._left, self._filled = min(filled, self._rate.burst), now
        if self._left < 1:
            raise TooManyRequests
        self._left -= 1


class Gate:
    """The buckets of one account; with limits of None everything passes."""

    def __init__(self, limits: Limits | None) -> None:
        self._messages = None if limits is None else Bucket(limits.messages)
        self._reads = None if limits is None else Bucket(limits.reads)

    def pass_message(self) -> None:
        """Let one request to send pass, or raise `TooManyRequests`."""
        if self._messages is not None:
            self._messages.take()

    def pass_read(self) -> None:
        """Let one request to read pass, or raise `TooManyRequests`."""
        if self._reads is not None:
            self._reads.take()
