"""Loading what is heavy once it is needed, by one thread at a time.

`import cascade_frames` gives the accessor, the names and accounts; pandera, httpx, apsw and the
others are loaded by the first call that needs them. Python has a lock for each module, and two
threads that come to the same modules by different ways may meet one that is half made; so there
is one lock here for all of them.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from typing import Final

one_at_a_time: Final = threading.RLock()


def load(module: str, name: str) -> object:
    """A module's member; the module is imported where it is not yet."""
    with one_at_a_time:
        return getattr(importlib.import_module(module), name)


def load_ahead(*modules: str) -> None:
    """Begin to import modules that will be needed soon, in a thread, and return at once.

    Whoever needs one meanwhile waits for all of them. One that cannot be imported is left for
    the import that needs it, which says why. For calls that send: a child that another thread
    forks meanwhile could not finish what was begun here.
    """
    missing = [module for module in modules if module not in sys.modules]
    if missing:
        loading = threading.Thread(target=_load_all, args=(missing,), name="cascade-loading")
        # An interpreter that is about to end starts no thread.
        with contextlib.suppress(RuntimeError):
            loading.start()


def _load_all(modules: list[str]) -> None:
    with one_at_a_time:
        for module in modules:
            with contextlib.suppress(Exception):
                importlib.import_module(module)
