"""A disk that fails: a layer under SQLite, where every write and sync of the ledger goes by."""

import contextvars

import apsw

from cascade_frames.ledger.writer import RunWriter
from cascade_frames.sending.gateway import Gateway

ERRORS = {"full": apsw.FullError, "broken": apsw.IOError}


class FailingDisk(apsw.VFS):
    """Passes everything on to the real file system, but fails at the write or sync it is told.

    It is the default of every connection made after it, until it is unregistered.
    """

    def __init__(self):
        self.mend()
        self.below = apsw.vfs_names()[0]
        super().__init__("failing", self.below, makedefault=True)

    def break_at(self, at, error, lasting):
        """Fail at a write or sync, counted from 1; `lasting` fails all later ones too."""
        self.done, self._at, self._error, self._lasting = 0, at, ERRORS[error], lasting

    def mend(self):
        """Fail no more."""
        self.done, self._at = 0, 0

    def xOpen(self, name, flags):
        return _File(self, name, flags)

    def pass_by(self):
        """One write or sync is about to be made."""
        self.done += 1
        if self._at and (self.done == self._at or (self._lasting and self.done > self._at)):
            raise self._error("on purpose")


class _File(apsw.VFSFile):
    def __init__(self, disk, name, flags):
        self._disk = disk
        super().__init__(disk.below, name, flags)

    def xWrite(self, data, offset):
        self._disk.pass_by()
        super().xWrite(data, offset)

    def xSync(self, flags):
        self._disk.pass_by()
        super().xSync(flags)


def watch_intents(set_attribute=setattr):
    """Watch requests leave; the count in what is returned is of those without their intent."""
    failed = contextvars.ContextVar("failed", default=False)
    intend, post = RunWriter.intend, Gateway.post
    told = {"requests_after_a_failed_intent": 0}

    async def watched_intend(self, batch, attempt, when):
        failed.set(True)
        await intend(self, batch, attempt, when)
        failed.set(False)

    async def watched_post(self, path, body):
        told["requests_after_a_failed_intent"] += failed.get()
        return await post(self, path, body)

    set_attribute(RunWriter, "intend", watched_intend)
    set_attribute(Gateway, "post", watched_post)
    return told


def fail(at, error, lasting):
    """Put the disk in; tells how many writes and syncs there were, and what left regardless."""
    disk = FailingDisk()
    disk.break_at(at, error, lasting)
    told = watch_intents()
    return lambda: {**told, "writes": disk.done}
