"""A real Jupyter kernel, as an analyst has one: cells run, are interrupted, and start over."""

import os
import queue
import signal
import time
from pathlib import Path

from jupyter_client import KernelManager

ROOT = Path(__file__).parents[2]

SETUP = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import cascade_frames as cf
from tests.endurance.segments import account, message, segment
"""
SEND = """
results = segment({rows}).cascade.send(
    **message({batch_size}), account=account({url!r}, 2), ledger={ledger!r}, ui="none"
)
"""


class Notebook:
    """One kernel and the cells that are run in it."""

    def __init__(self):
        self._manager = KernelManager(kernel_name="python3")

    def __enter__(self):
        self._manager.start_kernel(cwd=str(ROOT), env={**os.environ, "PYTHONWARNINGS": "default"})
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._get_ready()
        return self

    def __exit__(self, *exception):
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()
        self._client.context.destroy()

    def _get_ready(self):
        self._client.wait_for_ready(timeout=90)
        assert self.wait(self.begin(SETUP)) == "ok"

    def begin(self, code):
        """Run a cell; returns at once."""
        return self._client.execute(code)

    def wait(self, cell, seconds=60):
        """Wait for a cell; "ok", or the name of its error."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            try:
                reply = self._client.get_shell_msg(timeout=1)
            except queue.Empty:
                continue
            if reply["parent_header"].get("msg_id") == cell:
                content = reply["content"]
                return "ok" if content["status"] == "ok" else content["ename"]
        raise TimeoutError("the cell does not end")

    def interrupt(self):
        """The stop button."""
        self._manager.interrupt_kernel()

    def restart(self):
        """The restart button."""
        self._manager.restart_kernel(now=True)
        self._get_ready()

    def kill(self):
        """What the system does to a kernel that takes too much memory; then a new one."""
        os.kill(self._manager.provisioner.process.pid, signal.SIGKILL)
        self.restart()
