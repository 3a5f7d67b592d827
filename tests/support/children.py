"""Other processes that send, started from one that has everything imported already."""

import multiprocessing

from cascade_frames import Ledger
from support.segments import account, call, segment

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["cascade_frames"])


def start(work, *args):
    """Start `work(*args)`, a function of this module, in a process of its own."""
    process = _context.Process(target=work, args=args)
    process.start()
    return process


def send(url, ledger, key, count, options, fields):
    """Send so many people's messages."""
    call(segment(count), account(url, api_key=key, **fields), ledger, **options)


def make_ledger(path, gate, told):
    """Wait at the gate, make the ledger and tell its secret."""
    gate.wait(30)
    told.put(Ledger(path).secret)


def gate_and_queue(parties):
    """Return a barrier and a queue that such processes share."""
    return _context.Barrier(parties), _context.Queue()
