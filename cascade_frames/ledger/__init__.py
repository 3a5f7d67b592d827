"""Beside the way: what was attempted, durably, so that nobody is messaged twice."""

from cascade_frames.ledger.ledger import Ledger
from cascade_frames.ledger.opening import open_ledger

__all__ = ["Ledger", "open_ledger"]
