"""The panel of a plan: what would be sent, to read through, and the button that sends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from cascade_frames.handles import OVER, Handle
from cascade_frames.notebook.checks_panel import ChecksPanel
from cascade_frames.notebook.controls import action, alert, close, put, show
from cascade_frames.notebook.once import Once
from cascade_frames.notebook.preview_panel import PreviewPanel
from cascade_frames.notebook.run_controls import RunControls
from cascade_frames.notebook.run_panel import RunPanel
from cascade_frames.notebook.static import StaticOutput
from cascade_frames.planning.display import plan_html, plan_text
from cascade_frames.planning.plan import Conduct, Plan
from cascade_frames.runs import Run


class PlanPanel:
    """Shows one plan, and sends it once.

    Args:
        plan: the plan.
        static: the output that stays; by default one of the current cell.
        close: takes away the panel that this one is part of.

    Attributes:
        plan: the plan.
        run: its run, once the button was pressed; `panel.run.result()` is the result table.
        box: all of it.
    """

    def __init__(
        self,
        plan: Plan,
        static: StaticOutput | None = None,
        close: Callable[[], None] | None = None,
    ) -> None:
        self.plan = plan
        self.run: Run | None = None
        self.close = close or self._close
        self._once = Once()
        self._static = static or StaticOutput()
        self._error = widgets.HTML()
        self._number = widgets.Text(placeholder="type the number", layout={"width": "10em"})
        self._send = action(_send_words(plan), _send_code(plan), self._send_once, self._say)
        self._send.button.button_style = "primary"
        self._send.button.layout.width = "auto"
        self._below = widgets.VBox([self._sending()])
        pages = PreviewPanel()
        pages.show(plan)
        facts = widgets.HTML(plan_html(plan, messages=False))
        tabs = widgets.Tab(
            [facts, pages.box, ChecksPanel(plan, self._say).box],
            titles=["Plan", "Messages", "Checks"],
        )
        hidden = widgets.HTML(self._static.hidden)
        self.box = widgets.VBox([hidden, tabs, self._below, self._error])

    def show(self) -> None:
        """Show the panel in the current cell, and above it what stays of it."""
        self.keep()
        show(self.box, self._static)

    def keep(self, html: str = "", text: str = "") -> None:
        """Have the plan stay in the static output, below this."""
        self._static.keep(html + plan_html(self.plan), text + plan_text(self.plan))

    @property
    def sending(self) -> bool:
        """Whether its run is not over."""
        return self.run is not None and self.run.status.phase not in OVER

    def __repr__(self) -> str:
        """Say what it is of."""
        return f"<PlanPanel of {self.plan!r}>"

    def _sending(self) -> widgets.Widget:
        if not self.plan.to_send:
            self._send.button.disabled = True
            return self._send.box
        if self.plan.account.gateway != "live":
            return self._send.box
        asked = widgets.HTML(
            f"This account sends to real phones. Type <b>{self.plan.to_send:,}</b> to confirm:"
        )
        self._send.button.disabled = True
        self._number.observe(lambda _: self._consider_number(), "value")
        return widgets.VBox([asked, widgets.HBox([self._number, self._send.box])])

    def _consider_number(self) -> None:
        self._send.button.disabled = not self._confirmed()

    def _confirmed(self) -> bool:
        typed = self._number.value.replace(",", "").replace(" ", "")
        return self.plan.account.gateway != "live" or typed == str(self.plan.to_send)

    def _send_once(self) -> None:
        if not self._confirmed() or not self._once.take():
            return
        self._send.button.disabled = True
        confirm = len(self.plan.messages) if self.plan.account.gateway == "live" else None
        view = RunPanel(self._embed, self._static)
        try:
            self.run = self.plan.sender.start_in(self.plan, Conduct(confirm=confirm), view)
        except BaseException:
            self._once.renew()
            self._send.button.disabled = False
            raise

    def _embed(
        self, run: Handle[Any, Any], _: StaticOutput
    ) -> tuple[RunControls, Callable[[], None]]:
        controls = RunControls(run)
        put(self._below, controls.box)
        return controls, self.close

    def _say(self, words: str) -> None:
        self._error.value = alert(words)

    def _close(self) -> None:
        close(self.box)


def _send_words(plan: Plan) -> str:
    if not plan.to_send:
        return "Nothing left to send"
    messages = "message" if plan.to_send == 1 else "messages"
    return f"Send {plan.to_send:,} {messages}"


def _send_code(plan: Plan) -> str:
    return (
        "run = plan.start()"
        if plan.account.gateway != "live"
        else (f"run = plan.start(confirm={len(plan.messages)})")
    )
