"""Which message to ask about next, and when. Pure: the time is passed in.

Those that nothing was heard of yet come first, the newest of them before all; then those that
were heard to be open, newest first again, but every fourth turn goes to whichever has waited
longest, so that none waits without end. What is final is never asked about.

Messages are numbers from 0. The first asks are ranges of one sorted array, and only messages that
were asked about and are still open are Python objects: as many as requests were made.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

from cascade_frames.contract import STATUS_LEAST_SECONDS, STATUS_SECONDS

LONGEST_SECONDS: Final = 300.0
_SHARE_OF_AGE: Final = 0.25
_MOST_JITTER: Final = 0.25
_TURNS_TO_THE_LONGEST: Final = 4
_NOT_KNOWN_SECONDS: Final = 30.0

Numbers = npt.NDArray[np.int64]
Seconds = npt.NDArray[np.float64]


def seconds_between(age: float, rng: random.Random) -> float:
    """How long to wait with the next question about a message that is still open.

    A quarter of its age, within 5 s and 5 minutes, and up to a quarter of that more: so the
    intervals of each message grow, in whichever process it is asked about.

    Args:
        age: seconds since it was sent, or was to be.
        rng: for the jitter.
    """
    plain = min(max(age * _SHARE_OF_AGE, STATUS_SECONDS), LONGEST_SECONDS)
    return plain * rng.uniform(1.0, 1.0 + _MOST_JITTER)


def seconds_after_failure(failures: int, rng: random.Random) -> float:
    """How long to wait after so many questions about a message, from 1, that brought nothing."""
    plain = min(STATUS_LEAST_SECONDS * 2.0 ** min(failures, 10), LONGEST_SECONDS)
    return plain * rng.uniform(1.0, 1.0 + _MOST_JITTER)


def seconds_until_known(times: int, rng: random.Random) -> float:
    """How long to wait after the API said so many times, from 1, that it knows no such message."""
    plain = min(_NOT_KNOWN_SECONDS * 2.0 ** (times - 1), LONGEST_SECONDS)
    return plain * rng.uniform(1.0, 1.0 + _MOST_JITTER)


class Schedule:
    """The order in which messages are asked about.

    Args:
        due: float64, length N: from when on each may be asked about for the first time.
        closed: bool, length N: messages that are not asked about at all.
    """

    def __init__(self, due: Seconds, closed: npt.NDArray[np.bool_] | None = None) -> None:
        self._order: Numbers = np.argsort(due, kind="stable")
        self._first_due: Seconds = due[self._order]
        self._place = np.empty_like(self._order)
        self._place[self._order] = np.arange(len(due))
        self._closed = np.zeros(len(due), dtype=bool) if closed is None else closed.copy()
        self._reached = 0
        self._fresh: list[list[int]] = []  # ranges of places that are due for the first time
        self._later: list[tuple[float, int]] = []
        self._again: deque[int] = deque()  # longest waiting first
        self._newest: list[int] = []  # a heap of negative places
        self._waits = np.zeros(len(due), dtype=bool)  # is due again, and in both of these
        self._turns = 0
        self._open = len(due) - int(self._closed.sum())

    @property
    def open(self) -> int:
        """Messages that are not closed, asked about at the moment or not."""
        return self._open

    def open_numbers(self) -> Numbers:
        """The messages that are not closed."""
        return np.flatnonzero(~self._closed)

    def close(self, numbers: Numbers | int) -> None:
        """Ask about these no more."""
        fresh = np.unique(np.atleast_1d(np.asarray(numbers, dtype=np.int64)))
        fresh = fresh[~self._closed[fresh]]
        self._closed[fresh] = True
        self._open -= len(fresh)

    def next(self, now: float) -> int | None:
        """The message whose turn it is, which then has none until `ask_again`; or None."""
        self._advance(now)
        self._turns += 1
        if self._turns % _TURNS_TO_THE_LONGEST:
            place = self._pop_fresh()
            if place is None:
                place = self._pop_newest()
        else:
            place = self._pop_longest()
            if place is None:
                place = self._pop_fresh()
        return None if place is None else int(self._order[place])

    def seconds_until_next(self, now: float) -> float | None:
        """How long until a message is due, 0 where one is; None where none waits for its time."""
        self._advance(now)
        if self._has_due():
            return 0.0
        while self._later and self._is_gone(self._later[0][1]):
            heapq.heappop(self._later)
        while self._reached < len(self._order) and self._is_gone(self._reached):
            self._reached += 1
        moments = [self._later[0][0]] if self._later else []
        if self._reached < len(self._order):
            moments.append(float(self._first_due[self._reached]))
        return max(min(moments) - now, 0.0) if moments else None

    def ask_again(self, number: int, at: float) -> None:
        """Let a message that was asked about be due again at this time."""
        if not self._closed[number]:
            heapq.heappush(self._later, (at, int(self._place[number])))

    def _advance(self, now: float) -> None:
        """Let what has become due be so."""
        reached = int(np.searchsorted(self._first_due, now, side="right"))
        if reached > self._reached:
            self._fresh.append([self._reached, reached])
            self._reached = reached
        while self._later and self._later[0][0] <= now:
            _, place = heapq.heappop(self._later)
            self._waits[place] = True
            self._again.append(place)
            heapq.heappush(self._newest, -place)

    def _has_due(self) -> bool:
        while self._fresh:
            begin, end = self._fresh[-1]
            while end > begin and self._is_gone(end - 1):
                end -= 1
            if end > begin:
                self._fresh[-1][1] = end
                return True
            self._fresh.pop()
        while self._again and self._is_stale(self._again[0]):
            self._again.popleft()
        return bool(self._again)

    def _pop_fresh(self) -> int | None:
        if not self._has_due() or not self._fresh:
            return None
        self._fresh[-1][1] -= 1
        return self._fresh[-1][1]

    def _pop_newest(self) -> int | None:
        while self._newest:
            place = -heapq.heappop(self._newest)
            if not self._is_stale(place):
                self._waits[place] = False
                return place
        return None

    def _pop_longest(self) -> int | None:
        while self._again:
            place = self._again.popleft()
            if not self._is_stale(place):
                self._waits[place] = False
                return place
        return None

    def _is_gone(self, place: int) -> bool:
        return bool(self._closed[self._order[place]])

    def _is_stale(self, place: int) -> bool:
        return not self._waits[place] or self._is_gone(place)
