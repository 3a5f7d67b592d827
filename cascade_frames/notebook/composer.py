"""The composer: pick columns, write the text, see it as people will, check every row, send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import ipywidgets as widgets

from cascade_frames.contract import MessageType
from cascade_frames.errors import CascadeError, UsageError
from cascade_frames.notebook.call import call_text, first_options
from cascade_frames.notebook.composition import call_html, composition_html
from cascade_frames.notebook.controls import action, alert, close, put, show
from cascade_frames.notebook.plan_panel import PlanPanel
from cascade_frames.notebook.preview_panel import PreviewPanel
from cascade_frames.notebook.static import StaticOutput
from cascade_frames.notebook.still import SAMPLE_ROWS

if TYPE_CHECKING:
    import pandas as pd

    from cascade_frames.planning.plan import Plan

_DERIVED: Final = "(one per recipient)"
_TYPES: Final = [str(kind) for kind in MessageType]
_SIDE_BY_SIDE: Final = {"flex_flow": "row wrap", "grid_gap": "0 1.5em"}
_LOOK: Final = {"layout": {"width": "34em"}, "style": {"description_width": "8em"}}


class Composer:
    """Composes a send of one segment.

    Args:
        segment: the rows.
        make_plan: plans a send of a segment with options.
        options: to begin with; those that have no control here, or are no text, are passed on
            as they are.

    Attributes:
        plan: the plan of the whole segment, once it was checked.
        run: the run, once the button was pressed.
        options: what the controls say, as the arguments of a plan.
    """

    def __init__(
        self, segment: pd.DataFrame, make_plan: Callable[..., Plan], options: Mapping[str, Any]
    ) -> None:
        self._segment = segment
        self._make_plan = make_plan
        self._given = first_options(segment, options)
        self._static = StaticOutput()
        self._panel_of_plan: PlanPanel | None = None
        columns = [str(column) for column in segment.columns]
        self._inputs = _inputs(columns, self._given)
        self._insert = widgets.Dropdown(
            options=["insert a column …", *columns], layout={"width": "14em"}
        )
        self._insert.disabled = "text" not in self._inputs
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
        self.box = widgets.VBox(
            [
                widgets.HTML(self._static.hidden),
                widgets.HBox([form, self._preview.box], layout=_SIDE_BY_SIDE),
                self._error,
                self._call,
                self._check.box,
                self._below,
            ]
        )

    def __repr__(self) -> str:
        """Say what came of it."""
        return f"<Composer of {len(self._segment):,} rows: {self.plan or 'not checked yet'}>"

    @property
    def plan(self) -> Plan | None:
        """See the class."""
        return self._panel_of_plan.plan if self._panel_of_plan else None

    @property
    def run(self) -> Any:  # noqa: ANN401 - a Run or None
        """See the class."""
        return self._panel_of_plan.run if self._panel_of_plan else None

    @property
    def options(self) -> dict[str, Any]:
        """See the class."""
        told = {name: control.value for name, control in self._inputs.items() if control.value}
        if told.get("id") == _DERIVED:
            del told["id"]
        return told | {
            name: value for name, value in self._given.items() if name not in self._inputs
        }

    def show(self) -> None:
        """Show the composer in the current cell, with what it begins with already in it."""
        self._compose()
        show(self.box, self._static)

    def close(self) -> None:
        """Take the composer away; what it showed last stays as a static output."""
        close(self.box)

    def _compose(self) -> None:
        """Show the first messages as the controls now say, and the call that sends them."""
        call = call_text(self.options)
        self._call.value = call_html(call)
        try:
            sample = self._make_plan(self._segment.head(SAMPLE_ROWS), **self.options)
        except CascadeError as error:
            self._say(str(error))
            html = composition_html(call, None, str(error))
        else:
            self._say("")
            self._preview.show(sample)
            html = composition_html(call, sample)
        if self._panel_of_plan is None:
            self._static.show(html, call)

    def _insert_column(self) -> None:
        if self._insert.index:
            self._inputs["text"].value += f"{{{self._insert.value}}}"
            self._insert.index = 0

    def _check_all(self) -> None:
        if self._panel_of_plan and self._panel_of_plan.sending:
            raise UsageError("What was checked before is being sent: wait, or cancel it first.")
        options = self.options
        plan = self._make_plan(self._segment, **options)
        self._panel_of_plan = PlanPanel(plan, self._static, self.close)
        call = call_text(options)
        self._panel_of_plan.keep(call_html(call), f"{call}\n\n")
        put(self._below, self._panel_of_plan.box)

    def _say(self, words: str) -> None:
        self._error.value = alert(words)


def _inputs(columns: list[str], given: Mapping[str, Any]) -> dict[str, widgets.Widget]:
    """A control for each argument that is a text, or is not given yet."""
    placed = [f"{{{column}}}" for column in columns]
    makers: dict[str, Callable[[str, str], widgets.Widget]] = {
        "campaign": _line,
        "to_phone": lambda name, value: _combobox(name, value, placed),
        "id": lambda name, value: _combobox(name, value or _DERIVED, [_DERIVED, *placed]),
        "from_name": _line,
        "message_type": _type_chooser,
        "ttl": _line,
        "text": _lines,
    }
    values = {name: given.get(name, "") for name in makers}
    if values["message_type"] not in _TYPES:
        del values["message_type"]
    return {
        name: makers[name](name, value) for name, value in values.items() if isinstance(value, str)
    }


def _line(name: str, value: str) -> widgets.Widget:
    return widgets.Text(value, description=name, **_LOOK)


def _lines(name: str, value: str) -> widgets.Widget:
    return widgets.Textarea(value, description=name, rows=5, continuous_update=True, **_LOOK)


def _combobox(name: str, value: str, options: list[str]) -> widgets.Widget:
    return widgets.Combobox(value=value, options=options, description=name, **_LOOK)


def _type_chooser(name: str, value: str) -> widgets.Widget:
    return widgets.Dropdown(options=_TYPES, value=value, description=name, **_LOOK)
