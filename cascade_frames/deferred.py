"""A plan's sender that is loaded once it is asked to do something.

What sends is much more to load than what plans. Those who only plan do without it, and those
who send have it loaded while the plan is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cascade_frames.ledger import Ledger
from cascade_frames.loading import load_ahead, one_at_a_time
from cascade_frames.planning.plan import Conduct, PanelLook, Plan
from cascade_frames.settings import Account

if TYPE_CHECKING:
    from cascade_frames.notebook.plan_panel import PlanPanel
    from cascade_frames.notebook.still import StillPanel
    from cascade_frames.progress import ProgressView
    from cascade_frames.runs import Run
    from cascade_frames.sender import PlanSender


@dataclass
class DeferredSender:
    """Stands for a `sender.PlanSender`."""

    ledger: Ledger
    notice: str | None

    def start(self, plan: Plan, conduct: Conduct) -> Run:
        """See `PlanSender.start`."""
        return self._sender().start(plan, conduct)

    def start_in(self, plan: Plan, conduct: Conduct, view: ProgressView) -> Run:
        """See `PlanSender.start_in`."""
        return self._sender().start_in(plan, conduct, view)

    def panel(self, plan: Plan, ui: PanelLook) -> PlanPanel | StillPanel:
        """See `PlanSender.panel`."""
        return self._sender().panel(plan, ui)

    def _sender(self) -> PlanSender:
        with one_at_a_time:
            from cascade_frames.sender import PlanSender
        return PlanSender(self.ledger, self.notice)


def load_sender(account: Account) -> None:
    """Begin to load what sends to the account, beside whatever is done next."""
    transports = ("cascade_frames.sending.aiohttp_transport",) * (account.transport == "auto")
    load_ahead("cascade_frames.sender", *transports)
