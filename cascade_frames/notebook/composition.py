"""What is being composed, as people see it without controls: the call and its first message."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from cascade_frames.notebook.bubbles import CHANNELS, bubble_html
from cascade_frames.planning.previews import preview

if TYPE_CHECKING:
    from cascade_frames.planning.plan import Plan


def call_html(call: str) -> str:
    """The call, to copy."""
    return f'<pre style="font:12px/1.4 monospace">{escape(call)}</pre>'


def composition_html(call: str, sample: Plan | None, trouble: str = "") -> str:
    """The call, and the first message that it sends or what stands in its way.

    Args:
        call: the line of code.
        sample: a plan of the first rows; None where there is none.
        trouble: why there is none.
    """
    if sample is None:
        return f"{call_html(call)}<p>{escape(trouble)}</p>"
    if not len(sample.messages):
        return call_html(call)
    return call_html(call) + bubble_html(preview(sample, 0), CHANNELS[0])
