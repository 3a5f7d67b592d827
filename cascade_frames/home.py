"""The sandbox at home in this package: one that gives an account, and the one used by default."""

from __future__ import annotations

import atexit
import threading
from typing import Final

from cascade_frames.errors import UsageError
from cascade_frames.sandbox import Sandbox as _EmulatedApi
from cascade_frames.settings import Account

NOTICE: Final = (
    "cascade_frames: no account is configured, so this goes to the SANDBOX on this machine: "
    "nobody is messaged, nothing is charged. Set CASCADE_API_KEY (or pass account=) for real sends."
)


class Sandbox(_EmulatedApi):
    """The Cascade API emulated on this machine; needs no account and reaches no phone.

    Use as a context manager, or `start()` and `stop()` it. `account` is ready to pass to the
    verbs, `url` and `api_key` are there for other clients, and `accepted()` is a table of every
    message it accepted.
    """

    @property
    def account(self) -> Account:
        """The account of this sandbox.

        Its name holds a part of the sandbox's own key, so that a ledger does not take a new
        sandbox for an old one.

        Raises:
            UsageError: it was never started, so it has no address.
        """
        if self.url.endswith(":0"):
            raise UsageError("This sandbox is not started: cf.Sandbox().start(), or `with` it.")
        return Account(
            name="sandbox",
            base_url=self.url,
            api_key=self.api_key,
            viber_token=self.viber_token,
            telegram_key=self.telegram_key,
        )


class _Default:
    """The sandbox of this process, started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sandbox: Sandbox | None = None

    def get(self) -> Sandbox:
        with self._lock:
            if self._sandbox is None:
                self._sandbox = Sandbox().start()
                atexit.register(self._sandbox.stop)
            return self._sandbox

    def running(self) -> Sandbox | None:
        return self._sandbox


_default = _Default()


def default_sandbox() -> Sandbox:
    """The sandbox of this process; sends without an account go there until the process ends."""
    return _default.get()


def running_sandbox() -> Sandbox | None:
    """The sandbox of this process, if it has been needed already."""
    return _default.running()
