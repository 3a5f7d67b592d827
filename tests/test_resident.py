"""What was freed goes back to the system where the system can take it."""

import ctypes
import sys

import numpy as np
import psutil
import pytest

from cascade_frames import resident


def resident_bytes():
    """What this process holds."""
    return psutil.Process().memory_info().rss


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is asked")
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not glibc")
def test_what_was_freed_is_given_back():
    """Many arrays below what the allocator maps by itself do not stay behind."""
    resident.give_back(10**6)
    before = resident_bytes()
    held = [np.ones(10_000) for _ in range(1000)]
    last = np.ones(10_000)
    del held
    resident.give_back(10**6)
    assert resident_bytes() - before < 20_000_000
    assert last.sum() == 10_000


def test_a_system_without_the_call(monkeypatch):
    """Nothing is raised where there is no such call, or no library to ask."""
    for library in (object(), None):

        def load(_, library=library):
            if library is None:
                raise OSError("no library")
            return library

        monkeypatch.setattr(resident.ctypes, "CDLL", load)
        resident.give_back(10**6)


def test_few_rows_ask_nobody(monkeypatch):
    """A small send makes no call."""
    monkeypatch.setattr(resident.ctypes, "CDLL", lambda _: pytest.fail("asked"))
    resident.give_back(9)
