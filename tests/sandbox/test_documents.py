"""The sandbox's page of documents tells all that can be asked of it."""

import inspect
from pathlib import Path

from cascade_frames.sandbox import Fault, Sandbox
from cascade_frames.sandbox.delivery import CURRENCY, PRICES
from cascade_frames.sandbox.faults import KINDS
from cascade_frames.sandbox.world import HABITS

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text("utf-8")


def test_every_argument_is_documented():
    """Whatever a sandbox can be told stands in the table of its arguments."""
    table = PAGE.partition("| argument of `Sandbox` |")[2].partition("## ")[0]
    arguments = inspect.signature(Sandbox).parameters
    assert [name for name in arguments if f"`{name}`" not in table] == []


def test_every_fault_is_documented():
    """Each kind of fault, and each of its settings, is told."""
    chapter = PAGE.partition("## Faults")[2].partition("## The inbox")[0]
    assert [kind for kind in KINDS if f"`{kind}`" not in chapter] == []
    settings = [name for name in Fault.__struct_fields__ if name not in chapter]
    assert settings == []


def test_the_figures_are_the_codes_own():
    """Prices and shares of channels, which people will ask about, are not out of date."""
    assert f"in {CURRENCY} for a part" in PAGE
    for channel, price in PRICES.items():
        assert f"{price:.2f}" in PAGE, channel
    for channel, habits in HABITS.items():
        assert f"{habits.share:.0%}".replace("%", " %") in PAGE, channel
