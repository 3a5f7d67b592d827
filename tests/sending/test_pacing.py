"""The account's rate is held: not above, and hardly below."""

import asyncio
import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.sending.pacing import Pace


def test_the_rate_is_held_from_both_sides():
    """Over 1.5 s at 50 a second with 8 workers: no more than allowed, and at least 97 %."""

    async def go():
        pace = Pace(50)
        began = time.monotonic()
        turns = []

        async def worker():
            while time.monotonic() - began < 1.5:
                await pace.turn()
                turns.append(time.monotonic() - began)

        await asyncio.gather(*(worker() for _ in range(8)))
        return [turn for turn in turns if turn <= 1.5]

    turns = asyncio.run(go())
    assert 1.5 * 50 * 0.97 <= len(turns) <= 1.5 * 50 + 6
    for early, late in zip(turns, turns[51:], strict=False):
        assert late - early > 0.85  # 51 more within a second, but for the bunch at the start


@pytest.mark.parametrize("requests", [1, 7, 100])
def test_a_run_speaks_for_no_more_time_than_it_needs(requests):
    """What it spoke for and left unused, the next run of the account would have to wait for."""
    spoken = []

    async def reserve(span):
        spoken.append(span)
        return 0.0

    async def go():
        pace = Pace(400, reserve, requests=requests)
        for _ in range(requests):
            await pace.turn()
        assert sum(spoken) == pytest.approx(requests / 400)
        for more in range(1, 4):
            await pace.turn()
            assert sum(spoken) == pytest.approx((requests + more) / 400)

    asyncio.run(go())


def test_time_that_passed_unused_is_spoken_for_again_in_spans():
    """A run that is slower than its rate asks for its time now and then, not with each request."""
    spans = []

    async def reserve(span):
        spans.append(span)
        return 0.0

    async def go():
        loop = asyncio.get_running_loop()
        clock, skipped = loop.time, 0.0
        loop.time = lambda: clock() + skipped
        pace = Pace(4000, reserve, requests=400)
        for number in range(400):
            await pace.turn()
            skipped += 1.0 * (number == 80)  # what was spoken for until now is long gone

    asyncio.run(go())
    assert len(spans) < 10


def test_a_fast_run_that_shares_its_rate_wakes_up_for_a_few_requests_at_once():
    """Far fewer wake-ups than requests; and still no more of them than the rate allows."""
    free_at = 0.0

    async def reserve(span):
        nonlocal free_at
        now = time.monotonic()
        begins = max(free_at, now)
        free_at = begins + span
        return begins - now

    async def go():
        pace = Pace(400, reserve)
        began = time.monotonic()
        turns = []

        async def worker():
            while len(turns) < 200:
                await pace.turn()
                turns.append(time.monotonic() - began)

        await asyncio.gather(*(worker() for _ in range(16)))
        return turns

    turns = asyncio.run(go())
    moments = 1 + sum(late - early > 0.002 for early, late in itertools.pairwise(turns))
    assert moments < len(turns) / 4
    for early, late in zip(turns, turns[80:], strict=False):
        assert late - early > 0.75 * (80 - 16 - 16) / 400


def test_slowing_down_halves_the_rate_to_an_eighth():
    """An API that asks for less gets less, but not nothing."""
    pace = Pace(80)
    rates = []
    for _ in range(5):
        pace.slow_down()
        rates.append(pace.requests_per_second)
    assert rates == [40, 20, 10, 10, 10]


class Stepped:
    """A pace whose clock a test sets on."""

    def __init__(self, rate):
        self.now = 1000.0
        self.pace = Pace(rate, clock=lambda: self.now)
        self._runner = asyncio.Runner()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._runner.close()

    def rates(self, *pauses):
        """Let a request leave after each of these pauses; return the rates then held."""
        return [self._runner.run(self._after(pause)) for pause in pauses]

    async def _after(self, pause):
        self.now += pause
        await self.pace.turn()
        return self.pace.requests_per_second


@pytest.fixture
def stepped():
    """Yield a stepped pace of 1600 requests a second."""
    with Stepped(1600) as one:
        yield one


def test_the_rate_is_raised_again_in_steps_and_never_above_the_accounts(stepped):
    """Each quiet stretch gives a sixteenth back, until all is as it was."""
    stepped.pace.slow_down()
    assert stepped.rates(9.9, 0.2, 9.7, 0.4) == [800, 900, 900, 1000]
    rest = stepped.rates(*[10.1] * 8)
    assert rest == [1100, 1200, 1300, 1400, 1500, 1600, 1600, 1600]


def test_time_in_which_nothing_leaves_is_not_a_quiet_stretch(stepped):
    """Neither the wait that the API asked for nor a pause of an hour earns more than one step."""
    stepped.pace.slow_down(120.0)
    assert stepped.rates(120.0, 9.0, 2.0) == [800, 800, 900]
    assert stepped.rates(3600.0, 0.1) == [1000, 1000]


def test_another_slow_down_begins_a_new_stretch(stepped):
    """Halved again, and the steps start from there."""
    stepped.pace.slow_down()
    assert stepped.rates(10.1) == [900]
    stepped.pace.slow_down()
    assert stepped.rates(9.0, 1.1) == [450, 550]


@given(st.lists(st.one_of(st.none(), st.floats(0, 60)), max_size=40))
def test_the_rate_stays_between_an_eighth_and_the_accounts(events):
    """Whatever happens, and however often."""
    with Stepped(9_999) as stepped:
        for pause in events:
            if pause is None:
                stepped.pace.slow_down()
            else:
                stepped.rates(pause)
            assert 9_999 / 8 <= stepped.pace.requests_per_second <= 9_999


@pytest.mark.parametrize("rate", [0.001, 0.5, 9.99, 10_000])
def test_the_first_request_never_waits(rate):
    """However low the rate, one message goes at once."""

    async def go():
        await asyncio.wait_for(Pace(rate).turn(), 0.5)

    asyncio.run(go())
