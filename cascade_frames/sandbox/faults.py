"""Faults on demand: what a network and a server do on a bad day.

All of it is our simulation, and repeatable: with the same seed the same requests are hit.
"""

import random
from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

Kind = Literal[
    "status",
    "reset",
    "cut",
    "drip",
    "delay",
    "short",
    "doubled",
    "reordered",
    "foreign",
    "truncated",
]
KINDS: tuple[str, ...] = get_args(Kind)
Body = Literal["1", "2", "3", "html", "empty"]
Requests = Literal["messages", "reads", "items"]


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that goes wrong, and when.

    `kind`: `status` answers with `status` and `body`, one of the three documented error shapes,
    an HTML page or nothing, and with `retry_after` as its header if given; `reset` breaks the
    connection. Both come before anything is accepted, unless `accepted` is true. The other
    kinds spoil the answer to a batch that was accepted: `cut` breaks the connection half-way
    through it, `drip` spreads it over `seconds`, `delay` holds it for `seconds`, `short` leaves
    out its last receipt, `doubled` repeats the first, `reordered` turns the order round,
    `foreign` gives the first an id nobody sent, `truncated` cuts the JSON.

    When: the n-th requests in `nth`, counted from 1 since the faults were set, and beside them
    each request with `probability`; with neither, every request. `requests` says which are
    counted and hit: to send, to read a status, or to upload variables.
    """

    kind: Kind
    requests: Requests = "messages"
    nth: tuple[int, ...] = ()
    probability: float | None = None
    status: int = 500
    body: Body = "1"
    retry_after: str | None = None
    accepted: bool = False
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.probability is not None and not 0 <= self.probability <= 1:
            message = "probability must be from 0 to 1"
            raise ValueError(message)
        if any(number < 1 for number in self.nth):
            message = "nth counts from 1"
            raise ValueError(message)
        if not 200 <= self.status <= 599:
            message = "status must be from 200 to 599"
            raise ValueError(message)
        if not 0 <= self.seconds <= 3600:
            message = "seconds must be from 0 to 3600"
            raise ValueError(message)
        if self.retry_after is not None and not _is_header_value(self.retry_after):
            message = "retry_after must be printable ASCII"
            raise ValueError(message)


class FaultPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The faults in force, the first that fits being the one that happens, and their seed."""

    faults: tuple[Fault, ...] = ()
    seed: int = 0


class Saboteur:
    """Counts requests and says which fault hits each, if one does."""

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self.set(FaultPlan(tuple(faults), seed))

    def set(self, plan: FaultPlan) -> None:
        """Put other faults in force; counting begins anew."""
        self.plan = plan
        self._counts: dict[str, int] = dict.fromkeys(get_args(Requests), 0)

    def next_fault(self, requests: Requests) -> Fault | None:
        """Count one request and return the fault that hits it."""
        self._counts[requests] += 1
        count = self._counts[requests]
        for position, fault in enumerate(self.plan.faults):
            if fault.requests == requests and self._hits(fault, position, count):
                return fault
        return None

    def _hits(self, fault: Fault, position: int, count: int) -> bool:
        if count in fault.nth:
            return True
        if fault.probability is None:
            return not fault.nth
        draw = random.Random(f"{self.plan.seed}:{position}:{count}").random()  # noqa: S311 - repeatable on purpose
        return draw < fault.probability


def _is_header_value(text: str) -> bool:
    return text.isascii() and text.isprintable()
