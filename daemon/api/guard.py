"""Who may ask: the right token, a host name that is ours, an origin that was allowed."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from daemon.api.problems import Problem

_ANY_METHOD = "GET, HEAD, POST, DELETE"


@dataclass(frozen=True, slots=True)
class Guard:
    """What a request must show before it is answered."""

    token: str | None
    """None: nobody needs one, and nothing can be written."""
    hosts: frozenset[str] | None
    """Names under which we are asked; None: any."""
    origins: Collection[str] = ()
    """Web pages whose scripts may read answers."""

    def check(self, request: web.Request) -> None:
        """Raise `Problem` unless the request may be answered.

        A page in somebody's browser can have its own name lead to 127.0.0.1 (DNS rebinding); then
        the browser asks us under that name.
        """
        if self.hosts is not None and _name_of(request.host) not in self.hosts:
            raise Problem(
                421, "misdirected", "newsd is not known by this name here; see http.public_url"
            )
        if self.token is not None and not self._has_token(request, self.token):
            raise Problem(
                401, "no-token", "send Authorization: Bearer and the token of http.token"
            )

    def _has_token(self, request: web.Request, token: str) -> bool:
        scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if scheme.lower() == "bearer":
            return is_same(given.strip(), token)
        # readers of feeds can be given an address and nothing else
        in_address = request.query.get("token", "") if is_feed(request.path) else ""
        return bool(in_address) and is_same(in_address, token)

    def allowing(self, request: web.Request) -> dict[str, str]:
        """The headers by which the script of a page may read the answer (Fetch, 3.2)."""
        origin = request.headers.get(hdrs.ORIGIN, "")
        if origin not in self.origins:
            return {hdrs.VARY: hdrs.ORIGIN} if self.origins else {}
        return {
            hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: origin,
            hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: "ETag, Link, Retry-After, Location",
            hdrs.VARY: hdrs.ORIGIN,
        }

    def preflight(self, request: web.Request) -> web.Response | None:
        """The answer to a browser that asks whether it may ask; None: it is no such question."""
        is_question = (
            request.method == hdrs.METH_OPTIONS
            and request.headers.get(hdrs.ORIGIN, "") in self.origins
            and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
        )
        if not is_question:
            return None
        methods = _ANY_METHOD if self.token is not None else "GET, HEAD"
        headers = {
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: methods,
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Authorization, Content-Type, If-None-Match,"
            " Last-Event-ID",
            hdrs.ACCESS_CONTROL_MAX_AGE: "600",
        }
        return web.Response(status=204, headers=headers)


def is_feed(path: str) -> bool:
    """Whether this is the address of a feed of ours."""
    return path.startswith("/feeds/")


def is_same(given: str, token: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def own_names(bind: str, public_url: str) -> frozenset[str] | None:
    """The names under which a server on loopback is asked; None where it is bound elsewhere."""
    host = bind.rpartition(":")[0].strip("[]")
    if not _is_loopback(host):
        return None
    public = urlsplit(public_url).hostname or ""
    return frozenset({"localhost", "127.0.0.1", "::1", host.lower(), public} - {""})


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _name_of(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0].strip("[").lower()
    return host.partition(":")[0].lower().rstrip(".")
