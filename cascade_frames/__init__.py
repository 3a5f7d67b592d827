"""Send messages from a DataFrame through the SMSBAT Cascade API, at most once."""

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
    Unauthorized,
    UsageError,
)
from cascade_frames.files import write_table
from cascade_frames.forgetting import forget
from cascade_frames.home import Sandbox
from cascade_frames.ledger import Ledger
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.plan import Plan
from cascade_frames.resolving import resolve
from cascade_frames.runs import Run
from cascade_frames.sending.client import AsyncClient, Client, Receipt
from cascade_frames.settings import Account
from cascade_frames.verbs import compose, connect, explore, plan, send, start, validate

__all__ = [
    "Account",
    "AccountError",
    "AsyncClient",
    "CascadeAccessor",
    "CascadeError",
    "CascadeWarning",
    "Client",
    "ConfirmationRequired",
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
    "Run",
    "RunBusy",
    "RunHalted",
    "Sandbox",
    "Unauthorized",
    "UsageError",
    "compose",
    "connect",
    "explore",
    "forget",
    "plan",
    "resolve",
    "send",
    "start",
    "validate",
    "write_table",
]
