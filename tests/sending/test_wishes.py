"""Wishes on their way to a worker in another thread."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from cascade_frames.sending.wishes import Wishes


class Worker:
    """Notes what it was asked to do, and in which thread."""

    def __init__(self):
        self.done = []

    def stop(self):
        self.done.append(("stop", threading.get_ident()))

    def pause(self):
        self.done.append(("pause", threading.get_ident()))


def elsewhere(function, *args):
    """Call in a thread of its own, and wait for it."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function, *args).result()


def test_a_wish_is_kept_until_the_worker_is_there():
    """A pause and a stop that come early must not be lost, nor change places."""
    wishes, worker = Wishes(), Worker()
    elsewhere(wishes.make, Worker.pause)
    wishes.make(Worker.stop)

    async def work():
        assert worker.done == []
        wishes.grant(worker)
        return list(worker.done)

    here = threading.get_ident()
    assert asyncio.run(work()) == [("pause", here), ("stop", here)]


def test_a_later_wish_is_carried_out_in_the_workers_thread():
    """A worker is not safe to touch from outside, so only its own thread touches it."""
    wishes, worker = Wishes(), Worker()

    async def work():
        wishes.grant(worker)
        await asyncio.to_thread(wishes.make, Worker.stop)

    asyncio.run(work())
    assert worker.done == [("stop", threading.get_ident())]


def test_a_wish_after_the_end_is_dropped():
    """Cancelling what is over is no error, and does nothing."""
    wishes, worker = Wishes(), Worker()

    async def work():
        wishes.grant(worker)

    asyncio.run(work())
    wishes.make(Worker.stop)
    assert worker.done == []
    assert Worker.stop not in wishes


def test_it_tells_what_was_wished_before():
    """A run that was stopped before it claimed anything need not claim."""
    wishes = Wishes()
    wishes.make(Worker.pause)
    assert Worker.pause in wishes
    assert Worker.stop not in wishes


def test_no_wish_is_lost_while_the_worker_arrives():
    """Whether kept or passed on, each wish of each thread is carried out once, in its order."""
    wishes, heard = Wishes(), []
    begun = threading.Barrier(5)

    def insist(name):
        begun.wait()
        for number in range(500):
            wishes.make(lambda worker, at=(name, number): worker.append(at))

    async def work(pool):
        threads = [asyncio.wrap_future(pool.submit(insist, name)) for name in range(4)]
        begun.wait()
        wishes.grant(heard)
        await asyncio.gather(*threads)

    with ThreadPoolExecutor(4) as pool:
        asyncio.run(work(pool))
    for name in range(4):
        assert [number for who, number in heard if who == name] == list(range(500))
