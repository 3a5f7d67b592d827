"""The Cascade API emulated on this machine: no account, no phones, nothing leaves it.

It shares no code with the client, so that no mistake of ours cancels itself out.
"""

from cascade_frames.sandbox.application import app
from cascade_frames.sandbox.faults import Fault
from cascade_frames.sandbox.limits import Limits, Rate
from cascade_frames.sandbox.server import Sandbox, serve

__all__ = ["Fault", "Limits", "Rate", "Sandbox", "app", "serve"]
