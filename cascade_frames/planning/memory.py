"""What planning asks of a ledger: the secret that keys hashes, and what was sent before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from cascade_frames.planning.hashing import Hashes


@dataclass(frozen=True, repr=False)
class MessageKeys:
    """What a ledger knows M messages by; holds no phone and no text.

    Attributes:
        ids: M tracking ids (object dtype).
        id_hashes: M `uint64`.
        contents: M `uint64`, over everything in a message but its id.
        recipients: M `uint64`; where None, the ledger cannot find these messages by person.
    """

    ids: npt.NDArray[np.object_]
    id_hashes: Hashes
    contents: Hashes
    recipients: Hashes | None = None

    def __len__(self) -> int:
        """The number of messages."""
        return len(self.ids)

    def take(self, positions: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> MessageKeys:
        """The keys of some of the messages."""
        recipients = None if self.recipients is None else self.recipients[positions]
        return MessageKeys(
            self.ids[positions], self.id_hashes[positions], self.contents[positions], recipients
        )


@dataclass(frozen=True, repr=False)
class Standing:
    """How M messages stand in a ledger.

    Attributes:
        table: M rows on a positional index: `messageId` (str), `outcome` (str), `reason` (str),
            `detail` (str), `batch` (Int64), `attempts` (int64), `sent_at` (datetime64[us, UTC]).
            A message that no run holds is `unsent`, with reason `not_started`.
        reused: bool, length M: its id was sent before with other content.
    """

    table: pd.DataFrame
    reused: npt.NDArray[np.bool_]

    def count(self, outcome: str) -> int:
        """How many messages have this outcome and their content unchanged."""
        return int(((self.table["outcome"] == outcome).to_numpy(dtype=bool) & ~self.reused).sum())


class Memory(Protocol):
    """The part of a ledger that planning reads."""

    @property
    def secret(self) -> bytes:
        """32 random bytes, made with the ledger and never changed."""
        ...

    def stand(self, account: str, keys: MessageKeys) -> Standing:
        """How these messages of this account stand now."""
        ...


def empty_standing(size: int) -> dict[str, Any]:
    """Columns for messages that no run holds, to be filled in."""
    return {
        "messageId": np.full(size, None, dtype=object),
        "outcome": np.full(size, "unsent", dtype=object),
        "reason": np.full(size, "not_started", dtype=object),
        "detail": np.full(size, None, dtype=object),
        "batch": np.zeros(size, dtype="int64"),
        "attempts": np.zeros(size, dtype="int64"),
        "sent_at": np.full(size, np.datetime64("NaT", "us"), dtype="datetime64[us]"),
    }


def standing_table(columns: dict[str, Any]) -> pd.DataFrame:
    """The columns of `empty_standing`, filled in, with the dtypes of `Standing.table`."""
    batch = pd.array(columns["batch"], dtype="Int64")
    batch[columns["batch"] == 0] = pd.NA
    texts = {
        name: pd.Series(columns[name], dtype="str")
        for name in ("messageId", "outcome", "reason", "detail")
    }
    return pd.DataFrame(
        {
            **texts,
            "batch": batch,
            "attempts": columns["attempts"],
            "sent_at": pd.DatetimeIndex(columns["sent_at"]).as_unit("us").tz_localize("UTC"),
        }
    )
