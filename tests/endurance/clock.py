"""A clock that jumps by a day, ahead or back, each time it is looked at."""

import random
from datetime import UTC, datetime, timedelta

from cascade_frames.ledger import ledger, owner, writer
from cascade_frames.sending.engine import Engine


def jump(seed):
    """Put the clock in everywhere the package looks at one; tells how often it jumped."""
    rng = random.Random(seed)
    jumps = 0

    def now():
        nonlocal jumps
        jumps += 1
        return datetime.now(UTC) + timedelta(hours=rng.choice([-24, 0, 24]))

    for module in (ledger, owner, writer):
        module.now = now
    original = Engine.__init__

    def with_clock(self, *given, **named):
        original(self, *given, **{**named, "clock": now})

    Engine.__init__ = with_clock
    return lambda: {"jumps": jumps}
