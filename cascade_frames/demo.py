"""The demonstration: the sample segment, sent to a sandbox, from plan to re-run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from cascade_frames import verbs
from cascade_frames.files import read_table
from cascade_frames.home import Sandbox
from cascade_frames.outcomes import Outcome
from cascade_frames.planning.plan import UserInterface

_SHOWN = ["customer_id", "city", "messageId", "outcome", "reason", "batch"]


def sample_folder() -> Path:
    """The folder with the sample data: in the installed package, or in a checkout beside it."""
    here = Path(__file__).parent
    installed = here / "sample_data"
    return installed if installed.is_dir() else here.parent / "sample_data"


def run_demo(
    say: Callable[[str], None],
    ui: UserInterface,
    then: Callable[[Sandbox], None] = lambda sandbox: None,  # noqa: ARG005
) -> pd.DataFrame:
    """Send the sample segment to a sandbox and tell about it; return the result table.

    Uses a ledger of its own in a temporary folder, and no configured account. `then` is called
    with the sandbox before it stops.
    """
    folder = sample_folder()
    segment = read_table(folder / "autumn_promo.csv")
    arguments: dict[str, Any] = {
        "campaign": "autumn-promo",
        "to_phone": "{phone}",
        "from_name": "YourBrand",
        "message_type": "promo",
        "text": "{first_name}, 20% off until Sunday: https://example.com/a",
        "ttl": "2d",
        "opt_out": read_table(folder / "opt_out.csv"),
        "on_invalid": "drop",
    }
    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as place:
        arguments |= {"account": sandbox.account, "ledger": Path(place) / "ledger.sqlite3"}
        say(f"A sandbox of the API answers at {sandbox.url}; nobody is messaged.\n")
        plan = verbs.plan(segment, **arguments)
        say(f"{plan}\n")
        results = plan.send(ui=ui)
        say(f"\n{table_text(results[_SHOWN], rows=8)}\n")
        say(summary_text(results))
        before = len(sandbox.requests())
        again = verbs.send(segment, **arguments, ui="none")
        same = again["messageId"].equals(results["messageId"])
        say(
            f"\nThe same call again made {len(sandbox.requests()) - before} requests and returned "
            f"{'the same' if same else 'OTHER'} receipts."
            f"\nThe sandbox accepted {len(sandbox.accepted()):,} messages in {before:,} requests."
        )
        then(sandbox)
    return results


def table_text(table: pd.DataFrame, rows: int) -> str:
    """The first and last rows of a table, as text that fits a terminal."""
    with pd.option_context("display.width", 120, "display.max_columns", 20):
        return table.to_string(max_rows=rows, na_rep="", max_colwidth=38)


def summary_text(results: pd.DataFrame, suffix: str | None = None) -> str:
    """Rows per outcome and reason, as text, in the order of `Outcome`."""
    outcome, reason = f"outcome{suffix or ''}", f"reason{suffix or ''}"
    order = {str(one): at for at, one in enumerate(Outcome)}
    counted = results[[outcome, reason]].fillna("").value_counts()
    table = counted.rename("rows").reset_index()
    triples = zip(table[outcome], table[reason], table["rows"], strict=True)
    rows = sorted(triples, key=lambda row: (order[row[0]], -row[2]))
    lines = [f"{one:<9} {count:>9,}  {why}".rstrip() for one, why, count in rows]
    return "\n".join([*lines, f"{'rows':<9} {len(results):>9,}"])
