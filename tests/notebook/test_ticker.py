"""A page is told a few times a second at most, and always of the last state."""

import threading

from cascade_frames.notebook.ticker import SECONDS, Ticker


class SteppedPause:
    """Stands for the wait between two calls: it ends when the test says so."""

    def __init__(self):
        self.waits = []
        self._step = threading.Semaphore(0)
        self._over = threading.Event()
        self.waiting = threading.Semaphore(0)

    def is_set(self):
        return self._over.is_set()

    def set(self):
        self._over.set()
        self._step.release()

    def wait(self, seconds):
        self.waits.append(seconds)
        self.waiting.release()
        assert self._step.acquire(timeout=20)

    def step(self):
        self._step.release()


def test_at_most_five_a_second_is_the_house_rule():
    """More would choke a page."""
    assert 1 / SECONDS <= 5


def test_many_wakes_are_one_call_and_the_last_state_is_shown():
    """A thousand changes between two calls cost one, and the end is never missed."""
    state, shown, pause = [0], [], SteppedPause()
    ticker = Ticker(lambda: shown.append(state[0]))
    ticker._closing = pause
    ticker.start()
    state[0] = 1
    ticker.wake()
    assert pause.waiting.acquire(timeout=20)
    for number in range(2, 1000):
        state[0] = number
        ticker.wake()
    assert shown == [1]
    pause.step()
    assert pause.waiting.acquire(timeout=20)
    assert shown == [1, 999]
    state[0] = 1000
    ticker.close()
    assert shown[-1] == 1000
    assert len(shown) == 3
    assert pause.waits == [SECONDS, SECONDS]


def test_a_page_that_is_gone_ends_nothing():
    """What showing raises does not reach the run."""
    called = threading.Event()

    def fail():
        called.set()
        raise OSError("gone")

    ticker = Ticker(fail, seconds=0)
    ticker.start()
    ticker.wake()
    assert called.wait(20)
    ticker.close()


def test_a_ticker_that_never_began_can_be_closed():
    """A run that could not start leaves no thread to wait for."""
    Ticker(lambda: None).close()
