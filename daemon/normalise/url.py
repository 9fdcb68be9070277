"""Addresses: made absolute, and brought to one spelling so that one page has one.

The rules are our own. They never join two pages: a parameter goes only when it is known to be
for counting visitors, and `id=1` stays different from `id=2`.
"""

import re
from functools import cache, lru_cache
from urllib.parse import parse_qs, unquote, urljoin, urlsplit, urlunsplit

from publicsuffixlist import PublicSuffixList

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

_TRACKING = re.compile(
    r"utm_\w+|utm|at_(?:medium|campaign|link\w*|custom\d|format|bbc_team|ptr_name|creation)|"
    r"(?:mtm|pk|piwik|matomo|hsa|oly|ns)_\w+|wt[._]\w+|_hs\w+|__hs\w+|"
    r"(?:fb|g|dc|ms|y|tw|tt|wb|gb|sc|qc)?(?:clid|raid)|gclsrc|gad_source|gad_campaignid|srsltid|"
    r"igshid|igsh|li_fat_id|mkt_tok|mc_[ce]id|vero_(?:id|conv)|epik|ito|xtor|spm|smid|smtyp|"
    r"ocid|ncid|cmpid|s_cid|soc_(?:src|trk)|guccounter|guce_\w+|taid|tblci|dicbo|"
    r"ref_?src|ref_?url|referrer|__twitter_impression|__tn__|"
    r"jsessionid|phpsessid|aspsessionid\w*|sessionid|session_id",
    re.IGNORECASE,
)
# Names that may mean something; gone only with a value that shows they do not.
_BY_VALUE = re.compile(
    r"(?:ref|source|src|from|feature|partner|cmp|mod|via|medium|campaign|rss|ftag|traffic_source)="
    r"(?:rss\w*|feed\w*|atom|twitter|facebook|fb|linkedin|whatsapp|telegram|email|newsletter|"
    r"social\w*|share\w*|(?:home|front)page|hp|sm|yahoo|google\w*|flipboard|applenews|\d?)|"
    r"amp(?:=(?:1|true)?)?|outputtype=amp|sid=[0-9a-f]{16,}",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
# an article's address has a long or numbered last part; `/topics/amp` is a page about AMP
_AMP_PATH = re.compile(r"(/(?:[^/]{15,}|[^/]*\d[^/]*))(?:/amp/?|\.amp)$|\.amp(?=\.html?$)")


@lru_cache(maxsize=8192)
def canonical_url(url: str) -> str:
    """The one spelling of an absolute http(s) address; idempotent.

    Lower-case scheme and host, no default port, dot segments resolved, percent-encoding made one,
    visitor counting, sessions and fragments gone, query sorted, AMP and redirectors unwrapped.
    """
    for _ in range(4):
        inner = _unwrapped(url)
        if inner is None:
            break
        url = inner
    parts = urlsplit(url)
    path = _path(parts.path)
    query = "&".join(sorted(_kept(parts.query)))
    fragment = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit((parts.scheme.lower(), _netloc(url), path, query, _encoded(fragment)))


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
    port = parts.port
    return host if port in {None, _DEFAULT_PORTS.get(parts.scheme.lower())} else f"{host}:{port}"


def _path(path: str) -> str:
    path = _SESSION.sub("", _encoded(path))
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            segments = segments[:-1]
        elif segment != ".":
            segments.append(segment)
    trailing = "/" if path.endswith(("/.", "/..")) else ""
    joined = "/" + "/".join(segments) + trailing
    joined = _INDEX.sub("/", re.sub("/{2,}", "/", joined))
    return _AMP_PATH.sub(lambda match: match[1] or "", joined)


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


def _kept(query: str) -> list[str]:
    """The parameters that say which page it is."""
    pairs = [_encoded(pair) for pair in query.split("&") if pair]
    return [
        pair
        for pair in pairs
        if not _TRACKING.fullmatch(pair.partition("=")[0]) and not _BY_VALUE.fullmatch(pair)
    ]


# ---------------------------------------------------------------- addresses inside addresses

_REDIRECTORS = {
    "google": (re.compile(r"(?:www\.)?google\.[a-z.]{2,6}/url"), ("url", "q")),
    "facebook": (re.compile(r"lm?\.facebook\.com/l\.php"), ("u",)),
    "bing": (re.compile(r"www\.bing\.com/news/apiclick\.aspx"), ("url",)),
    "tumblr": (re.compile(r"t\.umblr\.com/redirect"), ("z",)),
    "slack": (re.compile(r"slack-redir\.net/link"), ("url",)),
    "outlook": (re.compile(r"[\w.]*safelinks\.protection\.outlook\.com/?"), ("url",)),
    "yahoo": (re.compile(r"(?:rd|us\.rd|r\.search)\.yahoo\.com/.*"), ("RU",)),
}
_AMP_CACHE = re.compile(
    r"https?://(?:(?:www\.)?google\.[a-z.]{2,6}/amp/|[\w-]+\.cdn\.ampproject\.org/[cv]/)(s/)?(.+)",
    re.IGNORECASE,
)


def _unwrapped(url: str) -> str | None:
    """The page that a redirector or an AMP cache leads to, if the address says which."""
    if match := _AMP_CACHE.fullmatch(url):
        return absolute_url(f"http{'s' if match[1] else ''}://{match[2]}")
    parts = urlsplit(url)
    place = f"{parts.hostname}{parts.path}"
    for pattern, names in _REDIRECTORS.values():
        if pattern.fullmatch(place):
            query = parse_qs(parts.query)
            target = next((query[name][0] for name in names if name in query), "")
            return absolute_url(target) or absolute_url(unquote(target))
    return None


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
