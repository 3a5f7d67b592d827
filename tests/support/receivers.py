"""The receiver of webhooks in a process of its own, as the command line starts it."""

import os
import re
import subprocess
import sys
import time

import pyarrow as pa

SECRET = "a-secret-of-the-tests-5f1c"


class Receiver:
    """`cascade-frames webhook` on a free port; a context manager."""

    def __init__(self, ledger, *options, secret=SECRET):
        self._command = [sys.executable, "-W", "error", "-m", "cascade_frames", "webhook"]
        self._command += ["--port", "0", "--ledger", str(ledger), *options]
        self._env = {**os.environ, "PYTHONUNBUFFERED": "1"}
        if secret:
            self._env["CASCADE_WEBHOOK_SECRET"] = secret
        self.secret = secret
        self.said = ""

    def __enter__(self):
        self.process = subprocess.Popen(  # noqa: S603
            self._command,
            env=self._env,
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.said = self.process.stdout.readline()
        found = re.search(r"(http://127.0.0.1:(\d+))/webhook/(\S+)", self.said)
        assert found, self.process.communicate()
        self.base, self.port = found[1], int(found[2])
        self.secret = self.secret or found[3]
        return self

    @property
    def url(self):
        """Where to post, with the secret."""
        return f"{self.base}/webhook/{self.secret}"

    def stop(self):
        """End it as an operator would; returns its exit code, and keeps what it said."""
        if self.process.poll() is None:
            self.process.terminate()
        out, err = self.process.communicate(timeout=60)
        self.said += out + err
        return self.process.returncode

    def kill(self):
        """End it as a power cut would."""
        self.process.kill()
        self.process.communicate(timeout=60)

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.stop()


def wait_for(ledger, message_ids, known, seconds=60):
    """What the ledger knows of these messages, once it knows something of that many."""
    until = time.monotonic() + seconds
    ids = pa.array(list(message_ids), pa.large_string())
    while True:
        found = ledger.deliveries(ids)
        if found["delivery"].notna().sum() >= known:
            return found
        assert time.monotonic() < until, f"{found['delivery'].notna().sum()} of {known}"
        time.sleep(0.05)
