"""What showing costs: progress while a run goes on, and a plan in a notebook."""

from __future__ import annotations

from typing import Final

from benchmarks.contract import BATCH
from benchmarks.figures import Figure
from benchmarks.setting import Setting

FIGURES: Final = ("progress", "plan_html")


def measure(setting: Setting) -> list[Figure]:
    """Progress as a share of the run's processor time, and the seconds of a plan's HTML."""
    setting.say("progress and plan")
    run, _ = setting.run_send("ours")
    batches = -(-setting.rows // BATCH)
    progress = setting.run_alone("report_progress", batches=batches, repeats=setting.repeats)
    shown = setting.run("show_plan", frame=str(setting.frame()))
    setting.notes.append(f"plan of {setting.rows:,} rows: {shown['plan']:.2f} s of processor time")
    share = progress["progress"] / run["cpu"]
    return [
        Figure("progress", share, progress["progress"], run["cpu"]),
        Figure("plan_html", shown["html"], shown["html"]),
    ]
