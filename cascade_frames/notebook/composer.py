"""The composer: pick columns, write the text, see it as people will, check every row, send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from cascade_frames.contract import MessageType
from cascade_frames.errors import CascadeError
from cascade_frames.notebook.call import call_text, likely_phone_column
from cascade_frames.notebook.controls import action, alert, close, show
from cascade_frames.notebook.plan_panel import PlanPanel
from cascade_frames.notebook.preview_panel import PreviewPanel
from cascade_frames.notebook.static import StaticOutput

if TYPE_CHECKING:
    import pandas as pd

    from cascade_frames.planning.plan import Plan

_SAMPLE: Final = 50
_DERIVED: Final = "(one per recipient)"
_WIDE: Final = {"width": "34em"}
_LABELS: Final = {"description_width": "8em"}


class Composer:
    """Composes a send of one segment.

    Args:
        segment: the rows.
        make_plan: plans a send of a segment with options.
        options: to begin with; those that have no control here are passed on as they are.

    Attributes:
        plan: the plan of the whole segment, once it was checked.
    """

    def __init__(
        self, segment: pd.DataFrame, make_plan: Callable[..., Plan], options: Mapping[str, Any]
    ) -> None:
        self._segment = segment
        self._make_plan = make_plan
        self._given = dict(options)
        self._static = StaticOutput()
        self._panel_of_plan: PlanPanel | None = None
        columns = [str(column) for column in segment.columns]
        self._inputs = _inputs(columns, likely_phone_column(columns), self._given)
        self._insert = widgets.Dropdown(
            options=["insert a column …", *columns], layout={"width": "14em"}
        )
        self._preview = PreviewPanel()
        self._call = widgets.HTML()
        self._error = widgets.HTML()
        self._check = action(
            f"Check {len(segment):,} rows", "plan = df.cascade.plan(…)", self._check_all, self._say
        )
        self._check.button.button_style = "primary"
        self._check.button.layout.width = "auto"
        self._below = widgets.VBox([])
        for control in self._inputs.values():
            control.observe(lambda _: self._compose(), "value")
        self._insert.observe(lambda _: self._insert_column(), "value")
        form = widgets.VBox([*self._inputs.values(), self._insert])
        self._panel = widgets.VBox(
            [
                widgets.HTML(self._static.hidden),
                widgets.HBox([form, self._preview.box], layout={"flex_flow": "row wrap"}),
                self._error,
                self._call,
                self._check.box,
                self._below,
            ]
        )

    @property
    def plan(self) -> Plan | None:
        """See the class."""
        return self._panel_of_plan.plan if self._panel_of_plan else None

    @property
    def run(self) -> Any:  # noqa: ANN401 - a Run or None
        """The run, once the button was pressed."""
        return self._panel_of_plan.run if self._panel_of_plan else None

    def show(self) -> None:
        """Show the composer in the current cell."""
        show(self._panel)
        self._compose()

    @property
    def options(self) -> dict[str, Any]:
        """What the controls say, as the arguments of a plan."""
        told = {name: control.value for name, control in self._inputs.items() if control.value}
        if told.get("id") == _DERIVED:
            del told["id"]
        rest = {name: value for name, value in self._given.items() if name not in self._inputs}
        return {**told, **rest, "on_invalid": "drop"}

    def _compose(self) -> None:
        """Show the first messages as the controls now say, and the call that sends them."""
        call = call_text(self.options)
        self._call.value = f'<pre style="font-size:12px;line-height:1.4">{escape(call)}</pre>'
        self._static.show(f"<pre>{escape(call)}</pre>", call)
        try:
            sample = self._make_plan(self._segment.head(_SAMPLE), **self.options)
        except CascadeError as error:
            self._say(str(error))
        else:
            self._say("")
            self._preview.show(sample)

    def _insert_column(self) -> None:
        if self._insert.index:
            self._inputs["text"].value += f"{{{self._insert.value}}}"
            self._insert.index = 0

    def _check_all(self) -> None:
        plan = self._make_plan(self._segment, **self.options)
        self._panel_of_plan = PlanPanel(plan, self._static, self.close)
        self._panel_of_plan.keep()
        self._below.children = [self._panel_of_plan.box]

    def close(self) -> None:
        """Take the composer away; what it showed last stays as a static output."""
        close(self._panel)

    def _say(self, words: str) -> None:
        self._error.value = alert(words)


def _inputs(
    columns: list[str], phone: str | None, given: Mapping[str, Any]
) -> dict[str, widgets.Widget]:
    placed = [f"{{{column}}}" for column in columns]
    told = {name: value for name, value in given.items() if isinstance(value, str)}
    kinds = [str(kind) for kind in MessageType]
    look = {"layout": _WIDE, "style": _LABELS}
    return {
        "campaign": widgets.Text(told.get("campaign", "campaign"), description="campaign", **look),
        "to_phone": widgets.Combobox(
            value=told.get("to_phone", f"{{{phone}}}" if phone else ""),
            options=placed,
            description="to_phone",
            **look,
        ),
        "id": widgets.Combobox(
            value=told.get("id", _DERIVED), options=[_DERIVED, *placed], description="id", **look
        ),
        "from_name": widgets.Text(told.get("from_name", ""), description="from_name", **look),
        "message_type": widgets.Dropdown(
            options=kinds,
            value=told.get("message_type", str(MessageType.PROMO)),
            description="message_type",
            **look,
        ),
        "ttl": widgets.Text(told.get("ttl", "2d"), description="ttl", **look),
        "text": widgets.Textarea(
            told.get("text", ""), description="text", rows=5, continuous_update=True, **look
        ),
    }
