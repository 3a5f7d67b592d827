"""Campaigns that were sent before, in another kernel or by someone else: found in the ledger."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from cascade_frames.errors import MappingError, UsageError
from cascade_frames.joining.delivery import COLUMNS as DELIVERY_COLUMNS
from cascade_frames.joining.delivery import delivery_columns, join_deliveries, receipts
from cascade_frames.joining.recalled import join_recalled, message_rows, recalled_columns
from cascade_frames.ledger import Ledger, open_ledger
from cascade_frames.ledger.campaigns import CampaignRun
from cascade_frames.loading import one_at_a_time
from cascade_frames.planning.identity import identify
from cascade_frames.planning.mapping import TextLike
from cascade_frames.planning.planner import check_table
from cascade_frames.settings import Account, find_account, name_and_gateway

_NAMED_AT_MOST: Final = 10


@dataclass(frozen=True)
class Joining:
    """How the rows of a segment are to find their messages; see `result_verbs.results`."""

    id: TextLike | None = None
    to_phone: TextLike | None = None
    region: str = "UA"
    suffix: str | None = None

    @property
    def said(self) -> bool:
        """Whether anything was said of it."""
        given = (self.id, self.to_phone, self.suffix)
        return self.region != "UA" or any(one is not None for one in given)


def campaigns(account: Account | str | None, ledger: str | Path | Ledger | None) -> pd.DataFrame:
    """See `result_verbs.campaigns`."""
    configured = _account(account)
    opened = open_ledger(ledger, configured.gateway if configured else "sandbox")
    try:
        if account is None:
            return opened.campaigns()
        if isinstance(account, Account):
            return opened.campaigns(account.identity)
        table = opened.campaigns()
        named = [_is_of(account, one) for one in table["account"]]
        if not any(named):
            raise UsageError(_no_such_account(account, table["account"].unique().tolist()))
        return table[named].reset_index(drop=True)
    finally:
        if opened is not ledger:
            opened.close()


def results(
    campaign: str,
    segment: pd.DataFrame | None,
    how: Joining,
    account: Account | str | None,
    ledger: str | Path | Ledger | None,
) -> pd.DataFrame:
    """See `result_verbs.results`."""
    if segment is not None:
        check_table(segment)
    elif how.said:
        raise MappingError(
            "id, to_phone, region and suffix say how a segment is joined: pass the segment, too."
        )
    configured = _account(account)
    opened = open_ledger(ledger, configured.gateway if configured else "sandbox")
    try:
        runs = _choose(opened, campaign, account, configured)
        if segment is None:
            table = message_rows(opened.campaign_messages(runs))
        else:
            table = _join(segment, campaign, how, opened, runs)
        table = _with_deliveries(table, opened, how.suffix)
    finally:
        if opened is not ledger:
            opened.close()
    table.attrs |= _attributes(runs[-1], configured)
    return table


def _join(
    segment: pd.DataFrame,
    campaign: str,
    how: Joining,
    ledger: Ledger,
    runs: Sequence[CampaignRun],
) -> pd.DataFrame:
    names = recalled_columns(segment, how.suffix)
    identified = identify(
        segment,
        id=how.id,
        to_phone=how.to_phone,
        campaign=campaign,
        region=how.region,
        secret=ledger.secret,
    )
    forgotten = ledger.forgotten(identified.keys)
    return join_recalled(segment, identified, ledger.campaign_messages(runs), forgotten, names)


def _with_deliveries(table: pd.DataFrame, ledger: Ledger, suffix: str | None) -> pd.DataFrame:
    """The table with what became of its messages, where anything is known of that."""
    found = receipts(table, suffix)
    known = ledger.deliveries(found.message_ids)
    there = all(f"{name}{suffix or ''}" in table.columns for name in DELIVERY_COLUMNS)
    if not there and not known["delivery"].notna().any():
        return table
    return join_deliveries(table, found.codes, known, delivery_columns(table, suffix))


def _account(account: object) -> Account | None:
    """The account that was passed, else the configured one, if any.

    Raises:
        UsageError: something else was passed.
    """
    if isinstance(account, Account):
        return account
    if account is None or isinstance(account, str):
        return find_account()
    raise UsageError(
        f"account: a {type(account).__name__} was given. Pass a cf.Account, or the name of one "
        "as cf.campaigns() has it."
    )


def _choose(
    ledger: Ledger, campaign: str, account: Account | str | None, configured: Account | None
) -> list[CampaignRun]:
    """The runs of the campaign in the account that is meant.

    Raises:
        UsageError: there is none, or several accounts may be meant.
    """
    if not isinstance(campaign, str):
        raise UsageError(f"campaign: a {type(campaign).__name__} was given. Give its name.")
    runs = ledger.campaign_runs(campaign)
    if not runs:
        raise UsageError(_no_such_campaign(campaign, ledger))
    accounts = list(dict.fromkeys(run.account for run in reversed(runs)))
    meant = [one for one in accounts if _is_of(account, one)]
    if account is not None and not meant:
        given = account if isinstance(account, str) else account.identity
        raise UsageError(f"Campaign {campaign!r}: {_no_such_account(given, accounts)}")
    if account is None and len(meant) > 1:
        meant = [one for one in meant if one == _usual(configured)] or meant
    if len(meant) > 1:
        raise UsageError(
            f"Campaign {campaign!r} was sent with {len(meant)} accounts, the last one first: "
            f"{_listed(meant)}. Pass account= with one of these names."
        )
    return [run for run in runs if run.account == meant[0]]


def _is_of(account: Account | str | None, identity: str) -> bool:
    if account is None:
        return True
    if isinstance(account, Account):
        return account.identity == identity
    return account in (identity, name_and_gateway(identity)[0])


def _usual(configured: Account | None) -> str | None:
    """The identity of the account that sends go to; None where that is a sandbox yet to start."""
    if configured is not None:
        return configured.identity
    with one_at_a_time:
        from cascade_frames.home import running_sandbox
    sandbox = running_sandbox()
    return None if sandbox is None else sandbox.account.identity


def _no_such_campaign(campaign: str, ledger: Ledger) -> str:
    names = list(dict.fromkeys(run.campaign for run in reversed(ledger.campaign_runs())))
    known = [name for name in names if name is not None]
    if not known:
        return f"{ledger!r} knows no campaign. Name the ledger of the send with ledger=."
    lowered = {name.lower(): name for name in known}
    near = difflib.get_close_matches(campaign.lower(), lowered, n=3)
    hint = f"Did you mean {' or '.join(repr(lowered[name]) for name in near)}? " if near else ""
    return (
        f"{ledger!r} knows no campaign {campaign!r}. {hint}It knows {_listed(known)}; "
        "cf.campaigns() tells more of them."
    )


def _no_such_account(given: str, known: Sequence[str]) -> str:
    return f"The ledger knows no account {given!r} there; it knows {_listed(known) or 'none'}."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED_AT_MOST} more" if len(names) > _NAMED_AT_MOST else ""
    return ", ".join(map(repr, names[:_NAMED_AT_MOST])) + more


def _attributes(run: CampaignRun, configured: Account | None) -> dict[str, str | None]:
    """As a send's, of the campaign's last run."""
    name, gateway = name_and_gateway(run.account)
    if configured is not None and configured.identity == run.account:
        name, gateway = configured.name, configured.gateway
    return {
        "gateway": gateway,
        "account": name,
        "campaign": run.campaign,
        "route": run.route,
        "run": run.run_id,
        "plan": run.digest,
    }
