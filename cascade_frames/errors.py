"""Every error the package raises, in one tree; each message says what to do next.

CascadeError
├── UsageError (ValueError)     the call is wrong: nothing was sent
│   ├── MappingError            an argument, template or column
│   ├── AccountError            keys, base URL or profile
│   │   └── NoAccount           nothing is configured at all
│   └── ConfirmationRequired    a live send this large needs confirm=
├── InvalidRecipients           the data is wrong: nothing was sent
├── RunHalted                   a run ended early; `.results` says what became of each row
├── TrackingHalted              a tracking ended early; `.results` has what was heard
├── RunBusy                     another run of the same messages is alive
├── LedgerError                 the ledger cannot be read or written
└── GatewayError                the plain client's: one request did not succeed
    ├── NotSent                 provably not accepted: safe to repeat
    │   ├── Unauthorized        401, 403: the keys
    │   └── RateLimited         429: slow down
    ├── Refused                 400, 422: the API said no to the request
    └── OutcomeUnknown          may or may not have been accepted: do not repeat blindly

Warnings: CascadeWarning (UserWarning).

No message holds a key, a phone or a text.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class CascadeError(Exception):
    """The root of everything this package raises."""

    def _render_traceback_(self) -> list[str]:
        """The traceback that IPython shows, in every mode without the values of variables.

        Its verbose mode would show arguments on the way, and those are keys, phones and texts.
        """
        return "".join(traceback.format_exception(self)).splitlines()

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross from one process to another whole, whatever the constructor takes."""
        return _restore, (type(self), str(self), vars(self))


def _restore(kind: type[CascadeError], message: str, attributes: dict[str, object]) -> CascadeError:
    error = kind.__new__(kind, message)
    vars(error).update(attributes)
    return error


class UsageError(CascadeError, ValueError):
    """The call is wrong; nothing was sent."""


class MappingError(UsageError):
    """An argument, a template or a column does not fit the segment."""


class AccountError(UsageError):
    """An account's keys, base URL or profile are missing or wrong."""


class NoAccount(AccountError):
    """No argument, environment variable, .env or profile names an account."""


class ConfirmationRequired(UsageError):
    """A live send of this size needs `confirm=` with the exact number of messages.

    Attributes:
        messages: the number to confirm.
    """

    def __init__(self, messages: int, given: int | None, threshold: int) -> None:
        self.messages = messages
        said = "no confirm= was given" if given is None else f"confirm={given} was given"
        super().__init__(
            f"This would send {messages:,} messages to real phones, more than the account's "
            f"confirm_above={threshold:,}, and {said}. Look at the plan, then pass "
            f"confirm={messages}."
        )


class InvalidRecipients(CascadeError):
    """Some rows cannot be sent, so nothing was.

    The message holds counts only. The rows themselves are asked for by name.
    """

    def __init__(self, rejected: pd.DataFrame, invalid: pd.DataFrame, message: str) -> None:
        self._rejected = rejected
        self._invalid = invalid
        super().__init__(message)

    def invalid(self) -> pd.DataFrame:
        """The caller's rows that were rejected, with `reason` and `detail` added.

        Where the segment has such a column itself, it is kept, and ours is `rejected_reason`
        or `rejected_detail`.
        """
        return self._invalid.copy()

    def details(self) -> pd.DataFrame:
        """One row per rejected row: `position` (int64, 0-based), `reason`, `detail`."""
        return self._rejected.copy()

    def counts(self) -> pd.Series[int]:
        """Rows per reason code (int64), most frequent first."""
        return self._rejected["reason"].value_counts().rename("rows")


class RunHalted(CascadeError):
    """A run ended before every message had its turn.

    Attributes:
        cause: a short code (`not_authorized`, `not_connected`, `systemic_refusal`, …).
        results: the result table; rows that had no turn are `unsent`.
    """

    def __init__(self, cause: str, message: str, results: pd.DataFrame | None = None) -> None:
        self.cause = cause
        self.results = results
        super().__init__(message)


class TrackingHalted(CascadeError):
    """A tracking ended before everything was asked; what was heard is in the ledger.

    Attributes:
        cause: a short code (`not_authorized`, `not_connected`, `outage`, …).
        results: the result table with what is known.
    """

    def __init__(self, cause: str, message: str, results: pd.DataFrame | None = None) -> None:
        self.cause = cause
        self.results = results
        super().__init__(message)


class RunBusy(CascadeError):
    """Another run that holds some of the same messages is alive; nothing was sent."""


class LedgerError(CascadeError):
    """The ledger cannot be opened, read or written; nothing is sent without it."""


class GatewayError(CascadeError):
    """One request of the plain client did not succeed.

    Attributes:
        status: the HTTP status, or None where no answer came.
        code, field: the API's own, where it gave them.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        field: str | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.field = field
        super().__init__(message)


class NotSent(GatewayError):
    """Provably not accepted: the same request may be repeated."""


class Unauthorized(NotSent):
    """The API did not let this account in (401, 403 and the like)."""


class RateLimited(NotSent):
    """The API asked to slow down (429).

    Attributes:
        retry_after: seconds to wait, where the API said so.
    """

    retry_after: float | None = None


class Refused(GatewayError):
    """The API said no to the request (400, 422); nothing of it was accepted."""


class OutcomeUnknown(GatewayError):
    """May or may not have been accepted; repeating it may message people twice."""


class CascadeWarning(UserWarning):
    """Something to look at that did not stop the send."""
