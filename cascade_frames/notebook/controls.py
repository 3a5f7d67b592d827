"""Widgets as the panels use them. Door to ipywidgets."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import ipywidgets as widgets
from IPython.display import display

from cascade_frames.notebook.static import StaticOutput

_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_shown: list[widgets.Widget] = []


class LiveHTML(widgets.HTML):  # type: ignore[misc]
    """HTML in a panel.

    Attributes:
        asked_again: a page has asked for it a second time: it was reloaded, and the static
            outputs on it are no longer kept up to date.
    """

    def __init__(self, **state: Any) -> None:  # noqa: ANN401 - ipywidgets' own
        self._asked = 0
        super().__init__(**state)

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> Any:  # noqa: ANN401
        """The widget's state, for the page."""
        self._asked += key is None
        return super().get_state(key, drop_defaults)

    @property
    def asked_again(self) -> bool:
        """See the class."""
        return self._asked > 1


@dataclass(frozen=True)
class Action:
    """A button and the line of code that does the same."""

    button: widgets.Button
    box: widgets.VBox


def action(label: str, code: str, do: Callable[[], None], say: Callable[[str], None]) -> Action:
    """A button that does something, with its line of code beneath.

    Args:
        label: what it says.
        code: the line of code that does the same.
        do: what it does.
        say: told in words what went wrong, where it did.
    """
    button = widgets.Button(description=label, tooltip=code)
    button.on_click(lambda _: _guarded(do, say))
    line = widgets.HTML(f'<code style="font-size:11px;opacity:.75">{escape(code)}</code>')
    return Action(button, widgets.VBox([button, line], layout={"align_items": "flex-start"}))


def _guarded(do: Callable[[], None], say: Callable[[str], None]) -> None:
    try:
        say("")
        do()
    except Exception as error:  # noqa: BLE001 - shown in the panel, not in a hidden console
        say(f"{type(error).__name__}: {error}")


def alert(words: str) -> str:
    """HTML for what went wrong."""
    return f'<div role="alert" style="color:#d03b3b">{escape(words)}</div>' if words else ""


def show(panel: widgets.Widget, static: StaticOutput) -> None:
    """Show a panel in the current cell; where it cannot live, its static output is what is read.

    Clicks may be handled in another thread before the cell is over. What is displayed there for
    the first time belongs to no cell, so the static output takes its place before the panel is
    there to be clicked.
    """
    static.take_place()
    for widget in _all_of(panel):
        _answer_where_asked(widget)
    view = {"version_major": 2, "version_minor": 0, "model_id": panel.model_id}
    display({_VIEW: view, "text/plain": ""}, raw=True)  # type: ignore[no-untyped-call]
    _shown.append(panel)


def put(box: widgets.Box, *children: widgets.Widget) -> None:
    """Put these into a box in place of what is there, which is closed."""
    replaced = box.children
    for child in children:
        for widget in _all_of(child):
            _answer_where_asked(widget)
    box.children = children
    for child in replaced:
        _close(child)


def close(panel: widgets.Widget) -> None:
    """Take a panel away from every page, now and in the saved notebook; twice is harmless."""
    if panel in _shown:
        _shown.remove(panel)
        _close(panel)


@atexit.register
def _close_all() -> None:
    """Leave no panel behind that nothing answers for."""
    while _shown:
        close(_shown[-1])


def _close(panel: widgets.Widget) -> None:
    for widget in _all_of(panel):
        widget.close()


def _all_of(panel: widgets.Widget) -> list[widgets.Widget]:
    children = getattr(panel, "children", ())
    return [panel, *(widget for child in children for widget in _all_of(child))]


def _answer_where_asked(widget: widgets.Widget) -> None:
    """Have clicks handled by the shell to which the page sent them.

    ipykernel 7.4 sends them to the shell that last published on the widget instead, which may
    be busy with a cell.
    """
    comm = widget.comm
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, asked: asked  # noqa: ARG005, SLF001
