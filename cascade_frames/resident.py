"""Memory that was freed, given back to the system.

What allocators free they keep, to use it again. Once messages are claimed, and again once they are
sent, that is as much as was in use at the highest, and would lie beside what comes next. To ask for
pages anew costs more than their bytes: between shorter stages nothing is given back.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from typing import Final

import pyarrow as pa

# Below so many rows there is nothing worth a call.
_FEW: Final = 10_000


def give_back(rows: int) -> None:
    """Give back what is not in use, after a stage that went over so many rows.

    Takes some milliseconds at most. Nothing happens where the system's allocator has no such
    call, as only that of Linux (glibc) has.
    """
    if rows < _FEW:
        return
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        # musl, and whatever stands in for the allocator, may not have it.
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).malloc_trim(0)
