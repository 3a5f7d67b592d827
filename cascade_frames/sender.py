"""Carrying out a plan: claim its messages, send them, hand over the result table."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, get_args

import pandas as pd

from cascade_frames.errors import CascadeWarning, ConfirmationRequired, MappingError, RunHalted
from cascade_frames.handles import LatestProgress
from cascade_frames.joining.join import counts, join_results, result_columns
from cascade_frames.ledger import Ledger
from cascade_frames.notebook.views import open_panel, open_view
from cascade_frames.outcomes import Outcome
from cascade_frames.planning.beside import worth_a_thread
from cascade_frames.planning.memory import Keys
from cascade_frames.planning.plan import Conduct, Guarantee, PanelLook, Plan, UserInterface
from cascade_frames.progress import ProgressView
from cascade_frames.resident import give_back
from cascade_frames.runs import Run
from cascade_frames.sending.encoding import MessageEncoder
from cascade_frames.sending.engine import Ending, Work
from cascade_frames.sending.progress import Progress
from cascade_frames.sending.records import Registration, RunLabel, RunState, RunWriter
from cascade_frames.sending.thread import Claim, EngineThread

if TYPE_CHECKING:
    from cascade_frames.notebook.plan_panel import PlanPanel
    from cascade_frames.notebook.still import StillPanel


@dataclass
class PlanSender:
    """Carries out a plan with the ledger it was made with."""

    ledger: Ledger
    notice: str | None

    def start(self, plan: Plan, conduct: Conduct) -> Run:
        """Check, claim the messages in the ledger, and begin."""
        _check_sending(plan, conduct)
        if self.notice and conduct.ui != "none":
            say(self.notice)
        return self._begin(plan, conduct, open_view(conduct.ui, waits=conduct.waits))

    def start_in(self, plan: Plan, conduct: Conduct, view: ProgressView) -> Run:
        """Begin as `start`, and show the run in this view."""
        _check_sending(plan, conduct)
        return self._begin(plan, conduct, view)

    def panel(self, plan: Plan, ui: PanelLook) -> PlanPanel | StillPanel:
        """Show the plan in the current cell of a notebook."""
        return open_panel(plan, ui)

    def _begin(self, plan: Plan, conduct: Conduct, view: ProgressView) -> Run:
        latest = LatestProgress(view, Progress(total=0))
        claim = _Claiming(plan, self.ledger, conduct.guarantee)
        thread = EngineThread(claim, plan.account, latest)
        hand_over = partial(_hand_over, claim, _attributes(plan), thread, conduct.suffix)
        run = Run(thread, latest, view, plan.account.deadline, hand_over)
        run.begin()
        return run


def _check_sending(plan: Plan, conduct: Conduct) -> None:
    if conduct.guarantee not in ("at_most_once", "at_least_once"):
        raise MappingError('guarantee: choose "at_most_once" or "at_least_once".')
    if conduct.ui not in get_args(UserInterface):
        raise MappingError(f"ui: choose one of {', '.join(map(repr, get_args(UserInterface)))}.")
    result_columns(plan.segment, conduct.suffix)
    confirm, messages, threshold = conduct.confirm, len(plan.messages), plan.account.confirm_above
    mistaken = confirm is not None and confirm != messages
    if plan.account.gateway == "live" and (mistaken or (confirm is None and messages > threshold)):
        raise ConfirmationRequired(messages, confirm, threshold)


# Between a registration and its writer a run does not look alive to other threads.
_claiming: Final = threading.Lock()


class _Claiming:
    """Claims what is left to send of a plan; then it keeps only what the result table needs.

    Attributes:
        account, keys, origin: of the plan.
        standing: how the plan's messages last stood, so that they need not be looked for again.
    """

    def __init__(self, plan: Plan, ledger: Ledger, guarantee: Guarantee) -> None:
        self._plan: Plan | None = plan
        self.ledger = ledger
        self.guarantee = guarantee
        self.account = plan.account
        self.keys: Keys = plan.keys
        self.origin = plan.origin
        self.standing = plan.standing

    def __call__(self) -> Claim | None:
        """The claim; None where nothing is left. May be asked for once.

        The encoder is made while the ledger writes down who has the messages.
        """
        plan, self._plan = self._plan, None
        assert plan is not None  # noqa: S101 - asked for once
        with ThreadPoolExecutor(1, "cascade-encoder") as beside:
            encoder: Callable[[], MessageEncoder] = partial(MessageEncoder, plan.messages)
            if worth_a_thread(len(plan.messages)) and plan.standing.holds(Outcome.UNSENT):
                encoder = beside.submit(encoder).result
            registration, writer = self._register(plan)
            if registration.run_id is None or writer is None:
                return None
            try:
                work = Work(
                    encoder(),
                    registration.pending,
                    plan.route.path,
                    plan.batch_size,
                    plan.variables,
                    self.guarantee,
                )
            except BaseException:
                writer.close(RunState.PAUSED)
                raise
        give_back(len(self.keys))
        return Claim(registration.run_id, work, writer)

    def _register(self, plan: Plan) -> tuple[Registration, RunWriter | None]:
        """The run that the ledger lets in, and its writer; none where nothing is left to send."""
        label = RunLabel(self.account.identity, plan.campaign, str(plan.route), plan.digest)
        with _claiming:
            registration = self.ledger.register(label, plan.keys, plan.standing)
            self.standing = registration.standing
            if registration.run_id is None:
                return registration, None
            if len(registration.pending) == len(plan.keys):
                self.keys = self.ledger.held_keys(registration.run_id, plan.keys.ids)
            return registration, self.ledger.open_run(registration.run_id)


def _attributes(plan: Plan) -> dict[str, str | None]:
    return {
        "gateway": plan.account.gateway,
        "account": plan.account.name,
        "campaign": plan.campaign,
        "route": str(plan.route),
        "plan": plan.digest,
    }


def _hand_over(
    claim: _Claiming,
    attributes: dict[str, str | None],
    thread: EngineThread,
    suffix: str | None,
    ending: Ending,
) -> pd.DataFrame:
    """The result table, from the ledger; raised with the cause where the run was halted."""
    give_back(len(claim.keys))
    standing = claim.ledger.stand(claim.account.identity, claim.keys, claim.standing)
    results = join_results(claim.origin, standing, suffix)
    results.attrs |= attributes | {"run": thread.run_id}
    found = counts(claim.origin, standing)
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
