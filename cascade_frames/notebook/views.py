"""Choosing how runs, plans, composers and results show themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, get_args

from cascade_frames.errors import UsageError
from cascade_frames.joining.choosing import check_results
from cascade_frames.notebook.surroundings import (
    Look,
    choose_look,
    has_widgets,
    in_kernel,
    somebody_looks,
)
from cascade_frames.planning.plan import PanelLook
from cascade_frames.progress import ProgressView, progress_view

if TYPE_CHECKING:
    import pandas as pd

    from cascade_frames.joining.choosing import Choice
    from cascade_frames.notebook.composer import Composer
    from cascade_frames.notebook.explorer import Explorer
    from cascade_frames.notebook.plan_panel import PlanPanel
    from cascade_frames.notebook.still import StillExplorer, StillPanel
    from cascade_frames.planning.plan import Plan, UserInterface

_INSTALL: Final = 'pip install "cascade-frames[notebook]"'
_HINT: Final = f"{_INSTALL} adds buttons to steer it."
_STOP: Final = "The stop button ends it; what is in flight is recorded first."


def open_view(ui: UserInterface, *, waits: bool = False) -> ProgressView:
    """The view of a run for `ui`.

    Args:
        ui: what was asked for.
        waits: a cell waits for the end: buttons would not be heard by every kernel, so they
            show only where they were asked for.

    Raises:
        UsageError: `ui` asks for widgets, and ipywidgets is not installed.
    """
    look = choose_look(ui)
    if look in (Look.TEXT, Look.NONE) or not in_kernel():
        return progress_view(ui)
    # Imported here: outside a notebook neither IPython nor ipywidgets need be there.
    from cascade_frames.notebook.run_panel import RunPanel

    if waits and ui != "widgets":
        return RunPanel(None, note=_STOP)
    if look is Look.HTML:
        return RunPanel(None, note="" if ui == "html" else _HINT)
    _need_widgets('ui="widgets"')
    from cascade_frames.notebook.run_controls import in_cell

    return RunPanel(in_cell)


def open_panel(plan: Plan, ui: PanelLook = "auto") -> PlanPanel | StillPanel:
    """Show the panel of a plan in the current cell; a still one where nobody can press buttons.

    Raises:
        UsageError: this is no notebook, or `ui` asks for widgets and there is no ipywidgets.
    """
    if not _panel_lives(ui, "print(plan) shows the plan here."):
        from cascade_frames.notebook.still import show_plan

        return show_plan(plan, _still_hint(ui))
    from cascade_frames.notebook.plan_panel import PlanPanel

    panel = PlanPanel(plan)
    panel.show()
    return panel


def open_composer(
    segment: pd.DataFrame,
    make_plan: Callable[..., Plan],
    options: Mapping[str, Any],
    ui: PanelLook = "auto",
) -> Composer | StillPanel:
    """Show a composer in the current cell; what it begins with, where nobody can press buttons.

    Raises:
        UsageError: as `open_panel`.
    """
    if not _panel_lives(ui, "df.cascade.plan(…) does the same here."):
        from cascade_frames.notebook.still import show_composition

        return show_composition(segment, make_plan, options, _still_hint(ui))
    from cascade_frames.notebook.composer import Composer

    composer = Composer(segment, make_plan, options)
    composer.show()
    return composer


def open_explorer(
    results: pd.DataFrame, choice: Choice, suffix: str = "", ui: PanelLook = "auto"
) -> Explorer | StillExplorer:
    """Show an explorer in the current cell; its charts alone, where nobody can press buttons.

    Raises:
        UsageError: as `open_panel`.
        MappingError: this is no result table.
    """
    check_results(results, suffix)
    if not _panel_lives(ui, 'results.groupby("outcome").size() counts the rows here.'):
        from cascade_frames.notebook.still import show_selection

        return show_selection(results, choice, suffix, _still_hint(ui))
    from cascade_frames.notebook.explorer import Explorer

    explorer = Explorer(results, choice, suffix)
    explorer.show()
    return explorer


def _panel_lives(ui: PanelLook, instead: str) -> bool:
    if ui not in get_args(PanelLook):
        raise UsageError(f"ui: choose one of {', '.join(map(repr, get_args(PanelLook)))}.")
    if not in_kernel():
        raise UsageError(f"A panel needs a notebook. {instead}")
    if ui == "widgets":
        _need_widgets('ui="widgets"')
    return choose_look(ui) is Look.WIDGETS


def _still_hint(ui: PanelLook) -> str:
    """How to have buttons, where somebody would press them."""
    return f"{_INSTALL} adds the buttons." if ui == "auto" and somebody_looks() else ""


def _need_widgets(what: str) -> None:
    if not has_widgets():
        raise UsageError(f"{what} needs ipywidgets, with a kernel it works in: {_INSTALL}.")
