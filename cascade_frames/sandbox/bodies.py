"""Request bodies: read within a cap, and decoded."""

from typing import Any

import msgspec
from starlette.requests import Request

from cascade_frames.sandbox.refusals import Refusal

LARGEST_BODY = 8 * 1024 * 1024
"""Bytes a body may have; the sources name no cap, this one is our simulation."""

_decode = msgspec.json.Decoder().decode


class BodyTooLarge(Exception):
    """The body has more than `LARGEST_BODY` bytes."""


class NotJson(Exception):
    """The content type is not `application/json`."""


async def read_body(request: Request) -> bytes | None:
    """Return the body, or None when it is over the cap.

    A body too large is read to its end and thrown away: a caller still writing would otherwise
    see a broken connection in place of the answer.
    """
    chunks: list[bytes] | None = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            chunks = None
        if chunks is not None:
            chunks.append(chunk)
    return None if chunks is None else b"".join(chunks)


def decode_body(request: Request, body: bytes | None) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value of a body, or raise `NotJson`, `BodyTooLarge` or `Refusal`."""
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise NotJson
    if body is None:
        raise BodyTooLarge
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(400, "INVALID_JSON", "the body is not valid JSON") from None
