"""The plan: what a send would do, frozen, bound to an account and a route."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from cascade_frames.contract import Route
from cascade_frames.outcomes import Outcome
from cascade_frames.planning import display
from cascade_frames.planning.advice import Advice
from cascade_frames.planning.memory import MessageKeys, Standing
from cascade_frames.planning.variables import Variable
from cascade_frames.settings import Account

if TYPE_CHECKING:
    from cascade_frames.notebook.plan_panel import PlanPanel
    from cascade_frames.notebook.still import StillPanel
    from cascade_frames.progress import ProgressView
    from cascade_frames.runs import Run

OnInvalid = Literal["raise", "drop"]
Guarantee = Literal["at_most_once", "at_least_once"]
UserInterface = Literal["auto", "widgets", "html", "text", "none"]
PanelLook = Literal["auto", "widgets", "html"]


@dataclass(frozen=True)
class Conduct:
    """How a plan is to be carried out; see `Plan.send`.

    Attributes:
        waits: the caller waits for the end, so a notebook's kernel is busy meanwhile.
    """

    confirm: int | None = None
    guarantee: Guarantee = "at_most_once"
    suffix: str | None = None
    ui: UserInterface = "auto"
    waits: bool = False


class Sender(Protocol):
    """What carries a plan out; bound to a plan when it is made."""

    def start(self, plan: Plan, conduct: Conduct) -> Run:
        """Begin to send the plan, and return its handle."""
        ...

    def start_in(self, plan: Plan, conduct: Conduct, view: ProgressView) -> Run:
        """Begin as `start`, and show the run in this view."""
        ...

    def panel(self, plan: Plan, ui: PanelLook) -> PlanPanel | StillPanel:
        """Show the plan in a notebook."""
        ...


@dataclass(frozen=True, repr=False, eq=False)
class Origin:
    """Where the messages of a plan came from: what a result table needs of it.

    Attributes:
        segment: the caller's table, N rows.
        rows: int64, length M: each message's position in the segment, ascending; None where
            every row became a message.
        rejected, skipped, tracking_ids: as in a plan.
    """

    segment: pd.DataFrame
    rows: npt.NDArray[np.int64] | None
    rejected: pd.DataFrame
    skipped: pd.DataFrame
    tracking_ids: pd.Series[Any]


@dataclass(frozen=True, repr=False, eq=False)
class Plan:
    """What a send would do. Nothing of it has been sent.

    Show it (last line of a cell, or `print`) for counts, reasons and the first messages;
    `repr` holds no phone and no text. `send()` carries it out.

    Attributes:
        segment: the caller's table, N rows.
        messages: M sound messages, none of them held back, on a positional index; columns by
            the API's names. Those the ledger already knows as accepted are among them, and are
            not sent again.
        rows: int64, length M: each message's position in the segment.
        rejected: `position` (int64), `reason`, `detail`, one row per rejected row.
        skipped: the same, for rows held back by policy.
        tracking_ids: str, length N; missing where a row came to no id.
        campaign, account, route, batch_size: what it is bound to.
        variables: the server-side variables that are uploaded before the first message.
        standing: how the messages stood in the ledger when the plan was made.
        advice: what good sending would do otherwise.
        checks: one row per rule: `reason`, `column`, `checked`, `passed`, `failed` (rows),
            `examples` (positions) and `rule` in words.
        digest: identifies the plan: account, route, campaign and every message.
    """

    segment: pd.DataFrame
    messages: pd.DataFrame
    rows: npt.NDArray[np.int64]
    rejected: pd.DataFrame
    skipped: pd.DataFrame
    tracking_ids: pd.Series[Any]
    keys: MessageKeys
    campaign: str | None
    account: Account
    route: Route
    batch_size: int
    variables: tuple[Variable, ...]
    standing: Standing
    advice: tuple[Advice, ...]
    checks: pd.DataFrame
    digest: str
    sender: Sender = field(compare=False)

    @property
    def to_send(self) -> int:
        """Messages that a send would post now: all but those the ledger has settled."""
        return self.standing.count(Outcome.UNSENT)

    @property
    def requests(self) -> int:
        """Requests needed for them, if each goes through at once."""
        return math.ceil(self.to_send / self.batch_size)

    @property
    def seconds(self) -> float:
        """Time the requests take at the account's rate."""
        return self.requests / self.account.requests_per_second

    @property
    def origin(self) -> Origin:
        """Where the messages came from; does not hold the messages."""
        rows = None if len(self.rows) == len(self.segment) else self.rows
        return Origin(self.segment, rows, self.rejected, self.skipped, self.tracking_ids)

    def invalid(self) -> pd.DataFrame:
        """The segment's rows that were rejected, with `reason` and `detail` added.

        Where the segment has such a column itself, it is kept, and ours is `rejected_reason`
        or `rejected_detail`.
        """
        return invalid_rows(self.segment, self.rejected)

    def panel(self, *, ui: PanelLook = "auto") -> PlanPanel | StillPanel:
        """Show the plan in a notebook, to read through, with a button that sends it.

        Args:
            ui: `"widgets"`; `"html"` has no buttons; `"auto"` is widgets where a person has the
                notebook open and ipywidgets is installed.

        Returns:
            The panel; its `run` is the run, once the button was pressed.

        Raises:
            UsageError: this is no notebook, or `ui` asks for widgets and there is no ipywidgets.
        """
        return self.sender.panel(self, ui)

    def send(
        self,
        *,
        confirm: int | None = None,
        guarantee: Guarantee = "at_most_once",
        suffix: str | None = None,
        ui: UserInterface = "auto",
    ) -> pd.DataFrame:
        """Send the plan, wait, and return the result table.

        Args:
            confirm: for a live account and more messages than its `confirm_above`, the exact
                number of messages of the plan.
            guarantee: `"at_least_once"` repeats requests whose answer was lost, which can
                message people twice.
            suffix: added to the names of the result's columns, where the segment has columns
                of the same names.
            ui: how progress shows: `"widgets"` or `"html"` in a notebook, `"text"` (a bar on a
                terminal, lines elsewhere), `"none"`; `"auto"` is the best of them here.

        Returns:
            The segment's N rows in order, with its index and columns, and `trackinId`,
            `messageId`, `outcome`, `reason`, `detail` (str), `batch` (Int64), `attempts`
            (int64), `sent_at` (datetime64[us, UTC]).

        Raises:
            ConfirmationRequired: see `confirm`.
            RunHalted: the run ended early; `.results` is the result table.
            RunBusy: another kernel is sending some of the same messages.
            LedgerError: the ledger cannot be written.
        """
        conduct = Conduct(confirm, guarantee, suffix, ui, waits=True)
        return self.sender.start(self, conduct).result_or_stop()

    def start(
        self,
        *,
        confirm: int | None = None,
        guarantee: Guarantee = "at_most_once",
        suffix: str | None = None,
        ui: UserInterface = "auto",
    ) -> Run:
        """Begin to send the plan, and return at once.

        Takes what `send` takes.

        Returns:
            The live run: `pause`, `resume`, `cancel`, `status`, `result(timeout)`; `await` it.

        Raises:
            ConfirmationRequired, RunBusy, LedgerError: as `send`; nothing was sent.
        """
        return self.sender.start(self, Conduct(confirm, guarantee, suffix, ui))

    def __repr__(self) -> str:
        """Counts only; `print` shows the rest."""
        return (
            f"<Plan {self.campaign or 'without campaign'}: {len(self.messages)} messages, "
            f"{len(self.rejected)} rejected, {len(self.skipped)} skipped, "
            f"{self.account.gateway} gateway; print it to see more>"
        )

    def __str__(self) -> str:
        """The plan in plain text, the first messages as they will read included."""
        return display.plan_text(self)

    def _repr_html_(self) -> str:
        return display.plan_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002
        printer.text(str(self))


def invalid_rows(segment: pd.DataFrame, rejected: pd.DataFrame) -> pd.DataFrame:
    """The rejected rows of a segment, with `reason` and `detail` added under names still free."""
    invalid = segment.iloc[rejected["position"]].copy()
    for name in ("reason", "detail"):
        column = f"rejected_{name}" if name in segment.columns else name
        invalid[column] = rejected[name].to_numpy()
    return invalid
