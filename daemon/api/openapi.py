"""The API described for programs (OpenAPI 3.1), from the same declarations that answer."""

from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from daemon.api import problems, shapes
from daemon.api.calls import JSON, Call
from daemon.api.parameters import Schema

ALWAYS = (400, 401, 421, 500, 503)
"""What any call may end with."""


def openapi(calls: Iterable[Call], *, version: str, has_token: bool) -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for call in calls:
        paths[call.path][call.method.lower()] = _operation(call)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "newsd",
            "version": version,
            "description": "Clean, de-duplicated, tagged, dated news articles.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": dict(paths),
        "components": {"schemas": {"Problem": shapes.PROBLEM}},
    }
    if has_token:
        scheme = {"type": "http", "scheme": "bearer"}
        document["components"]["securitySchemes"] = {"token": scheme}
        document["security"] = [{"token": []}]
    return document


def _operation(call: Call) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": call.name,
        "summary": call.meaning,
        "parameters": [_described(parameter.described) for parameter in call.parameters],
        "responses": _responses(call),
    }
    if call.body is not None:
        schema = call.body.model_json_schema()
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _inlined(schema)}},
        }
    return said


def _described(parameter: Schema) -> Schema:
    """Lists are written with commas between."""
    is_list = parameter["schema"].get("type") == "array"
    return parameter | ({"style": "form", "explode": False} if is_list else {})


def _responses(call: Call) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(call.status).phrase}
    if call.shape or call.content != JSON:
        good["content"] = {kind: {"schema": call.shape} for kind in call.content.split(", ")}
    found: dict[str, Any] = {str(call.status): good}
    for status in sorted({*ALWAYS, *call.also} - {call.status}):
        found[str(status)] = _other(status, call)
    return found


def _other(status: int, call: Call) -> dict[str, Any]:
    said: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if status < HTTPStatus.MULTIPLE_CHOICES and call.shape:
        said["content"] = {call.content: {"schema": call.shape}}
    elif status >= HTTPStatus.BAD_REQUEST:
        said["content"] = {
            problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
    return said


def _inlined(schema: Schema) -> Schema:
    """A schema without references into itself, which would point elsewhere here."""
    named = schema.pop("$defs", {})

    def inline(part: Any) -> Any:
        if isinstance(part, dict):
            ref = str(part.get("$ref", "")).rpartition("/")[2]
            rest = {k: inline(v) for k, v in part.items() if k != "$ref"}
            return inline(named[ref]) | rest if ref else rest
        return [inline(one) for one in part] if isinstance(part, list) else part

    return dict(inline(schema))
