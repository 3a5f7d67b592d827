"""How the command line ends."""

from pathlib import Path

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames import exits

DOCUMENTED = (Path(__file__).parent.parent / "docs" / "command_line.md").read_text("utf-8")


def invalid(rows):
    """Return the error of so many rows without a phone."""
    reasons = pd.DataFrame(
        {"position": range(rows), "reason": ["schema"] * rows, "detail": ["no phone"] * rows}
    )
    return cf.InvalidRecipients(reasons, reasons, "Invalid.")


def test_every_exit_code_is_documented():
    """Scripts rely on exit codes, so each stands in the docs."""
    codes = [value for key, value in vars(exits).items() if key.startswith("EXIT_")]
    assert len(codes) == 6
    assert [code for code in codes if f"| {code} |" not in DOCUMENTED] == []


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (cf.UsageError("wrong"), 2),
        (invalid(1), 3),
        (cf.RunHalted("misuse", "wrong key"), 4),
        (cf.TrackingHalted("misuse", "wrong key"), 4),
        (cf.LedgerError("no ledger"), 6),
        (cf.RunBusy("another run"), 6),
        (cf.CascadeError("any other"), 1),
    ],
)
def test_every_error_has_its_code(error, code):
    """A script can tell what to do next from the code alone."""
    assert exits.exit_code(error) == code


def test_an_error_is_one_line():
    """A terminal shows what went wrong and whose word that is, and nothing around it."""
    assert exits.error_text(cf.UsageError("Name a file.")) == "cascade-frames: Name a file."


@pytest.mark.parametrize(("rows", "last"), [(10, "  row     10: no phone"), (12, "  … and 2 more")])
def test_the_first_invalid_rows_are_shown(rows, last):
    """A table with thousands of bad rows does not flood the terminal, but all are counted."""
    lines = exits.error_text(invalid(rows)).splitlines()
    assert f"{rows} rows cannot be sent: {rows} schema." in lines[0]
    assert lines[1] == "  row      1: no phone"
    assert lines[-2] == last
    assert "--on-invalid drop" in lines[-1]
