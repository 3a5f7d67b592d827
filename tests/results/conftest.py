"""A ledger, a sandbox and a home of its own for every test of results."""

import pytest

import cascade_frames as cf


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Keep the tester's own settings and ledgers out of it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.delenv("CASCADE_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ledger(tmp_path):
    """Give the path of a ledger that is not there yet."""
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def sandbox():
    """Yield a running sandbox."""
    with cf.Sandbox() as running:
        yield running
