"""How far a tracking has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class TrackingProgress:
    """Counts of one tracking's messages and requests.

    Attributes:
        total: messages it is about, those that were final before it began included.
        settled: those that it asks about no more.
        deliveries: messages by what is known of them now; those of which nothing is are left out.
        requests: status requests that were answered, or given up.
    """

    total: int
    settled: int = 0
    deliveries: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0

    @property
    def tally(self) -> Mapping[str, int]:
        """What to show beside the bar: messages by delivery."""
        return self.deliveries
