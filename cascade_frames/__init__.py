"""Send messages from a DataFrame through the SMSBAT Cascade API, at most once."""

from typing import TYPE_CHECKING, Final

from cascade_frames import loading
from cascade_frames.accessor import CascadeAccessor
from cascade_frames.errors import (
    AccountError,
    CascadeError,
    CascadeWarning,
    ConfirmationRequired,
    GatewayError,
    InvalidRecipients,
    LedgerError,
    MappingError,
    NoAccount,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Refused,
    RunBusy,
    RunHalted,
    TrackingHalted,
    Unauthorized,
    UsageError,
)
from cascade_frames.outcomes import Delivery, Outcome, Reason
from cascade_frames.result_verbs import (
    campaigns,
    estimate,
    explore,
    report,
    results,
    start_tracking,
    track,
)
from cascade_frames.settings import Account
from cascade_frames.verbs import compose, connect, plan, send, start, validate

if TYPE_CHECKING:
    from cascade_frames.files import write_table
    from cascade_frames.forgetting import forget
    from cascade_frames.home import Sandbox
    from cascade_frames.ledger import Ledger
    from cascade_frames.planning.plan import Plan
    from cascade_frames.reporting.report import Report
    from cascade_frames.resolving import resolve
    from cascade_frames.runs import Run
    from cascade_frames.sending.client import AsyncClient, Client, Receipt
    from cascade_frames.trackings import Tracking

# Where the names above are, which are loaded when they are first used.
_LATER: Final = {
    "AsyncClient": "cascade_frames.sending.client",
    "Client": "cascade_frames.sending.client",
    "Ledger": "cascade_frames.ledger",
    "Plan": "cascade_frames.planning.plan",
    "Receipt": "cascade_frames.sending.client",
    "Report": "cascade_frames.reporting.report",
    "Run": "cascade_frames.runs",
    "Sandbox": "cascade_frames.home",
    "Tracking": "cascade_frames.trackings",
    "forget": "cascade_frames.forgetting",
    "resolve": "cascade_frames.resolving",
    "write_table": "cascade_frames.files",
}

__all__ = [
    "Account",
    "AccountError",
    "AsyncClient",
    "CascadeAccessor",
    "CascadeError",
    "CascadeWarning",
    "Client",
    "ConfirmationRequired",
    "Delivery",
    "GatewayError",
    "InvalidRecipients",
    "Ledger",
    "LedgerError",
    "MappingError",
    "NoAccount",
    "NotSent",
    "Outcome",
    "OutcomeUnknown",
    "Plan",
    "RateLimited",
    "Reason",
    "Receipt",
    "Refused",
    "Report",
    "Run",
    "RunBusy",
    "RunHalted",
    "Sandbox",
    "Tracking",
    "TrackingHalted",
    "Unauthorized",
    "UsageError",
    "campaigns",
    "compose",
    "connect",
    "estimate",
    "explore",
    "forget",
    "plan",
    "report",
    "resolve",
    "results",
    "send",
    "start",
    "start_tracking",
    "track",
    "validate",
    "write_table",
]


def __getattr__(name: str) -> object:
    """A name that is loaded when it is first used."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = loading.load(_LATER[name], name)
    return found


def __dir__() -> list[str]:
    """What there is, loaded or not."""
    return list(__all__)
