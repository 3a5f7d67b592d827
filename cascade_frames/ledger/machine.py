"""What the operating system knows of processes and file systems. The door to psutil."""

from __future__ import annotations

from pathlib import Path

import psutil


def process_start(process: int) -> float | None:
    """When a process of this machine started, in seconds since 1970; None where there is none.

    Raises:
        PermissionError: the system does not tell.
    """
    try:
        return float(psutil.Process(process).create_time())
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:
        raise PermissionError from None


def mounts() -> list[tuple[Path, str]]:
    """Where file systems are mounted, and of which kind they are, in the order of mounting."""
    return [(Path(one.mountpoint), one.fstype) for one in psutil.disk_partitions(all=True)]
