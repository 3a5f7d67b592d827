"""A panel where nobody can press its buttons: a job, an export, a notebook without ipywidgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from cascade_frames.errors import CascadeError
from cascade_frames.joining.choosing import Choice, choose_rows
from cascade_frames.notebook.call import call_text, first_options
from cascade_frames.notebook.composition import composition_html
from cascade_frames.notebook.explorer_view import selection_html, selection_text
from cascade_frames.notebook.static import StaticOutput
from cascade_frames.planning.display import plan_html, plan_text

if TYPE_CHECKING:
    import pandas as pd

    from cascade_frames.planning.plan import Plan

SAMPLE_ROWS = 50


@dataclass(frozen=True, repr=False)
class StillPanel:
    """What stands in the place of a panel.

    Attributes:
        plan: what is shown; None where nothing was planned.
        run: None, since nothing was pressed.
    """

    plan: Plan | None = None
    run: None = None

    def __repr__(self) -> str:
        """Say that it is none."""
        return f"<StillPanel of {self.plan!r}>"


@dataclass(frozen=True, repr=False)
class StillExplorer:
    """What stands in the place of an explorer.

    Attributes:
        selection: the rows that the call chose: a DataFrame.
        choice: what they are chosen by.
    """

    selection: pd.DataFrame
    choice: Choice

    def __repr__(self) -> str:
        """How many rows are chosen; never their contents."""
        return f"<StillExplorer: {len(self.selection):,} rows>"


def show_selection(results: pd.DataFrame, choice: Choice, suffix: str, hint: str) -> StillExplorer:
    """Show in the current cell what this choice selects, with a hint beneath it."""
    selection = choose_rows(results, choice, suffix)
    html = selection_html(selection, len(results), choice, suffix)
    words = selection_text(selection, len(results), choice)
    StaticOutput().show(html + _hint(hint), f"{words}\n{hint}".rstrip())
    return StillExplorer(selection, choice)


def show_plan(plan: Plan, hint: str) -> StillPanel:
    """Show a plan in the current cell, with a hint beneath it."""
    StaticOutput().show(plan_html(plan) + _hint(hint), f"{plan_text(plan)}\n{hint}".rstrip())
    return StillPanel(plan)


def show_composition(
    segment: pd.DataFrame,
    make_plan: Callable[..., Plan],
    options: Mapping[str, Any],
    hint: str,
) -> StillPanel:
    """Show in the current cell what these options compose, with a hint beneath it."""
    told = first_options(segment, options)
    call = call_text(told)
    try:
        html = composition_html(call, make_plan(segment.head(SAMPLE_ROWS), **told))
    except CascadeError as error:
        html = composition_html(call, None, str(error))
    StaticOutput().show(html + _hint(hint), f"{call}\n{hint}".rstrip())
    return StillPanel()


def _hint(words: str) -> str:
    return f'<p style="opacity:.75">{escape(words)}</p>' if words else ""
