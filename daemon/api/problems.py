"""What went wrong, as RFC 9457 says it: `application/problem+json`, naming the parameter."""

from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

from storage.errors import (
    CursorExpiredError,
    OtherOriginError,
    QueryError,
    SchemaMismatchError,
    StorageError,
    StorageUnavailableError,
    TooSlowError,
)

CONTENT_TYPE = "application/problem+json"
_URN = "urn:newsd:problem:"


class Problem(Exception):  # noqa: N818  it is what RFC 9457 calls it
    """A request that cannot be answered; the detail says what to do instead."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        parameter: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        """The last word of its type, such as `bad-parameter`."""
        self.detail = detail
        self.parameter = parameter
        self.retry_after = retry_after
        """Seconds."""

    @property
    def document(self) -> dict[str, Any]:
        """Its members (RFC 9457, 3.1), and the parameter that is to blame."""
        said: dict[str, Any] = {
            "type": _URN + self.kind,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        return said | ({"parameter": self.parameter} if self.parameter else {})

    def response(self) -> web.Response:
        """What is sent."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="newsd"'
        return web.Response(
            body=orjson.dumps(self.document),
            status=self.status,
            content_type=CONTENT_TYPE,
            headers=headers,
        )


# The first that fits; a cursor older than the log (410, `cursor-expired`) belongs on top.
_FAULTS: tuple[tuple[type[StorageError], int, str, int | None], ...] = (
    (CursorExpiredError, 410, "cursor-expired", None),
    (TooSlowError, 503, "too-slow", 10),
    (QueryError, 400, "bad-query", None),
    (OtherOriginError, 409, "other-origin", None),
    (SchemaMismatchError, 503, "schema", 60),
    (StorageUnavailableError, 503, "database-away", 5),
    (StorageError, 500, "database", None),
)


def problem_of(error: StorageError) -> Problem:
    """The trouble of a database in the words of HTTP; where it is stays among us."""
    _, status, kind, retry_after = next(fault for fault in _FAULTS if isinstance(error, fault[0]))
    is_theirs = status < HTTPStatus.INTERNAL_SERVER_ERROR or isinstance(error, TooSlowError)
    detail = str(error) if is_theirs else _ELSEWHERE[kind]
    return Problem(status, kind, detail, retry_after=retry_after)


_ELSEWHERE = {
    "schema": "the database is being upgraded; try again in a minute",
    "database-away": "the database does not answer just now; try again",
    "database": "the database would not do it; the log of newsd says why",
}


def not_there(what: str) -> Problem:
    """404."""
    return Problem(404, "not-there", f"there is no {what}")
