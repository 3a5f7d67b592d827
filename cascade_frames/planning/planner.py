"""Making a plan: map, check, hold back, look up what was sent before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cascade_frames import contract
from cascade_frames.contract import Field, Route
from cascade_frames.errors import InvalidRecipients, MappingError
from cascade_frames.loading import one_at_a_time
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning import (
    advice,
    control,
    messages,
    policy,
    utf8,
)
from cascade_frames.planning.checks import checks_table
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.mapping import MessageMapping
from cascade_frames.planning.memory import Memory, MessageKeys, Standing
from cascade_frames.planning.plan import OnInvalid, Plan, Sender, invalid_rows
from cascade_frames.planning.utf8 import Mask
from cascade_frames.settings import Account


@dataclass(frozen=True)
class PlanRequest:
    """Everything a plan is made of besides the segment."""

    mapping: MessageMapping
    account: Account
    campaign: str | None = None
    route: Route = Route.STANDARD
    region: str = "UA"
    schema: Any = None
    on_invalid: OnInvalid = "raise"
    opt_out: Iterable[object] | pd.DataFrame | None = field(default=None, repr=False)
    control: float | None = None
    control_key: str | None = None
    batch_size: int = contract.MAX_BATCH


def check_request(request: PlanRequest) -> None:
    """Refuse what no segment could make right.

    Raises:
        MappingError: an argument is outside its choices.
    """
    if request.on_invalid not in ("raise", "drop"):
        raise MappingError('on_invalid: choose "raise" (nothing is sent) or "drop".')
    control.check_control(request.control, request.control_key, request.campaign)
    size = request.batch_size
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= contract.MAX_BATCH:
        raise MappingError(f"batch_size: a whole number from 1 to {contract.MAX_BATCH}.")
    campaign = request.campaign
    if campaign is None:
        return
    if not isinstance(campaign, str) or not campaign.strip() or not campaign.isprintable():
        raise MappingError('campaign: give a name in one line, as "autumn-promo".')


def read_route(route: str) -> Route:
    """The route of that name.

    Raises:
        MappingError: there is none.
    """
    try:
        return Route(route)
    except ValueError:
        known = " or ".join(repr(str(known)) for known in Route)
        raise MappingError(f"route: {route!r} is not one of {known}.") from None


def make_plan(
    segment: pd.DataFrame, request: PlanRequest, memory: Memory, now: datetime, sender: Sender
) -> Plan:
    """Make a plan: map, check, hold back, look up.

    Raises:
        MappingError: the call does not fit the segment.
        InvalidRecipients: rows were rejected and `on_invalid` is `"raise"`, or none is left.
    """
    check_request(request)
    check_table(segment)
    faults = Faults(len(segment))
    if request.schema is not None:
        with one_at_a_time:
            from cascade_frames.planning import segment_schema
        segment_schema.check_segment(segment, request.schema, faults)
    drafted = messages.draft(
        segment,
        request.mapping,
        campaign=request.campaign,
        region=request.region,
        secret=memory.secret,
        now=now,
        faults=faults,
    )
    held = Faults(len(segment))
    noted: tuple[advice.Advice, ...] = ()
    if request.opt_out is not None:
        noted = policy.hold_back_opted_out(
            drafted.table[Field.TO_PHONE], request.opt_out, request.region, held
        )
    known = _look_up(drafted, faults, held, request, memory)
    _check_recipients(segment, faults, request.on_invalid)
    return _assemble(segment, request, drafted, held, known, noted, sender)


def check_table(segment: object) -> None:
    """Refuse what is no table, or has no rows.

    Raises:
        MappingError: see above.
    """
    if not isinstance(segment, pd.DataFrame):
        raise MappingError(f"The segment is a {type(segment).__name__}, not a pandas DataFrame.")
    if not len(segment):
        raise MappingError("The segment has no rows, so there is nobody to send to.")


@dataclass(frozen=True, repr=False)
class _Known:
    """The M messages of a plan, and what the ledger has to do with them.

    Attributes:
        messages: the sound messages that are not held back, on a positional index.
        rows: int64, length M: their positions in the segment.
        keys, standing: theirs.
        advice: on them, and on people who should have been held back and were messaged before.
    """

    messages: pd.DataFrame
    rows: npt.NDArray[np.int64]
    keys: MessageKeys
    standing: Standing
    advice: tuple[advice.Advice, ...]


def _look_up(
    drafted: messages.DraftedMessages,
    faults: Faults,
    held: Faults,
    request: PlanRequest,
    memory: Memory,
) -> _Known:
    """How the sound messages stand.

    Those whose id was used for other content become faulty; people who were erased are held, and
    so is the control group. Advice is on those that are left.
    """
    chosen = ~faults.any & ~held.any
    rows = np.flatnonzero(chosen).astype(np.int64, copy=False)
    sound = _chosen(drafted.table, chosen)
    noted = advice.advise(sound)  # the last columns are being hashed meanwhile
    keys = MessageKeys(
        utf8.strings(sound[Field.ID]),
        drafted.id_hashes if chosen.all() else drafted.id_hashes[rows],
        *drafted.hashed.said(chosen),
    )
    standing = memory.stand(request.account.identity, keys)
    reused = np.zeros(len(chosen), dtype=bool)
    reused[rows[standing.reused]] = True
    faults.add(Reason.ID_REUSED, "id", reused)
    erased = standing.having(Outcome.SKIPPED)
    forgotten = np.zeros(len(chosen), dtype=bool)
    forgotten[rows[erased]] = True
    held.add(Reason.FORGOTTEN, Field.TO_PHONE, forgotten)
    fresh = ~standing.reused & ~erased
    drawn = _drawn(sound, request, memory.secret) & fresh
    # Whoever was messaged before the group was asked for has had the message.
    messaged = drawn & ~standing.having(Outcome.UNSENT)
    controls = np.zeros(len(chosen), dtype=bool)
    controls[rows[drawn & ~messaged]] = True
    held.add(Reason.CONTROL_GROUP, "control", controls)
    fresh &= ~drawn | messaged
    left = rows if fresh.all() else rows[fresh]
    planned = _chosen(sound, fresh)
    if planned is not sound:
        noted = advice.advise(planned)
    told = (*control.advise(int(np.count_nonzero(messaged))), *noted)
    return _Known(planned, left, keys.take(fresh), standing.take(fresh), told)


def _drawn(messages: pd.DataFrame, request: PlanRequest, secret: bytes) -> Mask:
    """Whom the control group's draw falls on (bool, one for each message)."""
    key = request.control_key or request.campaign
    if not request.control or key is None:
        return np.zeros(len(messages), dtype=bool)
    return control.draw(messages[Field.TO_PHONE], request.control, key, secret)


def _chosen(table: pd.DataFrame, rows: Mask) -> pd.DataFrame:
    """Some rows on a positional index; the table itself, not copied, where it is all of them."""
    return table if rows.all() else table[rows].reset_index(drop=True)


def _check_recipients(segment: pd.DataFrame, faults: Faults, on_invalid: OnInvalid) -> None:
    faulty = faults.any
    if not faulty.any() or (on_invalid == "drop" and not faulty.all()):
        return
    told = faults.told()
    counts = ", ".join(
        f"{rows:,} {reason}" for reason, rows in told["reason"].value_counts().items()
    )
    if faulty.all():
        summary = f"Not one of the {len(segment):,} rows can be sent: {counts}. Nothing was sent. "
        fix = "Look at .details() or .invalid() of this error, and mend the call or the rows."
    else:
        summary = (
            f"{len(told):,} of {len(segment):,} rows cannot be sent: {counts}. Nothing was sent. "
        )
        fix = (
            "Look at .invalid() or .details() of this error; mend the rows, or pass "
            'on_invalid="drop" to send the others.'
        )
    invalid = invalid_rows(segment, told)
    raise InvalidRecipients(told, invalid, summary + fix)


def _assemble(
    segment: pd.DataFrame,
    request: PlanRequest,
    drafted: messages.DraftedMessages,
    held: Faults,
    known: _Known,
    opted_out: tuple[advice.Advice, ...],
    sender: Sender,
) -> Plan:
    skipped = held.told()
    rejected = drafted.faults.told()
    return Plan(
        segment=segment.copy(deep=False),
        messages=known.messages.copy(deep=False),
        rows=known.rows,
        rejected=rejected,
        skipped=skipped[~skipped["position"].isin(rejected["position"])].reset_index(drop=True),
        tracking_ids=drafted.table[Field.ID],
        keys=known.keys,
        campaign=request.campaign,
        account=request.account,
        route=request.route,
        batch_size=request.batch_size,
        variables=drafted.variables.used_in(known.messages[Field.TEXT]),
        standing=known.standing,
        advice=(*opted_out, *known.advice),
        checks=checks_table(drafted.faults, held),
        digest=_digest(request, known.keys),
        sender=sender,
    )


def _digest(request: PlanRequest, keys: MessageKeys) -> str:
    digest = hashlib.sha256()
    for part in (request.account.identity, str(request.route), request.campaign or ""):
        digest.update(part.encode() + b"\0")
    digest.update(keys.id_hashes.data)
    digest.update(keys.contents.data)
    return digest.hexdigest()[:16]
