"""The account's rate is held: not above, and hardly below."""

import asyncio
import time

import pytest

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


def test_slowing_down_halves_the_rate_to_an_eighth():
    """An API that asks for less gets less, but not nothing."""
    pace = Pace(80)
    rates = []
    for _ in range(5):
        pace.slow_down()
        rates.append(pace.requests_per_second)
    assert rates == [40, 20, 10, 10, 10]


@pytest.mark.parametrize("rate", [0.001, 0.5, 9.99, 10_000])
def test_the_first_request_never_waits(rate):
    """However low the rate, one message goes at once."""

    async def go():
        await asyncio.wait_for(Pace(rate).turn(), 0.5)

    asyncio.run(go())
