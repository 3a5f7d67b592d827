"""The memory of this process, and the most it took since it was last asked to forget."""

from __future__ import annotations

import ctypes
import gc
import resource
from pathlib import Path
from typing import Final

import psutil
import pyarrow as pa

_FORGET_PEAK: Final = Path("/proc/self/clear_refs")
_STATUS: Final = Path("/proc/self/status")


def settle() -> int:
    """Give back what is not in use, forget the peak, and return what is held, in bytes."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    if _FORGET_PEAK.exists():
        ctypes.CDLL(None).malloc_trim(0)
        _FORGET_PEAK.write_text("5")  # resets the kernel's high-water mark of this process
    return int(psutil.Process().memory_info().rss)


def peak() -> int:
    """The most held at once since `settle`, or, where the system cannot forget, ever; bytes."""
    if not _FORGET_PEAK.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
