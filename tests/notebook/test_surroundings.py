"""What can be shown where the code runs."""

import importlib.metadata
import importlib.util
import sys
from types import SimpleNamespace

import pytest

from cascade_frames.notebook import surroundings
from cascade_frames.notebook.surroundings import Look, choose_look

SERVER_NAMES = ["JPY_SESSION_NAME", "VSCODE_PID", "COLAB_RELEASE_TAG"]


@pytest.fixture(autouse=True)
def _plain_python(monkeypatch):
    """Begin outside of any notebook, with ipywidgets installed."""
    for name in SERVER_NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    surroundings.has_widgets.cache_clear()
    yield
    surroundings.has_widgets.cache_clear()


def enter_kernel(monkeypatch, **names):
    """Have IPython say that this is a kernel."""
    shell = SimpleNamespace(kernel=object(), user_ns=names)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


def lose(monkeypatch, module):
    """Have a module not be installed."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == module else found(name)
    )


@pytest.mark.parametrize("look", ["widgets", "html", "text", "none"])
def test_what_was_asked_for_is_taken(look):
    """Detection is for `auto` only."""
    assert choose_look(look) is Look(look)


def test_outside_a_notebook_it_is_text(monkeypatch):
    """A script gets a bar or lines, in a terminal of VS Code too."""
    assert choose_look("auto") is Look.TEXT
    monkeypatch.setenv("VSCODE_PID", "1")
    assert choose_look("auto") is Look.TEXT


def test_a_terminal_of_ipython_is_no_notebook(monkeypatch):
    """IPython alone shows no HTML."""
    shell = SimpleNamespace(user_ns={})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert choose_look("auto") is Look.TEXT


def test_a_notebook_that_runs_by_itself_is_text(monkeypatch):
    """Nbconvert and papermill keep a log that people read later."""
    enter_kernel(monkeypatch)
    assert choose_look("auto") is Look.TEXT


@pytest.mark.parametrize("name", SERVER_NAMES)
def test_a_notebook_that_somebody_has_open_has_widgets(monkeypatch, name):
    """JupyterLab, VS Code and Colab say so in the kernel's environment."""
    enter_kernel(monkeypatch)
    monkeypatch.setenv(name, "x")
    assert choose_look("auto") is Look.WIDGETS


def test_vs_code_may_say_so_in_the_kernel(monkeypatch):
    """VS Code puts the notebook's path among the user's names."""
    enter_kernel(monkeypatch, __vsc_ipynb_file__="a.ipynb")
    assert choose_look("auto") is Look.WIDGETS


def test_without_ipywidgets_it_is_html(monkeypatch):
    """What cannot be steered can still be watched."""
    enter_kernel(monkeypatch)
    monkeypatch.setenv("JPY_SESSION_NAME", "x")
    lose(monkeypatch, "ipywidgets")
    assert choose_look("auto") is Look.HTML


@pytest.mark.parametrize(("version", "works"), [("6.30.1", True), ("7.0.1", False), ("7.4", True)])
def test_a_kernel_in_which_widgets_stand_still_has_none(monkeypatch, version, works):
    """Ipykernel 7.0 drops what threads tell widgets."""
    monkeypatch.setattr(importlib.metadata, "version", lambda _: version)
    assert surroundings.has_widgets() is works
