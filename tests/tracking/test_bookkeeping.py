"""What a tracking and its ledger tell each other, over made-up time."""

import asyncio
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cascade_frames.errors import LedgerError
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.tracking.bookkeeping import LOOK_SECONDS, Bookkeeper

from .virtual import Book, VirtualLoop

IDS = pa.array(["m-0", "m-1", "m-2"], pa.large_string())
OPEN = np.array([0, 2])


@pytest.fixture
def keep_books(monkeypatch):
    """Run a function with the bookkeeper of a ledger and that ledger, in virtual time."""

    async def at_once(function, *args):
        return function(*args)

    monkeypatch.setattr(asyncio, "to_thread", at_once)

    def run(act, told=None):
        async def go():
            loop = asyncio.get_running_loop()
            book = Book(loop, told)
            return await act(Bookkeeper(book, IDS, loop.time), book)

        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            return runner.run(go())

    return run


def reading(number):
    """Return a reading of a message that is delivered."""
    return Reading(message_id=f"m-{number}", state="delivered", heard_at=datetime.now(UTC))


async def looks(bookkeeper, count):
    """Give so many looks for the open messages, each with the time it was at."""
    news = bookkeeper.news(lambda: OPEN)
    seen = []
    for _ in range(count):
        found = await anext(news)
        seen.append((asyncio.get_running_loop().time(), found))
    return seen


def test_what_was_heard_is_kept_once(keep_books):
    """Readings share a commit, none is written twice, and nothing is no commit."""

    async def act(bookkeeper, book):
        for number in (0, 1):
            bookkeeper.hear(reading(number))
        await bookkeeper.commit()
        await bookkeeper.commit()
        return [size for _, size in book.commits]

    assert keep_books(act) == [2]


def test_a_commit_that_fails_is_told(keep_books):
    """Whoever asks on must know that answers can no longer be kept."""

    async def act(bookkeeper, book):
        def fail(readings):  # noqa: ARG001 - as the ledger's
            raise LedgerError("the disk is full")

        book.note = fail
        bookkeeper.hear(reading(0))
        await bookkeeper.commit()

    with pytest.raises(LedgerError, match="full"):
        keep_books(act)


def test_news_are_of_the_messages_that_are_asked_for(keep_books):
    """Each look gives numbers of the tracking, and only of what the ledger heard of by then."""
    told = {"m-1": (0, "delivered"), "m-2": (LOOK_SECONDS * 1.5, "undeliverable")}
    first, second = keep_books(lambda bookkeeper, _: looks(bookkeeper, 2), told)
    assert first == (pytest.approx(LOOK_SECONDS, abs=0.01), [])
    assert second == (pytest.approx(2 * LOOK_SECONDS, abs=0.01), [(2, "undeliverable")])


def test_a_look_that_fails_is_passed_over(keep_books):
    """A ledger that cannot be read for a moment ends no tracking: writing to it will tell."""

    async def act(bookkeeper, book):
        answers = iter([LedgerError("busy"), pd.DataFrame({"delivery": ["delivered", None]})])

        def deliveries(ids):  # noqa: ARG001 - as the ledger's
            answer = next(answers)
            if isinstance(answer, LedgerError):
                raise answer
            return answer

        book.deliveries = deliveries
        return [news for _, news in await looks(bookkeeper, 2)]

    assert keep_books(act) == [[], [(0, "delivered")]]


def test_slow_looks_are_rare(keep_books, monkeypatch):
    """Of a ledger that takes seconds to answer, a twentieth of the time at most is taken."""

    async def slowly(function, *args):
        await asyncio.sleep(3)
        return function(*args)

    async def act(bookkeeper, _):
        monkeypatch.setattr(asyncio, "to_thread", slowly)
        return [at for at, _ in await looks(bookkeeper, 2)]

    first, second = keep_books(act)
    assert first == pytest.approx(LOOK_SECONDS + 3, abs=0.01)
    assert second - first == pytest.approx(3 / 0.05 + 3, abs=0.01)
