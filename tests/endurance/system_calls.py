"""Faults at system calls, put in by strace. The door to it.

strace is attached to one thread, since it counts the calls of each thread apart.
"""

import re
import shutil
import subprocess
import time
from collections import Counter

# Whatever writes, syncs, sends or receives, in the ledger and on the network.
FILES = ("write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "unlink")
SOCKETS = ("connect", "sendto", "sendmsg", "recvfrom", "recvmsg", "shutdown")
KILL = "signal=SIGKILL"
GIVE_UP_SECONDS = 30


def why_not():
    """Why there can be no tracing here; None where there can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    command = ["strace", "-o", "/dev/null", "true"]
    if subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603 - as it stands
        return "this machine does not let strace trace"
    return None


class Traced:
    """One send in a child, one thread of which is traced from its beginning to its end.

    Args:
        episode: what is sent.
        thread: of `tracing.THREADS`.
        folder: for notes.
        injected: what strace is to do, in its own words, such as `fsync:error=EIO:when=3`.
    """

    def __init__(self, episode, thread, folder, injected=None):
        number, trace = folder / "thread", folder / "trace"
        number.unlink(missing_ok=True)
        fault = {"kind": "traced", "thread": thread, "path": str(number)}
        child = episode.start(in_flight=2, fault=fault)
        tracer = _attach(_read(number), trace, injected)
        self.code = child.wait()
        tracer.wait(GIVE_UP_SECONDS)
        self.told = child.result()
        lines = trace.read_text().splitlines()
        if not any(line.startswith("getpgid") for line in lines):
            raise RuntimeError("strace came too late")
        lines = [line for line in lines if not line.startswith("getpgid")]
        self.calls = Counter(re.match(r"\w+", line)[0] for line in lines if "(" in line)
        self.struck = self.code == -9 or any("(INJECTED" in line for line in lines)


def _attach(thread, trace, injected):
    wanted = ",".join((*FILES, *SOCKETS, "getpgid"))
    options = ["-qq", "-s", "0", "-e", "signal=none", "-e", f"trace={wanted}"]
    options += ["-e", "inject=getpgid:error=EPERM"]
    if injected:
        options += ["-e", f"inject={injected}"]
    command = ["strace", *options, "-o", str(trace), "-p", str(thread)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - our own words


def _read(path):
    give_up = time.monotonic() + GIVE_UP_SECONDS
    while not path.exists():
        if time.monotonic() > give_up:
            raise TimeoutError("the thread does not begin")
        time.sleep(0.002)
    return int(path.read_text())
