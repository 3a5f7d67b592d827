"""Every test runs apart from the machine: its settings, its home, its working folder."""

import os

import pytest
from hypothesis import settings

import cascade_frames as cf
from cascade_frames import home as homes

# Machines under load would fail a deadline that says nothing about the code.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


def pytest_addoption(parser):
    """Add the option to hold the tests to one transport; without it, the fastest there is."""
    parser.addoption("--transport", choices=["httpx"])


def pytest_configure(config):
    """Have every child use the transport that was asked for, too."""
    if config.getoption("transport"):
        os.environ["CASCADE_TRANSPORT"] = config.getoption("transport")


@pytest.fixture(autouse=True)
def _apart_from_the_machine(monkeypatch, tmp_path_factory, request):
    """Hide the machine's settings; each test has a home, a folder and a default sandbox alone."""
    home = tmp_path_factory.mktemp("home")
    for name in os.environ:
        if name.upper().startswith("CASCADE_"):
            monkeypatch.delenv(name)
    if request.config.getoption("transport"):
        monkeypatch.setenv("CASCADE_TRANSPORT", request.config.getoption("transport"))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.chdir(home)
    monkeypatch.setattr(homes, "_default", homes._Default())
    yield
    if default := homes.running_sandbox():
        default.stop()


@pytest.fixture
def ledger(tmp_path):
    """Give the path of a ledger that is not there yet."""
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def sandbox():
    """Yield a running sandbox."""
    with cf.Sandbox() as running:
        yield running
