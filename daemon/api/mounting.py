"""Put the calls of the API on a server: each request is let in, understood, answered, packed."""

from collections.abc import Sequence
from http import HTTPStatus

import orjson
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from pydantic import BaseModel, ValidationError

from daemon.api import articles, changes, feeds, outflow, stories
from daemon.api.calls import ALLOWING, Asked, Call, as_json, packed
from daemon.api.desk import Desk
from daemon.api.guard import Guard, is_feed
from daemon.api.openapi import openapi
from daemon.api.parameters import read_parameters
from daemon.api.problems import Problem, problem_of
from storage.errors import StorageError

LONGEST_BODY = 64 << 10
"""Bytes of what may be sent to us."""
_PAGE = """\
<!doctype html>
<html lang="en"><title>newsd</title>
<h1>newsd</h1>
<p>The API is described by <a href="/api/v1/openapi.json">/api/v1/openapi.json</a> (OpenAPI 3.1).
Begin with <a href="/api/v1/articles?limit=10">/api/v1/articles</a> and
<a href="/api/v1/changes">/api/v1/changes</a>; <a href="/feeds/all.atom">/feeds/all.atom</a> is for
feed readers.</p>
</html>
"""
log = structlog.get_logger()


def calls_of(*, can_write: bool) -> tuple[Call, ...]:
    """All there is to ask; what writes only where a token protects it."""
    reading = (*articles.CALLS, *stories.CALLS, *feeds.CALLS, *changes.CALLS, *outflow.CALLS)
    return (*reading, *articles.WRITING, *feeds.WRITING) if can_write else reading


def mount(app: web.Application, desk: Desk, guard: Guard, *, version: str) -> None:
    """Add the API to a server that is not started yet."""
    calls = calls_of(can_write=guard.token is not None)
    document = openapi(calls, version=version, has_token=guard.token is not None)

    async def described(_: web.Request) -> web.Response:
        return as_json(document)

    async def front(_: web.Request) -> web.Response:
        return web.Response(text=_PAGE, content_type="text/html")

    app.middlewares.append(_letting_in(guard))
    app.router.add_get("/api", front)
    app.router.add_get("/api/v1/openapi.json", described)
    for call in calls:
        app.router.add_route(call.method, _pattern(call), _answering(desk, call))
        if call.method == hdrs.METH_GET and not call.is_waiting:
            app.router.add_route(hdrs.METH_HEAD, _pattern(call), _answering(desk, call))

    async def end(_: web.Application) -> None:
        await desk.news.close()

    app.on_shutdown.append(end)


def _pattern(call: Call) -> str:
    """The path as the router wants it: a name of a topic may have dots in it."""
    return call.path.replace("{name}.", r"{name:[^/]+}.").replace("{format}", "{format:[a-z]+}")


def _letting_in(guard: Guard) -> Middleware:
    """What stands before every request for the API, and behind every answer."""

    async def checked(request: web.Request, handler: Handler) -> web.StreamResponse:
        guard.check(request)
        return await handler(request)

    @web.middleware
    async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not (request.path == "/api" or request.path.startswith(("/api/", "/feeds/"))):
            return await handler(request)
        headers = guard.allowing(request)
        request[ALLOWING] = headers
        try:
            response = guard.preflight(request) or await checked(request, handler)
        except Problem as problem:
            response = problem.response()
        except StorageError as error:
            response = problem_of(error).response()
        except web.HTTPException as error:
            response = _as_problem(error, request).response()
            response.headers.update({n: v for n, v in error.headers.items() if n == hdrs.ALLOW})
        except Exception:
            log.exception("request_failed", method=request.method, path=request.path)
            detail = "a bug of newsd; its log says more"
            response = Problem(500, "internal", detail).response()
        if not response.prepared:
            response.headers.update(headers)
            response.headers["X-Content-Type-Options"] = "nosniff"
            packed(request, response)
        return response

    return let_in


def _as_problem(error: web.HTTPException, request: web.Request) -> Problem:
    """What the router or the server itself refuses."""
    match error.status:
        case HTTPStatus.NOT_FOUND:
            said = f"there is nothing at this address: {request.path[:100]!r}; see /api"
            return Problem(404, "not-there", said)
        case HTTPStatus.METHOD_NOT_ALLOWED:
            said = f"{request.method} is not possible here (what writes needs http.token)"
            return Problem(405, "method", said)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Problem(413, "too-large", f"a body may have {LONGEST_BODY} bytes")
        case _:
            return Problem(error.status, "refused", error.reason)


def _answering(desk: Desk, call: Call) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        asked = Asked(request, _values(desk, call, request), await _body(call, request))
        return await call.answer(desk, asked)

    return answer


def _values(desk: Desk, call: Call, request: web.Request) -> dict[str, object]:
    said: Sequence[tuple[str, str]] = list(request.query.items())
    if is_feed(request.path):
        said = [(name, text) for name, text in said if name != "token"]
    return read_parameters(call.parameters, said, request.match_info, desk.clock())


async def _body(call: Call, request: web.Request) -> BaseModel | None:
    """The body as the call wants it. A page elsewhere cannot send this type without asking."""
    if call.body is None:
        return None
    if request.content_type != "application/json":
        raise Problem(415, "bad-body", "send a JSON object as application/json")
    if (request.content_length or 0) > LONGEST_BODY:
        raise Problem(413, "too-large", f"a body may have {LONGEST_BODY} bytes")
    data = await request.content.read(LONGEST_BODY + 1)
    while len(data) <= LONGEST_BODY and (more := await request.content.read(LONGEST_BODY)):
        data += more
    if len(data) > LONGEST_BODY:
        raise Problem(413, "too-large", f"a body may have {LONGEST_BODY} bytes")
    try:
        return call.body.model_validate(orjson.loads(data))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])[:60] or None
        raise Problem(
            400, "bad-body", f"{name or 'body'}: {first['msg']}", parameter=name
        ) from error
    except ValueError as error:
        raise Problem(400, "bad-body", "the body is no JSON") from error
