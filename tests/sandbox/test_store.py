"""The store: what it keeps, and how little memory it takes for it."""

import gc
import threading

import psutil
import pytest

from cascade_frames.sandbox.messages import Message
from cascade_frames.sandbox.store import Store


@pytest.fixture
def store():
    """Return an empty store."""
    return Store()


def messages(count):
    """Return messages of a usual length."""
    text = "Привіт, 20% off until Sunday: https://example.com/a"
    return [
        Message(f"id-{n}", "Brand", "+380501112233", "promo", text, *[None] * 6)
        for n in range(count)
    ]


def test_half_a_million_messages_stay_out_of_memory(store):
    """What is accepted goes to a file; the process does not grow with it."""
    batch = messages(1000)
    store.accept(1, "standard", (), batch, 0)
    gc.collect()
    before = psutil.Process().memory_info().rss
    for request in range(500):
        store.accept(request, "standard", (), batch, 0)
    grown = psutil.Process().memory_info().rss - before
    assert store.accepted == 501_000
    assert grown < 60 * 2**20


def test_a_message_is_found_by_its_id_alone(store):
    """Ids lead back to messages at the edges of batches, and foreign ones nowhere."""
    for size in (1, 3, 1000):
        store.accept(size, "standard", ("a", "b"), messages(size), 5)
    for number in (0, 1, 3, 4, 1003):
        assert store.number(store.message_id(number)) == number
        batch = store.batch_of(number)
        assert batch.first <= number < batch.first + len(batch.messages)
        assert (batch.keys, batch.accepted_at) == (frozenset("ab"), 5)
    other = Store()
    for foreign in (store.message_id(1004), other.message_id(0), "", "x" * 36):
        assert store.number(foreign) is None


def test_it_is_shared_by_threads(store):
    """Batches accepted in parallel stay whole, with running numbers of their own."""

    def accept(request):
        for _ in range(20):
            store.accept(request, "standard", (), messages(request), 0)

    threads = [threading.Thread(target=accept, args=(request,)) for request in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    following = 0
    for batch in store.batches():
        assert (batch.first, len(batch.messages)) == (following, batch.request)
        following += len(batch.messages)
    assert following == store.accepted == 300
