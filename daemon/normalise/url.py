"""Addresses: made absolute, and brought to one spelling so that one page has one.

The rules are our own. They never join two pages: a parameter goes only when it is known to be
for counting visitors (`daemon.normalise.tracking`), and `id=1` stays different from `id=2`.
"""

import re
from functools import cache, lru_cache
from urllib.parse import urljoin, urlsplit, urlunsplit

from publicsuffixlist import PublicSuffixList

from daemon.normalise.redirectors import target_of
from daemon.normalise.tracking import is_tracking

LONGEST = 4000
"""Characters; an address longer than this is not kept."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=1024)  # most entries share their base, and some state a link twice
def absolute_url(link: str | None, base: str = "") -> str | None:
    """`link` as an absolute http(s) address, or None if it is anything else."""
    if not link:
        return None
    try:
        # a browser drops these characters before it reads an address
        link = link.replace("\t", "").replace("\r", "").replace("\n", "").strip()
        joined = link if _SCHEME.match(link) else urljoin(base, link)
        parts = urlsplit(joined)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host or not _HOST.fullmatch(host):
        return None
    if not host.strip("."):
        return None
    url = urlunsplit(parts)
    return _printable(url) if len(url) <= LONGEST else None


_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
# letters, digits, dots and hyphens of any script, or an IPv6 literal
_HOST = re.compile(r"[\w.-]+|[0-9a-fA-F:.]+")
_UNPRINTABLE = re.compile(
    r"[\x00-\x20\x7f-\x9f\ud800-\udfff\"<>\\^`{|}\u200b-\u200f\u2028-\u202e]"
)


def _printable(url: str) -> str:
    return _UNPRINTABLE.sub(
        lambda match: "".join(f"%{b:02X}" for b in match[0].encode("utf-8", "replace")), url
    )


# ---------------------------------------------------------------- canonical spelling

_ESCAPED = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# What a server shows for a folder; `default.html` may well be a page of its own.
_INDEX = re.compile(r"/(?:index\.(?:html?|php)|default\.aspx?)$", re.IGNORECASE)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*|/\(S\(\w{16,}\)\)", re.IGNORECASE)
# An article's address has a long or numbered last part; `/topics/amp` is a page about AMP, and
# `/amp/` a section where guitars are sold.
_NAMED = r"[^/]{15,}|[^/]*\d[^/]*"
_AMP_AFTER = re.compile(rf"(/(?:{_NAMED}))(?:/amp/?|\.amp)$|\.amp(?=\.html?$)")
_AMP_BEFORE = re.compile(rf"/amp(?=(?:/[^/]+)*/(?:{_NAMED})/?$)")
# an address inside an address keeps its two
_SLASHES = re.compile("(?<!:)/{2,}")
_VARIANT = re.compile(r"^(?:(?:m|mobile|amp)\.)+(?=[^.]+\.)")
_INNER_VARIANT = re.compile(r"(?<=^[a-z]{2}\.)m\.(?=[^.]+\.)")


@lru_cache(maxsize=8192)
def canonical_url(url: str) -> str:
    """The one spelling of an absolute http(s) address; idempotent.

    Lower-case scheme and host, no default port, no host for small screens, dot segments resolved,
    percent-encoding made one, visitor counting, sessions and fragments gone, query sorted by name,
    AMP and redirectors unwrapped. It may need not answer: it is a name, `Article.url` a way.
    """
    spelled = _spelled(url)
    while inner := absolute_url(target_of(url)) or absolute_url(target_of(spelled)):
        url, spelled = inner, _spelled(inner)  # which is always shorter
    return spelled


def _spelled(url: str) -> str:
    parts = urlsplit(url)
    netloc = _netloc(url)
    query = "&".join(_kept(netloc, parts.query))
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme.lower(), netloc, _path(parts.path), query, _encoded(fragment)))


def _netloc(url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:  # no name that DNS could hold; keep what was written
            host = host.casefold()
    if ":" in host:
        host = f"[{host}]"
    elif host.startswith(("m.", "mobile.", "amp.")) or ".m." in host:
        host = _full_site(host)
    port = parts.port
    return host if port in {None, _DEFAULT_PORTS.get(parts.scheme.lower())} else f"{host}:{port}"


def _full_site(host: str) -> str:
    """The host whose variant for small screens this is; the same when it is none (`m.co.uk`)."""
    full = _VARIANT.sub("", _INNER_VARIANT.sub("", host))
    return full if site_of(full) else host


def _path(path: str) -> str:
    path = _SESSION.sub("", _encoded(path))
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            segments = segments[:-1]
        elif segment != ".":
            segments.append(segment)
    trailing = "/" if path.endswith(("/.", "/..")) else ""
    joined = _SLASHES.sub("/", "/" + "/".join(segments) + trailing)
    while (plainer := _plainer(joined)) != joined:
        joined = plainer
    return joined


def _plainer(path: str) -> str:
    """Without the name of a folder's index, and without the mark of an AMP page."""
    path = _INDEX.sub("/", path)
    if "amp" in path:
        path = _AMP_AFTER.sub(lambda match: match[1] or "", path)
        path = _AMP_BEFORE.sub("", path, count=1) if path.startswith("/amp/") else path
    return path


def _encoded(text: str) -> str:
    """Percent-encoding in one spelling: only what needs it, in capitals (RFC 3986, 6.2.2)."""
    if "%" in text:
        text = _ESCAPED.sub(_escape, text)
    if text.isascii():
        return text
    return "".join(
        c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode("utf-8", "replace"))
        for c in text
    )


def _escape(match: re.Match[str]) -> str:
    byte = int(match[1], 16)
    return chr(byte) if byte in _UNRESERVED else match[0].upper()


def _kept(host: str, query: str) -> list[str]:
    """The parameters that say which page it is, by name; those of one name in their order."""
    if not query:
        return []
    pairs = [_encoded(pair).replace("%20", "+") for pair in query.split("&") if pair]
    kept = [pair for pair in pairs if not is_tracking(host, pair)]
    return sorted(kept, key=lambda pair: pair.partition("=")[0])


# ---------------------------------------------------------------- whose address it is


@cache
def load_suffixes() -> PublicSuffixList:
    """The Public Suffix List; reading it takes 0.1 s that a round without news need not pay."""
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def site_of(host: str) -> str | None:
    """The registrable domain of a host (`news.example.co.uk` -> `example.co.uk`).

    None for an address literal, a single label or a public suffix.
    """
    if ":" in host or host.replace(".", "").isdecimal():
        return None
    site: str | None = load_suffixes().privatesuffix(host)
    return site
