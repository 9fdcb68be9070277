"""What a call of the API is: declared once, answered and described from that."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import orjson
import xxhash
from aiohttp import hdrs, web
from pydantic import AfterValidator, BaseModel, Field

from daemon.api.desk import Desk
from daemon.api.parameters import Parameter, Schema

JSON = "application/json"
ALLOWING = web.RequestKey("allowing", dict[str, str])
"""Headers by which the script of a page may read the answer, for those who send it themselves."""
M = TypeVar("M", bound=BaseModel)
_SMALL = 1024
"""Bytes that are not worth packing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, understood."""

    request: web.Request
    values: dict[str, Any]
    """Of each parameter."""
    body: BaseModel | None = None

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def body_as(self, model: type[M]) -> M:
        """The body, which was checked to be this."""
        if not isinstance(self.body, model):
            raise TypeError(f"a call without {model.__name__} as its body")
        return self.body


def _printable(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("printable characters are wanted")
    return text


Label = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable)]
"""A line of text in a body."""

Answer = Callable[[Desk, Asked], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that can be asked for."""

    method: str
    path: str
    name: str
    """Of the operation, for programs made from the document."""
    meaning: str
    answer: Answer
    shape: Schema
    """JSON Schema of what is answered; of a stream, of one event."""
    parameters: Sequence[Parameter] = ()
    body: type[BaseModel] | None = None
    status: int = 200
    content: str = JSON
    also: Sequence[int] = ()
    """Other statuses it may end with, beside those that any call may."""
    is_waiting: bool = False
    """Whether it answers when there is something to say."""


def as_json(
    value: Any, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """A JSON answer, instants in UTC."""
    body = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    return web.Response(body=body, status=status, content_type=JSON, headers=headers)


def conditional(request: web.Request, response: web.Response) -> web.Response:
    """The answer with its ETag, or 304 to whoever has it already (RFC 9110, 13.1).

    The tag is weak: one answer is sent packed and unpacked.
    """
    body = response.body if isinstance(response.body, bytes) else b""
    tag = xxhash.xxh3_64_hexdigest(body)
    response.headers[hdrs.ETAG] = f'W/"{tag}"'
    response.headers.setdefault(hdrs.CACHE_CONTROL, "private, no-cache")
    asked = request.if_none_match
    if asked is not None:
        is_same = any(one.value in {tag, "*"} for one in asked)
    else:
        since, changed = request.if_modified_since, response.last_modified
        is_same = since is not None and changed is not None and changed <= since
    if not is_same:
        return response
    kept = (hdrs.ETAG, hdrs.LAST_MODIFIED, hdrs.CACHE_CONTROL)
    headers = {name: response.headers[name] for name in kept if name in response.headers}
    return web.Response(status=304, headers=headers)


def packed(request: web.Request, response: web.StreamResponse) -> None:
    """Have a long answer sent gzipped where that is understood."""
    response.headers.setdefault(hdrs.VARY, hdrs.ACCEPT_ENCODING)
    body = getattr(response, "body", None)
    accepted = request.headers.get(hdrs.ACCEPT_ENCODING, "").lower()
    if isinstance(body, bytes) and len(body) > _SMALL and "gzip" in accepted:
        response.enable_compression(web.ContentCoding.gzip)
