"""A sandbox of its own for every test."""

import pytest

from cascade_frames.sandbox import Sandbox

from .samples import client_of


@pytest.fixture
def sandbox():
    """Yield a running sandbox."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox):
    """Yield a client of that sandbox with the account's key."""
    with client_of(sandbox) as ready:
        yield ready
