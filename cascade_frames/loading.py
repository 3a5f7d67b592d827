"""Loading what is heavy once it is needed, by one thread at a time.

`import cascade_frames` gives the accessor and the names; pandera, httpx, pydantic and the others
are loaded by the first call that needs them. Python has a lock for each module, and two threads
that come to the same modules by different ways may meet one that is half made; so there is one
lock here for all of them.
"""

from __future__ import annotations

import importlib
import threading
from typing import Final

one_at_a_time: Final = threading.RLock()


def load(module: str, name: str) -> object:
    """A module's member; the module is imported where it is not yet."""
    with one_at_a_time:
        return getattr(importlib.import_module(module), name)
