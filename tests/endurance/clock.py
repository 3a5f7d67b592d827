"""A clock that jumps by a day, ahead or back, each time it is looked at."""

import asyncio
import random
from datetime import datetime, timedelta

from cascade_frames import assembly
from cascade_frames.ledger import commits, owner, sqlite, writer
from cascade_frames.sending.engine import Engine

# Everywhere the package looks at a clock: the modules that have a function for it, and those
# that ask `datetime`.
FUNCTIONS = (owner, sqlite)
CLASSES = (assembly, commits, writer)
TOUCHED = (
    *((module, "now") for module in FUNCTIONS),
    *((module, "datetime") for module in CLASSES),
    (commits, "_FRESH_SHARE"),
    (Engine, "__init__"),
    (asyncio, "sleep"),
)


def jump(seed):
    """Put the clock in, and let the ledger's writer look at it with each commit.

    Tells how often it jumped, in all and in the ledger's writer, and the longest time (seconds)
    that anything asked to sleep.
    """
    rng = random.Random(seed)
    jumps = {"jumps": 0, "writer": 0, "longest": 0.0}

    class Jumping(datetime):
        @classmethod
        def now(cls, tz=None):
            jumps["jumps"] += 1
            return datetime.now(tz) + timedelta(hours=rng.choice([-24, 0, 24]))

    class JumpingInWriter(Jumping):
        @classmethod
        def now(cls, tz=None):
            jumps["writer"] += 1
            return Jumping.now(tz)

    def now():
        return Jumping.now(owner.UTC)

    for module in FUNCTIONS:
        assert module.now
        module.now = now
    for module in CLASSES:
        assert module.datetime is datetime
        module.datetime = Jumping if module is assembly else JumpingInWriter
    assert commits._FRESH_SHARE
    commits._FRESH_SHARE = 0.0
    original = Engine.__init__

    def with_clock(self, *given, **named):
        original(self, *given, **{**named, "clock": now})

    Engine.__init__ = with_clock
    sleep = asyncio.sleep

    async def noted_sleep(seconds, *given):
        jumps["longest"] = max(jumps["longest"], seconds)
        return await sleep(seconds, *given)

    asyncio.sleep = noted_sleep
    return lambda: jumps
