"""What the contestants and the reference server agree on: the API's own terms."""

from __future__ import annotations

from typing import Final

PATH: Final = "/api/CascadeMessage/send_message/async"
KEY_HEADER: Final = "X-Authorization-Key"
KEY: Final = "benchmark-key"
HEADERS: Final = {KEY_HEADER: KEY, "Content-Type": "application/json"}
FIELDS: Final = ("id", "fromName", "toPhone", "messageType", "text", "ttl")
BATCH: Final = 1000
