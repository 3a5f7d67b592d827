"""The ledger: who was messaged, what came of it, and who may send what now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from cascade_frames.errors import MappingError
from cascade_frames.ledger import campaigns, claims, deliveries, erasure, resolutions, statements
from cascade_frames.ledger.blobs import unpack_hashes
from cascade_frames.ledger.campaigns import CampaignMessages, CampaignRun
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.ledger.standing import stand
from cascade_frames.ledger.store import EVERYONE
from cascade_frames.ledger.stores import open_store
from cascade_frames.ledger.unknown import UnknownRows, choose, find_unknown, told
from cascade_frames.ledger.writer import RunWriter
from cascade_frames.planning.hashing import Hashes, recipient_hashes
from cascade_frames.planning.memory import HeldKeys, Keys, MessageKeys, Standing
from cascade_frames.planning.phones import check_region, read_phone
from cascade_frames.sending.records import Registration, RunLabel

# Nobody speaks for more than a few seconds of reading at a time.
_HORIZON_SECONDS: Final = 60.0


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
        self._secret = bytes(self._store.rows(statements.READ_META, ("secret",))[0][0])

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

    def stand(self, account: str, keys: Keys, before: Standing | None = None) -> Standing:
        """How these messages of this account stand now.

        A message whose intent has no outcome is `unknown`, and one that was only registered is
        `unsent`, whether or not the run that holds it is still alive.

        Args:
            account: an account's `identity`.
            keys: of M messages.
            before: how the very same messages stood here earlier; spares looking for them.
        """
        return stand(self._store, account, keys, before)

    def register(
        self, label: RunLabel, keys: MessageKeys, before: Standing | None = None
    ) -> Registration:
        """Let a run in: claim, in one exclusive transaction, the messages it may send.

        Those are the unsent ones, and the refused ones whose content has changed.

        Args:
            label: what the run is called.
            keys: of M messages.
            before: how the very same messages stood here earlier; spares looking for them.

        Raises:
            RunBusy: a run that is alive holds some of the messages.
            LedgerError: it could not be written.
        """
        return claims.register(self._store, label, keys, before)

    def held_keys(self, run_id: str, ids: pa.LargeStringArray) -> HeldKeys:
        """What need be kept of the keys of messages, once a run holds them all and no others.

        Args:
            run_id: of the run that `register` let in.
            ids: their tracking ids, in its order.
        """

        def read_contents() -> Hashes:
            blobs = [bytes(row[0]) for row in self._store.rows(statements.READ_CONTENTS, (run_id,))]
            return unpack_hashes(b"".join(blobs))

        return HeldKeys(ids, self._secret, read_contents)

    def open_run(self, run_id: str) -> RunWriter:
        """The writer for a run that `register` let in."""
        run = self._store.rows(statements.RUN_NUMBER, (run_id,))[0][0]
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
        return told(find_unknown(self._store, account, campaign))

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

        def find() -> list[UnknownRows]:
            return choose(find_unknown(self._store, account, campaign), ids)

        with self._store.transaction(claims.of_account(account)):
            runs = np.array([rows.run for rows in find()], dtype=np.int64)
            claims.take_over(self._store, runs)
            settled = find()  # read again: an answer may have come until the runs were fenced
            for rows in settled:
                resolutions.add(self._store, rows.run, rows.positions, decision)
        return told(settled)

    def resolved(self, campaign: str | None = None, account: str | None = None) -> pd.DataFrame:
        """What was settled on purpose: `run`, `decision`, `rows`, `at`, `host`, `process`."""
        return resolutions.history(self._store, account, campaign)

    def note(self, readings: Iterable[Reading]) -> None:
        """Keep what was heard of messages; durable when this returns.

        Readings may come again, late and in any order: of each message the state stays that
        outweighs the others (see `deliveries`). Nothing is kept of messages that were erased.

        Args:
            readings: written in transactions of 10,000. Where one fails, those before it stay,
                and all of them may be noted again.

        Raises:
            ValueError: a moment has no time zone.
            LedgerError: it could not be written.
        """
        deliveries.note(self._store, self._secret, readings)

    def deliveries(self, message_ids: pa.LargeStringArray) -> pd.DataFrame:
        """What is known of what became of M messages.

        Args:
            message_ids: their receipts, in any order; may repeat and may be null.

        Returns:
            M rows in the order of the ids: `delivery` (str, the API's word), `channel` (str),
            `parts` (Int64), `cost` (Float64, in `currency`), `currency` (str), `delivered_at`
            (datetime64[us, UTC], of those delivered: by the API's clock, else when it was first
            heard) and `heard_at` (datetime64[us, UTC], when anything was last heard). All are
            missing where nothing is known.
        """
        return deliveries.look_up(self._store, message_ids)

    def campaigns(self, account: str | None = None) -> pd.DataFrame:
        """The campaigns that the ledger knows, newest first.

        Args:
            account: an account's `identity`; all accounts where it is left out.

        Returns:
            One row per campaign and account: `campaign` (str, missing for sends without one),
            `account` (str, its identity), `first_sent_at`, `last_sent_at` (datetime64[us, UTC],
            missing where no batch left), and as int64: `runs`, `messages` and of these
            `accepted`, `refused`, `unsent`, `unknown`; of those accepted `delivered`,
            `undelivered` (final, and not delivered) and `pending` (neither, as far as the ledger
            knows). Messages of people who were erased are not counted.
        """
        return campaigns.overview(self._store, account)

    def campaign_runs(self, campaign: str | None = None) -> list[CampaignRun]:
        """The runs of a campaign in all accounts, or all runs, in the order they began."""
        return campaigns.find_runs(self._store, campaign=campaign)

    def campaign_messages(self, runs: Sequence[CampaignRun]) -> CampaignMessages:
        """How the messages of these runs, all of one account, stand.

        A message that is in several of them stands as in the last.
        """
        return campaigns.read_messages(self._store, runs)

    def forgotten(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Which of M messages have an id or a recipient that was erased (bool, length M)."""
        return erasure.forgotten(self._store, keys)

    def reserve_reads(self, account: str, seconds: float) -> float:
        """Speak for the next so many seconds of an account's status requests.

        All who use the ledger share the account's time, one after the other.

        Args:
            account: an account's `identity`.
            seconds: how long the requests take at the account's read rate.

        Returns:
            The seconds (float, 0 or more) until that time begins.
        """
        asked = {"slot": f"{account}#reads", "span": seconds, "horizon": _HORIZON_SECONDS}
        # A store with a clock of its own goes by that.
        asked["now"] = datetime.now(UTC).timestamp()
        return max(0.0, float(self._store.rows(statements.RESERVE_READS, asked)[0][0]))

    def forget(self, phone: str, region: str = "UA") -> int:
        """Erase a person: ids, receipts, details and deliveries of all their messages.

        In all accounts.

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
            erased = erasure.erase(
                self._store, recipient, lambda runs: claims.take_over(self._store, runs)
            )
        self._store.scrub()
        return erased
