"""Every test runs apart from the machine: its settings, its home, its working folder."""

import os

import pytest
from hypothesis import settings

# Machines under load would fail a deadline that says nothing about the code.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _apart_from_the_machine(monkeypatch, tmp_path_factory):
    """Hide the machine's settings, and give each test a home and a working folder of its own."""
    home = tmp_path_factory.mktemp("home")
    for name in os.environ:
        if name.upper().startswith("CASCADE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.chdir(home)
