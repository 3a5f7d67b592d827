"""What kind of file system a path is on; SQLite's locks cannot be trusted on a network's."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cascade_frames.ledger.machine import mounts

_NETWORK: Final = frozenset(
    {
        *("nfs", "nfs3", "nfs4", "cifs", "smbfs", "smb2", "smb3", "afpfs", "webdav", "davfs"),
        *("afs", "ncpfs", "ceph", "lustre", "beegfs", "gpfs", "glusterfs", "ocfs2", "gfs2"),
        *("fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse"),
        *("fuse.davfs", "fuse.smbnetfs", "fuse.curlftpfs", "osxfuse", "macfuse", "drive"),
    }
)


def network_file_system(path: Path) -> str | None:
    """The kind of network file system a path is on, such as `"nfs4"`; None on a local disk."""
    place = path.expanduser().resolve()
    if str(place).startswith("\\\\"):
        return "a network share"
    best, kind = -1, ""
    for mount, found in mounts():
        # The longest mount point holds the path; of equal ones, the last mounted does.
        if place.is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), found.lower()
    return kind if kind in _NETWORK else None
