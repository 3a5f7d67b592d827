"""Who may send: the three authentication headers of the API document."""

import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from cascade_frames.sandbox.refusals import Refusal

API_KEY = "X-Authorization-Key"
VIBER_TOKEN = "X-Viber-Auth-Token"  # noqa: S105 - the name of a header
TELEGRAM_KEY = "X-Tg-Bot-Key"


@dataclass(frozen=True)
class Keys:
    """The keys that are right; a None takes any non-empty one. No repr shows them."""

    api_key: str | None = field(repr=False)
    viber_token: str | None = field(repr=False)
    telegram_key: str | None = field(repr=False)

    @classmethod
    def invent(
        cls,
        api_key: str | None = None,
        viber_token: str | None = None,
        telegram_key: str | None = None,
    ) -> Self:
        """Return the given keys, with a random one for each that is not given."""
        return cls(
            secrets.token_urlsafe(24) if api_key is None else api_key,
            secrets.token_urlsafe(24) if viber_token is None else viber_token,
            secrets.token_urlsafe(24) if telegram_key is None else telegram_key,
        )

    @classmethod
    def from_environment(cls) -> Self:
        """Return the keys of `CASCADE_SANDBOX_API_KEY`, `_VIBER_TOKEN` and `_TELEGRAM_KEY`.

        When none of the three is set, any non-empty key is right; when one is, only the set
        ones are.
        """
        names = ("API_KEY", "VIBER_TOKEN", "TELEGRAM_KEY")
        given = [os.environ.get(f"CASCADE_SANDBOX_{name}") or None for name in names]
        return cls.invent(*given) if any(given) else cls(None, None, None)

    def check(self, headers: Mapping[str, str]) -> frozenset[str]:
        """Return the names of the headers that came, all right, or raise `Refusal`.

        At least one must come; a wrong one is refused even beside a right one (our reading).
        """
        pairs = (
            (API_KEY, self.api_key),
            (VIBER_TOKEN, self.viber_token),
            (TELEGRAM_KEY, self.telegram_key),
        )
        came = frozenset(name for name, _ in pairs if name in headers)
        if not came:
            raise Refusal(401, "INVALID_API_KEY", "no authentication header came", API_KEY)
        for name, right in pairs:
            if name in came and not _same(headers[name], right):
                raise Refusal(401, "INVALID_API_KEY", "the key is not valid", name)
        return came


def _same(given: str, right: str | None) -> bool:
    if right is None:
        return bool(given)
    return hmac.compare_digest(given.encode(), right.encode())
