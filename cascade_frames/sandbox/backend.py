"""One sandbox's whole state, handed to whatever answers for it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from cascade_frames.sandbox.clock import Clock
from cascade_frames.sandbox.keys import Keys
from cascade_frames.sandbox.store import Store


@dataclass(frozen=True)
class Backend:
    """The keys, the time and the store of one sandbox."""

    keys: Keys
    clock: Clock = field(default_factory=Clock)
    store: Store = field(default_factory=Store)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
