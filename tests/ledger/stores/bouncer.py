"""A real PgBouncer in transaction mode: each transaction may get another connection."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

CONFIGURATION = """
[databases]
* = host={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 500
logfile =
"""


def find_bouncer():
    """The PgBouncer of this machine, or None."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Bouncer:
    """Stands before a server; its clients share three connections for each database.

    Args:
        folder: an empty one, for its configuration.
        server: the folder with the server's data and socket, which belongs to the user that may
            use it.
    """

    def __init__(self, folder, server):
        self._folder = Path(folder)
        self._owner = Path(server).owner()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        words = CONFIGURATION.format(server=server, port=self._port)
        (self._folder / "pgbouncer.ini").write_text(words)

    def address(self, database):
        """The address of a database through it."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def __enter__(self):
        command = [find_bouncer(), "-q", self._folder / "pgbouncer.ini"]
        if os.getuid() == 0:  # which it does not run as
            self._folder.chmod(0o755)
            command += ["-u", self._owner]
        self._process = subprocess.Popen(  # noqa: S603 - the machine's own PgBouncer
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up and self._process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
                return self
            time.sleep(0.05)
        self._process.kill()
        raise RuntimeError(f"PgBouncer does not start: {self._process.communicate()[1]!r}")

    def __exit__(self, *exception):
        self._process.terminate()
        self._process.communicate()
