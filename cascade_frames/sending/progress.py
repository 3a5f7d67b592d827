"""How far a run has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cascade_frames.outcomes import Outcome
from cascade_frames.sending.verdicts import Settlement


@dataclass(frozen=True)
class Progress:
    """Counts of one run's messages and requests.

    Attributes:
        total: messages the run holds.
        accepted, refused, unknown: messages settled so.
        requests: batches posted, repeats included.
    """

    total: int
    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    requests: int = 0

    @property
    def settled(self) -> int:
        """Messages whose fate is decided."""
        return self.accepted + self.refused + self.unknown

    @property
    def tally(self) -> Mapping[str, int]:
        """What to show beside the bar: messages by outcome, the accepted ones in any case."""
        troubled = {"refused": self.refused, "unknown": self.unknown}
        return {
            "accepted": self.accepted,
            **{name: rows for name, rows in troubled.items() if rows},
        }

    def after_request(self) -> Progress:
        """The progress once one more request is answered, or given up."""
        return replace(self, requests=self.requests + 1)

    def after_batch(self, rows: int, settlement: Settlement) -> Progress:
        """The progress once a batch of so many rows is settled for good."""
        receipts = settlement.message_ids or ()
        accepted = len([one for one in receipts if one is not None])
        rest = rows - accepted
        return replace(
            self,
            accepted=self.accepted + accepted,
            refused=self.refused + rest * (settlement.outcome is Outcome.REFUSED),
            unknown=self.unknown + rest * (settlement.outcome is Outcome.UNKNOWN),
        )
