"""Carrying out a plan: claim its messages, send them, hand over the result table."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, get_args

import pandas as pd

from cascade_frames.errors import CascadeWarning, ConfirmationRequired, MappingError, RunHalted
from cascade_frames.ledger import Ledger
from cascade_frames.notebook.views import open_panel, open_view
from cascade_frames.outcomes import Outcome
from cascade_frames.planning.plan import Guarantee, Plan, UserInterface
from cascade_frames.progress import ProgressView
from cascade_frames.results.join import counts, join_results, result_columns
from cascade_frames.runs import LatestProgress, Run
from cascade_frames.sending.encoding import MessageEncoder
from cascade_frames.sending.engine import Ending, Work
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import Registration, RunLabel, RunState
from cascade_frames.sending.thread import EngineThread

if TYPE_CHECKING:
    from cascade_frames.notebook.plan_panel import PlanPanel


@dataclass
class PlanSender:
    """Carries out a plan with the ledger it was made with."""

    ledger: Ledger
    notice: str | None

    def start(
        self,
        plan: Plan,
        *,
        confirm: int | None,
        guarantee: Guarantee,
        suffix: str | None,
        ui: UserInterface,
    ) -> Run:
        """Check, claim the messages in the ledger, and begin."""
        _check_sending(plan, confirm, guarantee, suffix, ui)
        if self.notice and ui != "none":
            say(self.notice)
        return self._begin(plan, guarantee, suffix, partial(open_view, ui))

    def panel(self, plan: Plan) -> PlanPanel:
        """Show the plan in the current cell of a notebook."""
        return open_panel(plan, self._start_in_panel)

    def _start_in_panel(self, plan: Plan, confirm: int | None, view: ProgressView) -> Run:
        _check_sending(plan, confirm, "at_most_once", None, "widgets")
        return self._begin(plan, "at_most_once", None, lambda: view)

    def _begin(
        self,
        plan: Plan,
        guarantee: Guarantee,
        suffix: str | None,
        shown: Callable[[], ProgressView],
    ) -> Run:
        label = RunLabel(plan.account.identity, plan.campaign, str(plan.route), plan.digest)
        registration = self.ledger.register(label, plan.keys)
        view = shown()
        latest = LatestProgress(view, len(registration.pending))
        thread = _thread(plan, registration, self.ledger, guarantee, latest)
        hand_over = partial(_hand_over, plan, registration, self.ledger, suffix)
        run = Run(registration.run_id, thread, latest, view, plan.account.deadline, hand_over)
        run.begin()
        return run


def _check_sending(
    plan: Plan, confirm: int | None, guarantee: str, suffix: str | None, ui: str
) -> None:
    if guarantee not in ("at_most_once", "at_least_once"):
        raise MappingError('guarantee: choose "at_most_once" or "at_least_once".')
    if ui not in get_args(UserInterface):
        raise MappingError(f"ui: choose one of {', '.join(map(repr, get_args(UserInterface)))}.")
    result_columns(plan.segment, suffix)
    messages, threshold = len(plan.messages), plan.account.confirm_above
    mistaken = confirm is not None and confirm != messages
    if plan.account.gateway == "live" and (mistaken or (confirm is None and messages > threshold)):
        raise ConfirmationRequired(messages, confirm, threshold)


def _thread(
    plan: Plan,
    registration: Registration,
    ledger: Ledger,
    guarantee: Guarantee,
    observe: Callable[[Progress], None],
) -> EngineThread | None:
    """The engine for what the run holds; None where that is nothing."""
    if registration.run_id is None:
        return None
    work = Work(
        MessageEncoder(plan.messages),
        registration.pending,
        plan.route.path,
        plan.batch_size,
        plan.variables,
        guarantee,
    )
    return EngineThread(work, plan.account, ledger.open_run(registration.run_id), observe)


def _attributes(plan: Plan, registration: Registration) -> dict[str, str | None]:
    return {
        "gateway": plan.account.gateway,
        "account": plan.account.name,
        "campaign": plan.campaign,
        "route": str(plan.route),
        "run": registration.run_id,
        "plan": plan.digest,
    }


def _hand_over(
    plan: Plan, registration: Registration, ledger: Ledger, suffix: str | None, ending: Ending
) -> pd.DataFrame:
    """The result table, from the ledger; raised with the cause where the run was halted."""
    standing = ledger.stand(plan.account.identity, plan.keys)
    results = join_results(plan, standing, suffix)
    results.attrs |= _attributes(plan, registration)
    found = counts(results, suffix)
    summary = ", ".join(f"{rows:,} {outcome}" for outcome, rows in found.items())
    if ending.state is RunState.HALTED:
        raise RunHalted(
            str(ending.cause), f"{ending.message} Rows: {summary}; .results has them all.", results
        )
    troubled = {one: found.get(str(one), 0) for one in (Outcome.REFUSED, Outcome.UNKNOWN)}
    if any(troubled.values()):
        told = " and ".join(f"{rows:,} {one}" for one, rows in troubled.items() if rows)
        warnings.warn(
            f"The run went through, but some rows are {told}; their reason and detail say why. "
            "Unknown rows are never resent by themselves.",
            CascadeWarning,
            stacklevel=6,
        )
    return results


def say(words: str) -> None:
    """Say something where people look, beside any output."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - said loudly, on purpose
