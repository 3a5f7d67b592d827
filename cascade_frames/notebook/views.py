"""Choosing how a run shows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cascade_frames.errors import MappingError
from cascade_frames.notebook.surroundings import Look, choose_look, has_widgets, in_kernel
from cascade_frames.progress import ProgressView, silent_view, text_view

if TYPE_CHECKING:
    from cascade_frames.planning.plan import UserInterface

_INSTALL: Final = 'pip install "cascade-frames[notebook]"'


def open_view(ui: UserInterface) -> ProgressView:
    """The view of a run for `ui`.

    Raises:
        MappingError: `ui` asks for widgets, and ipywidgets is not installed.
    """
    look = choose_look(ui)
    if look is Look.NONE:
        return silent_view()
    if look is Look.TEXT or not in_kernel():
        return text_view()
    # Imported here: outside a notebook neither IPython nor ipywidgets need be there.
    from cascade_frames.notebook.run_panel import RunPanel

    if look is Look.HTML:
        hint = "" if ui == "html" or has_widgets() else f"{_INSTALL} adds buttons to steer it."
        return RunPanel(None, note=hint)
    if not has_widgets():
        raise MappingError(f'ui="widgets" needs ipywidgets: {_INSTALL}.')
    from cascade_frames.notebook.run_controls import RunControls

    return RunPanel(RunControls)
