"""What IPython shows of an error, in the mode that shows every value it can find."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import cascade_frames as cf

NO_HISTORY = Config({"HistoryManager": {"enabled": False}})
KEY = "canary-key-5f0c31d2"


def account():
    """Fail deep within the package, with a key among the arguments on the way."""
    return cf.Account(base_url="nonsense", api_key="-".join(["canary", "key", "5f0c31d2"]))


@pytest.mark.parametrize("mode", ["Plain", "Context", "Verbose", "Minimal"])
def test_ipython_shows_no_key(mode, capsys, monkeypatch):
    """The error is shown with the way to it, without the values on that way."""
    # IPython warns where another environment is active than the one it runs in.
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    shell = InteractiveShell.instance(config=NO_HISTORY)
    try:
        shell.run_line_magic("xmode", mode)
        shell.user_ns["account"] = account
        shell.run_cell("account()", store_history=False)
    finally:
        InteractiveShell.clear_instance()
    shown = capsys.readouterr()
    assert "AccountError" in shown.out + shown.err
    assert "in account" in shown.out + shown.err
    assert KEY not in shown.out + shown.err
