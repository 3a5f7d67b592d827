"""What a ledger knows messages by, hashed by a thread of its own while they are made and checked.

Conversions and checks are passes over whole columns, which leave the interpreter to others; hashes
are made of Python's objects. So the two get on side by side, where there are rows enough to be
worth a thread. Every column has a hash of its own, so each is begun as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from cascade_frames.contract import Field
from cascade_frames.planning.content import content_hashes, message_hashes
from cascade_frames.planning.hashing import Hashes, id_hashes
from cascade_frames.planning.utf8 import Mask

_MANY: Final = 10_000


def worth_a_thread(rows: int) -> bool:
    """Whether a pass over so many rows takes longer than to have a thread do it."""
    return rows >= _MANY


class HashedBeside:
    """The hashes of a message table's N rows, good or bad, from one column after the other.

    Use as a context manager while columns are added: no thread outlasts its work, whatever ends it.

    Args:
        rows: N.
        secret: the ledger's.
    """

    def __init__(self, rows: int, secret: bytes) -> None:
        self._rows = rows
        self._secret = secret
        self._said: dict[str, pd.Series[Any]] = {}
        self._ids: Callable[[], Hashes]
        self._people: Callable[[], tuple[Hashes, Hashes]]
        self._others: list[Callable[[], None]] = []
        self._contents = np.zeros(rows, dtype=np.uint64)
        self._thread = ThreadPoolExecutor(1, "cascade-hashes") if worth_a_thread(rows) else None

    def __enter__(self) -> Self:
        """Columns are added from here on."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """No more come; what is being hashed goes on, unless nobody will ask for it."""
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=error is not None)

    def add(self, name: str, values: pd.Series[Any]) -> None:
        """Hash a column, which does not change any more; phones and ids are among them once."""
        if name == Field.ID:
            self._ids = self._begin(id_hashes, values)
            return
        self._said[name] = values
        if name == Field.TO_PHONE:
            self._people = self._begin(message_hashes, values.to_frame(name))
        else:
            self._others.append(self._begin(self._add_content, values.to_frame(name)))

    def ids(self) -> Hashes:
        """N hashes of tracking ids."""
        return self._ids()

    def said(self, rows: Mask) -> tuple[Hashes, Hashes]:
        """The hashes of the contents, and those of the recipients, of these rows.

        Asked for once: the columns are let go of.
        """
        try:
            contents, recipients = self._everything()
        except Exception:  # noqa: BLE001 - what a faulty row holds need not have a hash
            sound = pd.DataFrame(self._said)[rows].reset_index(drop=True)
            return message_hashes(sound, self._secret)
        finally:
            self._end()
        if rows.all():
            return contents, recipients
        at = np.flatnonzero(rows)
        return contents[at], recipients[at]

    def _begin(self, work: Callable[..., Any], values: object) -> Callable[[], Any]:
        """Have something hashed; what is given back waits for it."""
        if self._thread is None:
            return partial(work, values, self._secret)
        return self._thread.submit(work, values, self._secret).result

    def _add_content(self, column: pd.DataFrame, secret: bytes) -> None:
        self._contents ^= content_hashes(column, secret)

    def _everything(self) -> tuple[Hashes, Hashes]:
        for added in self._others:
            added()
        contents, recipients = self._people()
        contents ^= self._contents
        return contents, recipients

    def _end(self) -> None:
        if self._thread is not None:
            self._thread.shutdown()
        del self._said, self._others, self._people, self._contents
