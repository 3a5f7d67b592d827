"""What `import cascade_frames` offers."""

import subprocess
import sys

import pandas as pd

import cascade_frames as cf


def test_all_is_sorted_and_honest():
    """`__all__` names exactly what the package offers, in order."""
    public = {
        name
        for name, value in vars(cf).items()
        if not name.startswith("_") and not isinstance(value, type(sys))
    }
    assert sorted(public) == cf.__all__


def test_import_registers_the_accessor():
    """`import cascade_frames` is all it takes to have `df.cascade`."""
    assert isinstance(pd.DataFrame({"a": [1]}).cascade, cf.CascadeAccessor)


def test_everything_public_has_a_docstring():
    """A notebook's Shift-Tab answers for every public name."""
    assert [name for name in cf.__all__ if not (getattr(cf, name).__doc__ or "").strip()] == []


def test_import_starts_nothing():
    """Importing opens no socket, no file and no thread."""
    script = (
        "import threading, cascade_frames, psutil;"
        "assert threading.active_count() == 1;"
        "assert psutil.Process().net_connections() == []"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)  # noqa: S603
