"""The ledger: who was messaged, what came of it, and who may send what now."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import platformdirs

from cascade_frames.errors import MappingError, RunBusy
from cascade_frames.ledger import erasure, resolutions, schema
from cascade_frames.ledger.blobs import pack_hashes, pack_texts, unpack_hashes, unpack_texts
from cascade_frames.ledger.owner import Owner, this_process
from cascade_frames.ledger.store import EVERYONE
from cascade_frames.ledger.stores import open_store
from cascade_frames.ledger.writer import RunWriter, is_open
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.hashing import recipient_hashes
from cascade_frames.planning.memory import (
    MessageKeys,
    Standing,
    empty_standing,
    standing_table,
)
from cascade_frames.planning.phones import check_region, read_phone
from cascade_frames.sending.records import Registration, RunLabel, RunState
from cascade_frames.settings import setting

BLOCK: Final = 65_536

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class _Found:
    """Where M messages were last registered.

    Attributes:
        runs: the run's number; 0 where none holds the message.
        positions: the message's position in that run.
        contents: the content hash registered there.
    """

    runs: Indices
    positions: Indices
    contents: npt.NDArray[np.uint64]


class Ledger:
    """The durable record of every attempt, in a SQLite file or a PostgreSQL database.

    Args:
        location: a path or `sqlite:///path` (made, with its folder, where there is none), or
            `postgresql://user:password@host/database`.

    Raises:
        LedgerError: it cannot be opened, is no ledger, or is of a newer version.
    """

    def __init__(self, location: str | Path) -> None:
        self._store = open_store(location)
        self._secret = bytes(self._store.rows(schema.READ_META, ("secret",))[0][0])

    def __repr__(self) -> str:
        """Where it is, without a user or password."""
        return f"Ledger({self._store.name!r})"

    @property
    def secret(self) -> bytes:
        """32 random bytes, made with the ledger and never changed."""
        return self._secret

    def close(self) -> None:
        """Close the file or connection."""
        self._store.close()

    def stand(self, account: str, keys: MessageKeys) -> Standing:
        """How these messages of this account stand now.

        A message whose intent has no outcome is `unknown`, and one that was only registered is
        `unsent`, whether or not the run that holds it is still alive.
        """
        return self._stand(self._find(account, keys), keys)

    def register(self, label: RunLabel, keys: MessageKeys) -> Registration:
        """Let a run in: claim, in one exclusive transaction, the messages it may send.

        Those are the unsent ones, and the refused ones whose content has changed.

        Raises:
            RunBusy: a run that is alive holds some of the messages.
            LedgerError: it could not be written.
        """
        with self._store.transaction(_of_account(label.account)):
            found = self._find(label.account, keys)
            self._take_over(np.unique(found.runs))
            pending = _sendable(self._stand(found, keys))
            if not len(pending):
                return Registration(None, pending)
            run_id = secrets.token_hex(8)
            run = self._add_run(run_id, label, len(pending))
            held = keys.take(pending)
            for start in range(0, len(pending), BLOCK):
                part = held.take(np.arange(start, min(start + BLOCK, len(pending))))
                block = (pack_texts(list(part.ids)), pack_hashes(part.id_hashes))
                told = None if part.recipients is None else pack_hashes(part.recipients)
                values = (run, start, *block, pack_hashes(part.contents), told)
                self._store.rows(schema.ADD_BLOCK, values)
        return Registration(run_id, pending)

    def open_run(self, run_id: str) -> RunWriter:
        """The writer for a run that `register` let in."""
        run = self._store.rows(schema.RUN_NUMBER, (run_id,))[0][0]
        return RunWriter(self._store.again(), run, run_id)

    def unknown(self, campaign: str | None = None, account: str | None = None) -> pd.DataFrame:
        """The rows of which nobody knows whether they were accepted, and what is known of them.

        Args:
            campaign: of this campaign; of all where it is left out.
            account: an account's `identity`; all accounts where it is left out.

        Returns:
            One row per unknown message: `trackinId`, `run`, `reason` (str), `batch` (Int64),
            `sent_at` (datetime64[us, UTC]).
        """
        return resolutions.told(
            resolutions.find_unknown(self._store, self._read_run, account, campaign)
        )

    def resolve(
        self,
        account: str,
        decision: resolutions.Decision,
        *,
        campaign: str | None = None,
        ids: Collection[str] | None = None,
    ) -> pd.DataFrame:
        """Settle unknown rows on purpose; the ledger notes who did it, when and what.

        Args:
            account: the account's `identity`.
            decision: `"accepted"` (without a messageId), or `"resend"`: the next call sends
                them, and a message that did arrive arrives twice.
            campaign: of this campaign; may be left out where `ids` are given.
            ids: the tracking ids to settle; all unknown rows of the campaign where left out.

        Returns:
            The rows that were settled, as in `unknown`.

        Raises:
            MappingError: some of the ids are not unknown; nothing was changed.
            RunBusy: their run may still be alive; nothing was changed.
            LedgerError: it could not be written.
        """
        resolutions.check_decision(decision, campaign, ids)

        def find() -> list[resolutions.UnknownRows]:
            found = resolutions.find_unknown(self._store, self._read_run, account, campaign)
            return resolutions.choose(found, ids)

        with self._store.transaction(_of_account(account)):
            self._take_over(np.array([rows.run for rows in find()], dtype="int64"))
            settled = find()  # read again: an answer may have come until the runs were fenced
            for rows in settled:
                resolutions.add(self._store, rows, decision)
        return resolutions.told(settled)

    def resolved(self, campaign: str | None = None, account: str | None = None) -> pd.DataFrame:
        """What was settled on purpose: `run`, `decision`, `rows`, `at`, `host`, `process`."""
        return resolutions.history(self._store, account, campaign)

    def forget(self, phone: str, region: str = "UA") -> int:
        """Erase a person: the ids, receipts and details of all their messages, in all accounts.

        Keyed hashes of the ids and of the phone stay, so that no later plan messages them: it
        finds them `skipped`, with reason `forgotten`. This cannot be taken back.

        Args:
            phone: in any usual spelling.
            region: the country assumed where the phone does not name one.

        Returns:
            The number of messages erased. Those that were registered before the ledger kept
            hashes of recipients are not found.

        Raises:
            MappingError: that is no phone; nothing was changed.
            RunBusy: a run that may be alive holds a message to them; nothing was changed.
            LedgerError: it could not be written.
        """
        read = read_phone(phone, check_region(region))
        if read is None:
            raise MappingError("phone: it cannot be read as a phone number; nothing was erased.")
        recipient = recipient_hashes(np.array([read], dtype=object), self._secret)
        with self._store.transaction(EVERYONE):
            erased = erasure.erase(self._store, recipient, self._take_over)
        self._store.scrub()
        return erased

    def _add_run(self, run_id: str, label: RunLabel, messages: int) -> int:
        owner = this_process()
        rows = self._store.rows(
            schema.ADD_RUN,
            {
                "run_id": run_id,
                "account": label.account,
                "campaign": label.campaign,
                "route": label.route,
                "digest": label.digest,
                "messages": messages,
                "state": RunState.ACTIVE,
                "host": owner.host,
                "process": owner.process,
                "process_started": owner.started,
                "at": self._store.now().isoformat(),
            },
        )
        return int(rows[0][0])

    def _take_over(self, runs: Indices) -> None:
        """Take the messages of runs whose owners are gone; refuse while one is alive.

        A run of this very process is alive while its writer is open: one that was interrupted
        before it began, or broke down, must not lock its messages until the process ends.
        """
        for run in runs[runs > 0].tolist():
            row = self._store.rows(schema.READ_RUN, (run,))[0]
            _, run_id, _, state, host, process, started, active_at = row
            if state != RunState.ACTIVE:
                continue
            owner = Owner(host, process, started)
            if owner == this_process():
                alive = is_open(run_id)
            else:
                alive = owner.is_alive(datetime.fromisoformat(active_at), self._store.now())
            if alive:
                raise RunBusy(
                    f"Run {run_id} (process {process} on {host}) holds some of these messages and "
                    "is alive. Wait for it to end, or stop it; nothing was sent from here."
                )
            self._store.rows(schema.SET_STATE, {"state": RunState.SUPERSEDED, "run": run})

    def _find(self, account: str, keys: MessageKeys) -> _Found:
        """Look every message up among all that the account has registered, newest run first."""
        size = len(keys)
        runs, positions = np.zeros(size, "int64"), np.zeros(size, "int64")
        contents = np.zeros(size, np.uint64)
        if not size:
            return _Found(runs, positions, contents)
        sought = np.sort(keys.id_hashes)
        row_of: dict[str, int] = {}
        for run, start, blob in self._store.each(schema.READ_HASHES, (account,)):
            hashes = unpack_hashes(blob)
            nearest = np.minimum(np.searchsorted(sought, hashes), size - 1)
            hits = np.flatnonzero(sought[nearest] == hashes)
            if not len(hits):
                continue
            row_of = row_of or {one: row for row, one in enumerate(keys.ids)}
            ids, held = self._read_block(run, start)
            # A hash only says where to look; the id itself decides.
            rows = np.array([row_of.get(one, -1) for one in ids[hits]], dtype="int64")
            new = (rows >= 0) & (runs[rows] == 0)
            rows, hits = rows[new], hits[new]
            runs[rows], positions[rows], contents[rows] = run, start + hits, held[hits]
        return _Found(runs, positions, contents)

    def _read_block(self, run: int, start: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint64]]:
        ids, contents = self._store.rows(schema.READ_BLOCK, (run, start))[0]
        return unpack_texts(ids), unpack_hashes(contents)

    def _stand(self, found: _Found, keys: MessageKeys) -> Standing:
        columns = empty_standing(len(keys))
        for run in np.unique(found.runs[found.runs > 0]).tolist():
            rows = np.flatnonzero(found.runs == run)
            for name, values in self._read_run(run).items():
                columns[name][rows] = values[found.positions[rows]]
        changed = (found.runs > 0) & (found.contents != keys.contents)
        forgotten = erasure.forgotten(self._store, keys)
        erasure.hold_back(columns, forgotten)
        settled = np.isin(columns["outcome"], [str(Outcome.ACCEPTED), str(Outcome.UNKNOWN)])
        # A refused message with new content is a new try, not the old one.
        retried = changed & (columns["outcome"] == Outcome.REFUSED)
        columns["outcome"][retried] = str(Outcome.UNSENT)
        return Standing(standing_table(columns), changed & settled)

    def _read_run(self, run: int) -> dict[str, npt.NDArray[Any]]:
        """How all messages of one run stand, by position in it."""
        columns = empty_standing(self._store.rows(schema.READ_RUN, (run,))[0][2])
        for row in self._store.each(schema.READ_ATTEMPTS, (run,)):
            batch, _, start, stop, at, outcome, reason, detail, message_ids = row
            span = slice(start, stop)
            columns["batch"][span] = batch
            columns["attempts"][span] += 1
            columns["sent_at"][span] = np.datetime64(
                datetime.fromisoformat(at).replace(tzinfo=None)
            )
            # Only a receipt outweighs an earlier attempt of which nothing is known.
            rows = start + np.flatnonzero(columns["outcome"][span] != Outcome.UNKNOWN)
            columns["outcome"][rows] = outcome or str(Outcome.UNKNOWN)
            columns["reason"][rows] = reason if outcome else str(Reason.IN_FLIGHT)
            columns["detail"][rows] = detail
            if message_ids is not None:
                receipts = unpack_texts(message_ids)
                known = start + np.flatnonzero(receipts != None)  # noqa: E711 - elementwise
                columns["messageId"][span] = receipts
                columns["outcome"][known] = str(Outcome.ACCEPTED)
                columns["reason"][known] = None
                columns["detail"][known] = None
        resolutions.apply(columns, self._store.rows(schema.READ_RESOLUTIONS, (run,)))
        return columns


def _of_account(account: str) -> str:
    """The name of the lock under which an account's messages are claimed."""
    return f"account:{account}"


def _sendable(standing: Standing) -> Indices:
    unsent = (standing.table["outcome"] == Outcome.UNSENT).to_numpy(dtype=bool)
    return np.flatnonzero(unsent & ~standing.reused).astype("int64")


def open_ledger(location: str | Path | Ledger | None, gateway: str) -> Ledger:
    """The ledger at a location.

    Args:
        location: a path, `sqlite:///path`, `postgresql://…`, an open ledger, or None for
            `CASCADE_LEDGER` or else the user's data folder, where the sandbox has a file of its
            own.
        gateway: `"live"` or `"sandbox"`.

    Raises:
        LedgerError: it is of a kind we do not have, or cannot be opened.
    """
    if isinstance(location, Ledger):
        return location
    place = location or setting("CASCADE_LEDGER")
    if place is None:
        folder = Path(platformdirs.user_data_dir("cascade_frames"))
        return Ledger(folder / ("ledger.sqlite3" if gateway == "live" else "sandbox.sqlite3"))
    return Ledger(place)
