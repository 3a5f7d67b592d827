"""A child's threads, waiting to be traced. See `system_calls`, which traces them."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from cascade_frames.sending.thread import EngineThread
from tests.endurance import storage

# The thread that plans, and the one that claims, sends, and writes to the ledger.
THREADS = {"main": None, "engine": EngineThread}


def wait_in(thread, path):
    """Have a thread of the send tell its number, and wait until somebody traces it."""
    told = storage.watch_intents()
    owner = THREADS[thread]
    if owner is None:
        _wait(path)
        return lambda: told
    original = owner._main

    def main(self):
        _wait(path)
        original(self)

    owner._main = main
    return lambda: told


def _wait(path):
    """Call what only a tracer makes fail, until it fails."""
    aside = Path(f"{path}.part")
    aside.write_text(str(threading.get_native_id()))
    aside.rename(path)
    with suppress(OSError):
        while os.getpgid(0):
            time.sleep(0.002)
