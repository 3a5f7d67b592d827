"""Where the code runs, and what can be shown there. It decides the look, and nothing else."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sys
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cascade_frames.planning.plan import UserInterface

# Set for kernels that a person's notebook has started: Jupyter Server, VS Code, Colab.
_SERVERS: Final = ("JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG")
_FILE_IN_VSCODE: Final = "__vsc_ipynb_file__"
# Its widgets take no updates from a thread.
_KERNEL_WITHOUT_THREADS: Final = "7.0."


class Look(StrEnum):
    """How something shows itself."""

    WIDGETS = "widgets"  # live controls over a static output
    HTML = "html"  # a static output, kept up to date
    TEXT = "text"  # a bar on a terminal, lines elsewhere
    NONE = "none"


def choose_look(ui: UserInterface) -> Look:
    """The look for `ui`: with `"auto"`, the richest that is sure to show here.

    Widgets ask for ipywidgets and a notebook that a person has open. A notebook that runs by
    itself (nbconvert, papermill) gets text, as a job's log does.
    """
    if ui != "auto":
        return Look(ui)
    if not somebody_looks():
        return Look.TEXT
    return Look.WIDGETS if has_widgets() else Look.HTML


def in_kernel() -> bool:
    """Whether this is a Jupyter kernel."""
    return running_kernel() is not None


def running_kernel() -> Any:  # noqa: ANN401 - ipykernel's, which need not be installed
    """The Jupyter kernel that this is; None where it is none."""
    return getattr(_shell(), "kernel", None)


def somebody_looks() -> bool:
    """Whether this is a notebook that a person has open, as far as a kernel can know."""
    known = any(name in os.environ for name in _SERVERS)
    return in_kernel() and (known or _FILE_IN_VSCODE in _shell().user_ns)


@cache
def has_widgets() -> bool:
    """Whether ipywidgets is installed, with a kernel that it works in."""
    if importlib.util.find_spec("ipywidgets") is None:
        return False
    return not importlib.metadata.version("ipykernel").startswith(_KERNEL_WITHOUT_THREADS)


def _shell() -> Any:  # noqa: ANN401 - IPython's, which need not be installed
    """The shell of IPython, where there is one; then IPython is imported already."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None
