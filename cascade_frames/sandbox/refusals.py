"""What the sandbox says when it says no.

Three shapes of error body are documented. The API document shows the first, used here for
400 and 401; the vendor's pages show the other two.
"""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import Response

JSON = "application/json"


class Refusal(Exception):
    """A request that is answered with an error, by its status, code, message and field.

    The message is a fixed wording: no phone, text or key of the request is ever in it.
    """

    def __init__(self, status: int, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field


def json_response(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return `value` as a JSON response."""
    return Response(msgspec.json.encode(value), status, headers, JSON)


def refuse(refusal: Refusal) -> Response:
    """Return a refusal in the shape of the API document: code, message and, if any, field."""
    error = {"code": refusal.code, "message": refusal.message}
    if refusal.field is not None:
        error["field"] = refusal.field
    return json_response({"error": error}, refusal.status)


def fail(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error in the third documented shape, which the vendor shows for a 429."""
    known = status in HTTPStatus.__members__.values()
    body = {
        "error": HTTPStatus(status).phrase if known else "Error",
        "message": message,
        "status": status,
    }
    return json_response(body, status, headers)
