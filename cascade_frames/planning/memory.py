"""What planning asks of a ledger: the secret that keys hashes, and what was sent before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cascade_frames.planning.fates import (
    NOT_STARTED,
    Codes,
    Texts,
    as_column,
    fate_table,
    having,
    no_texts,
    spread,
)
from cascade_frames.planning.hashing import Hashes, id_hashes
from cascade_frames.planning.pieces import alike, count_up, spans

Positions = npt.NDArray[np.int64] | npt.NDArray[np.bool_]


class Keys(Protocol):
    """What M messages are looked for by."""

    @property
    def ids(self) -> pa.LargeStringArray:
        """As in `MessageKeys`."""
        ...

    @property
    def id_hashes(self) -> Hashes:
        """As in `MessageKeys`."""
        ...

    @property
    def contents(self) -> Hashes:
        """As in `MessageKeys`."""
        ...

    @property
    def recipients(self) -> Hashes | None:
        """As in `MessageKeys`."""
        ...

    def __len__(self) -> int:
        """The number of messages."""
        ...


@dataclass(frozen=True, repr=False)
class HeldKeys:
    """The keys of messages that one run of a ledger holds, for when it has changed since.

    What the ledger has, or what the ids tell, is not kept beside it, but found if it is asked
    for. Whoever is erased meanwhile is found by the id, since the run has the recipients.

    Attributes:
        ids: as in `MessageKeys`.
        secret: the ledger's.
        read_contents: reads the run's `contents`.
    """

    ids: pa.LargeStringArray
    secret: bytes
    read_contents: Callable[[], Hashes]

    def __len__(self) -> int:
        """The number of messages."""
        return len(self.ids)

    @property
    def id_hashes(self) -> Hashes:
        """As in `MessageKeys`; made anew each time."""
        return id_hashes(self.ids, self.secret)

    @property
    def contents(self) -> Hashes:
        """As in `MessageKeys`; read anew each time."""
        return self.read_contents()

    @property
    def recipients(self) -> None:
        """Left to the run."""


@dataclass(frozen=True, repr=False)
class MessageKeys:
    """What a ledger knows M messages by; holds no phone and no text.

    Attributes:
        ids: M tracking ids, an Arrow array of `large_string` without nulls.
        id_hashes: M `uint64`.
        contents: M `uint64`, over everything in a message but its id.
        recipients: M `uint64`; where None, the ledger cannot find these messages by person.
    """

    ids: pa.LargeStringArray
    id_hashes: Hashes
    contents: Hashes
    recipients: Hashes | None = None

    def __len__(self) -> int:
        """The number of messages."""
        return len(self.ids)

    def take(self, positions: Positions) -> MessageKeys:
        """The keys of some of the messages."""
        if _is_everything(positions):
            return self
        at = np.flatnonzero(positions) if positions.dtype == bool else positions
        recipients = None if self.recipients is None else self.recipients[at]
        return MessageKeys(
            self.ids.take(pa.array(at)), self.id_hashes[at], self.contents[at], recipients
        )

    def between(self, start: int, stop: int) -> MessageKeys:
        """The keys of the messages from start to stop, not copied."""
        recipients = None if self.recipients is None else self.recipients[start:stop]
        ids = self.ids.slice(start, stop - start)
        return MessageKeys(ids, self.id_hashes[start:stop], self.contents[start:stop], recipients)


@dataclass(frozen=True, repr=False)
class Places:
    """Where a ledger has M messages, so that it need not look for them again.

    Attributes:
        runs: int32, the newest run that holds the message; 0 where none does.
        positions: int32, the message's position in that run.
        changed: bool, its content differs from the one that run has.
        upto: the newest run of the account that was looked at.
        records: how many of each kind the ledger had when it said how the messages stand.

    Where all messages have the same of something, that lies in memory once, and cannot be written
    to: whoever changes places makes copies.
    """

    runs: npt.NDArray[np.int32]
    positions: npt.NDArray[np.int32]
    changed: npt.NDArray[np.bool_]
    upto: int = 0
    records: tuple[int, ...] | None = None

    @property
    def held_by(self) -> npt.NDArray[np.int32]:
        """The runs that hold any of the messages, ascending."""
        if not len(self.runs):
            return np.zeros(0, dtype=np.int32)
        first, last = self.runs.min(), self.runs.max()
        found = np.unique(self.runs) if first != last else np.array([first], dtype=np.int32)
        return found[found > 0]

    def are_all_of(self, run: int) -> bool:
        """Whether the messages are the first ones of this run, in its order."""
        return bool((self.runs == run).all()) and count_up(self.positions)

    def take(self, positions: Positions) -> Places:
        """The places of some of the messages."""
        parts = (self.runs[positions], self.positions[positions], self.changed[positions])
        return Places(*parts, self.upto, self.records)


@dataclass(frozen=True, repr=False)
class Standing:
    """How M messages stand in a ledger.

    Attributes:
        fates: the distinct fates, with `fates.COLUMNS`.
        codes: int32, length M: the position of each message's fate in `fates`. A message that
            no run holds is `unsent`, with reason `not_started`.
        message_ids: M receipts, an Arrow column of `large_string`, maybe in pieces; None where
            there is none.
        reused: bool, length M: its id was sent before with other content.
        places: what the ledger needs in order not to look again.

    `codes` and `reused` are not to be written to.
    """

    fates: pa.Table
    codes: Codes
    message_ids: Texts | None
    reused: npt.NDArray[np.bool_]
    places: Places | None = None

    def __len__(self) -> int:
        """The number of messages."""
        return len(self.codes)

    @property
    def table(self) -> pd.DataFrame:
        """M rows on a positional index, made anew each time.

        Columns: `messageId`, `outcome`, `reason`, `detail` (str), `batch` (Int64), `attempts`
        (int64), `sent_at` (datetime64[us, UTC]).
        """
        receipts = no_texts(len(self)) if self.message_ids is None else self.message_ids
        return pd.DataFrame({"messageId": as_column(receipts), **spread(self.fates, self.codes)})

    def having(self, outcome: str) -> npt.NDArray[np.bool_]:
        """Which messages have this outcome (bool, length M)."""
        return having(self.fates, self.codes, outcome)

    def count(self, outcome: str) -> int:
        """How many messages have this outcome and their content unchanged."""
        return int((self.having(outcome) & ~self.reused).sum())

    def holds(self, outcome: str) -> bool:
        """Whether any message has this outcome."""
        wanted = np.flatnonzero(pc.equal(self.fates["outcome"], outcome).to_numpy())
        parts = [self.codes[rows] for rows in spans(len(self))]
        return any((part == code).any() for code in wanted for part in parts)

    def counts(self) -> dict[str, int]:
        """How many messages have each outcome that occurs and their content unchanged."""
        codes = self.codes[~self.reused] if self.reused.any() else self.codes
        rows = np.bincount(codes, minlength=len(self.fates)).tolist()
        found: Counter[str] = Counter()
        for outcome, count in zip(self.fates["outcome"].to_pylist(), rows, strict=True):
            found[outcome] += count
        return dict(+found)

    def take(self, positions: Positions) -> Standing:
        """How some of the messages stand."""
        if _is_everything(positions):
            return self
        at = np.flatnonzero(positions) if positions.dtype == bool else positions
        receipts = None if self.message_ids is None else self.message_ids.take(pa.array(at))
        places = None if self.places is None else self.places.take(at)
        return Standing(self.fates, self.codes[at], receipts, self.reused[at], places)


class Memory(Protocol):
    """The part of a ledger that planning reads."""

    @property
    def secret(self) -> bytes:
        """32 random bytes, made with the ledger and never changed."""
        ...

    def stand(self, account: str, keys: MessageKeys) -> Standing:
        """How these messages of this account stand now."""
        ...


def not_started(size: int) -> Standing:
    """How messages stand that no run holds."""
    codes, reused = alike(np.int32(0), size), alike(np.False_, size)
    return Standing(fate_table([NOT_STARTED]), codes, None, reused)


def _is_everything(positions: Positions) -> bool:
    return positions.dtype == bool and bool(positions.all())
