"""One spelling for one address, so that a feed is followed once. No input or output."""

from urllib.parse import urlsplit, urlunsplit

_USUAL_PORTS = {"http": 80, "https": 443}


def one_address(url: str) -> str:
    """The address as it is stored; spellings that RFC 3986 (6.2.2.1, 6.2.3) calls equal share it.

    Scheme and host in lower case, no usual port, no fragment, `/` for no path. The path and the
    query stay as they are: only their server knows what in them is equal. What is no http(s)
    address comes back unchanged.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if parts.scheme not in _USUAL_PORTS or not parts.hostname:
        return url
    account, at, _ = parts.netloc.rpartition("@")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = "" if port in {None, _USUAL_PORTS[parts.scheme]} else f":{port}"
    netloc = f"{account}{at}{host}{shown}"
    plain = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    return plain + "?" if not parts.query and url.partition("#")[0].endswith("?") else plain


def is_same_origin(url: str, other: str) -> bool:
    """Whether what is meant for the server of one address may be told that of the other.

    Both as `one_address` writes them (RFC 6454, 4: scheme, host and port).
    """
    one, two = urlsplit(url), urlsplit(other)
    hosts = (parts.netloc.rpartition("@")[2] for parts in (one, two))
    return one.scheme == two.scheme and len(set(hosts)) == 1


def other_scheme(url: str) -> str:
    """The same address by `https` instead of `http`, or the other way round; others unchanged."""
    scheme, colon, rest = url.partition(":")
    other = {"http": "https", "https": "http"}.get(scheme, scheme)
    return f"{other}{colon}{rest}"
