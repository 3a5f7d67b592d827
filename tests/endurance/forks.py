"""Children by the thousand: a process that has everything imported forks one for each run.

It forks while it has one thread and no ledger open, so a child is as good as a new process,
without the seconds that imports take.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Child:
    """One forked process; not reaped, so its number stays its own, until it is waited for."""

    def __init__(self, server, process, told):
        self._server = server
        self._told = told
        self._code = None
        self.process = process

    def kill(self, number=signal.SIGKILL):
        """Send it a signal; once it is over, nothing happens."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.process, number)

    def wait(self):
        """Wait for its end, and return its exit code, negative for a signal."""
        if self._code is None:
            self._code = self._server.ask({"wait": self.process})["code"]
        return self._code

    def result(self):
        """What the job returned; None where it did not come so far."""
        self.wait()
        return json.loads(self._told.read_text()) if self._told.exists() else None


class ForkServer:
    """Starts children that each do one job of `children.JOBS`."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._jobs = 0

    def __enter__(self):
        environment = {
            name: value
            for name, value in os.environ.items()
            if name == "CASCADE_TRANSPORT" or not name.startswith("CASCADE_")
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.endurance.fork_server"],
            cwd=ROOT,
            env={**environment, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *exception):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)

    def ask(self, request):
        """One request to the server, and its answer."""
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def start(self, do, **given):
        """Fork a child that does a job."""
        self._jobs += 1
        told = self._folder / f"told-{self._jobs}.json"
        process = self.ask({"do": do, "given": given, "told": str(told)})["process"]
        return Child(self, process, told)

    def run(self, do, **given):
        """Do a job in a child, and return what it returned."""
        return self.start(do, **given).result()
