"""The sandbox on a socket."""

import threading
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from types import TracebackType
from typing import Self

import pandas as pd

from cascade_frames.sandbox.application import build
from cascade_frames.sandbox.backend import Backend
from cascade_frames.sandbox.faults import Fault, FaultPlan
from cascade_frames.sandbox.keys import Keys
from cascade_frames.sandbox.limits import Limits
from cascade_frames.sandbox.listener import Server, listen
from cascade_frames.sandbox.tables import accepted_table, deliveries_table, requests_table


class Sandbox:
    """The Cascade API emulated on this machine.

    Use it as a context manager, or `start` and `stop` it. It answers from a thread with an
    event loop of its own, so it runs beside any other loop, Jupyter's too. `port=0` takes a free
    port, which is kept when the sandbox is stopped and started again. Keys that are not given
    are invented. What it accepted stays readable after `stop`.

    `seed` makes the world of phones, `speed` is how fast the sandbox's time passes, `prices` are
    per channel and part, over the default ones. `limits=None` lifts the documented limits of
    requests. `faults` go wrong from the start, and `webhook` is posted every final status.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        viber_token: str | None = None,
        telegram_key: str | None = None,
        *,
        seed: int = 0,
        speed: float = 1.0,
        prices: Mapping[str, float] | None = None,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        faults: Iterable[Fault] = (),
        webhook: str | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._keys = Keys.invent(api_key, viber_token, telegram_key)
        self._backend = Backend(
            self._keys,
            seed=seed,
            speed=speed,
            prices=prices,
            limits=limits,
            faults=faults,
            webhook=webhook,
        )
        self._server: Server | None = None

    def start(self) -> Self:
        """Answer requests from now on; raise `OSError` when the port cannot be had."""
        if self._server is not None:
            return self
        if not _is_loopback(self._host):
            warnings.warn(
                f"The sandbox listens on {self._host}, which other machines may reach."
                " It is made for this one: leave host out unless that is what you want.",
                stacklevel=2,
            )
        listener = listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        self._server = Server(build(self._backend), listener)
        self._server.begin()
        if self._backend.courier is not None:
            self._backend.courier.start()
        return self

    def stop(self) -> None:
        """Answer no more: close every connection, free the port and end the thread."""
        if self._server is not None:
            if self._backend.courier is not None:
                self._backend.courier.stop()
            self._server.end()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "" if self._server is not None else ", stopped"
        return f"<Sandbox {self.url}{state}>"

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def api_key(self) -> str:
        """What `X-Authorization-Key` must carry."""
        return self._keys.api_key or ""

    @property
    def viber_token(self) -> str:
        """What `X-Viber-Auth-Token` must carry, if it is sent."""
        return self._keys.viber_token or ""

    @property
    def telegram_key(self) -> str:
        """What `X-Tg-Bot-Key` must carry, if it is sent."""
        return self._keys.telegram_key or ""

    def accepted(self) -> pd.DataFrame:
        """Return every accepted message; the columns are described in `tables`."""
        return accepted_table(self._backend.store)

    def requests(self) -> pd.DataFrame:
        """Return every answered request; the columns are described in `tables`."""
        return requests_table(self._backend.store)

    def deliveries(self) -> pd.DataFrame:
        """Return what became of every accepted message; the columns are described in `tables`."""
        return deliveries_table(self._backend)

    def now(self) -> datetime:
        """Return the sandbox's time, UTC."""
        return datetime.fromtimestamp(self._backend.clock.now() / 1_000_000, UTC)

    def step(self, seconds: float) -> None:
        """Move the sandbox's time on by so many seconds."""
        self._backend.clock.step(seconds)

    def reach(self, phone: str) -> tuple[str, ...]:
        """Return the channels on which this phone can be reached, in the API's order."""
        return self._backend.world.reach(phone)

    def set_faults(self, *faults: Fault, seed: int = 0) -> None:
        """Put these faults in force, or none; counting requests begins anew."""
        self._backend.saboteur.set(FaultPlan(faults, seed))


def serve(
    host: str = "127.0.0.1",
    port: int = 8025,
    api_key: str | None = None,
    viber_token: str | None = None,
    telegram_key: str | None = None,
    announce: Callable[[Sandbox], None] | None = None,
    *,
    seed: int = 0,
    speed: float = 1.0,
    webhook: str | None = None,
) -> None:
    """Run a sandbox until Ctrl-C; `announce` is called with it once it answers."""
    keys = (api_key, viber_token, telegram_key)
    with Sandbox(host, port, *keys, seed=seed, speed=speed, webhook=webhook) as sandbox:
        if announce is not None:
            announce(sandbox)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
