"""Addresses that hold the address of another page: redirectors, link checkers, AMP caches."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

# Host and path, as a pattern -> the parameters of which one holds the address.
_BY_PARAMETER = {
    r"(?:www\.)?google\.[a-z.]{2,6}/url": "url q",
    r"news\.google\.[a-z.]{2,6}/news/url": "url",
    r"(?:l|lm|www)\.facebook\.com/l\.php|l\.instagram\.com/?": "u",
    r"(?:www\.)?bing\.com/(?:news/)?apiclick\.aspx": "url",
    r"t\.umblr\.com/redirect": "z",
    r"slack-redir\.net/link|exit\.sc/?|out\.reddit\.com/.*": "url",
    r"[\w.]*safelinks\.protection\.outlook\.com/.*": "url",
    r"(?:www\.)?youtube\.com/redirect": "q",
    r"(?:www\.|m\.)?vk\.com/away\.php": "to",
    r"(?:www\.)?linkedin\.com/(?:redir/redirect|safety/go)": "url",
    r"(?:html\.|www\.)?duckduckgo\.com/l/": "uddg",
    r"go\.redirectingat\.com/?|(?:www\.)?flipboard\.com/redirect|getpocket\.com/redirect": "url",
    r"redirect\.viglink\.com/?": "u",
    r"click\.linksynergy\.com/.*": "murl",
    r"(?:www\.)?shareasale\.com/r\.cfm": "urllink",
    r"(?:www\.)?awin1\.com/cread\.php": "ued p",
    r"steamcommunity\.com/linkfilter/?": "url u",
    r"(?:www\.)?disq\.us/url|disq\.us/": "url",
}
_KNOWN = re.compile("|".join(f"(?:{place})" for place in _BY_PARAMETER), re.IGNORECASE)
_PLACES = [(re.compile(p, re.IGNORECASE), names.split()) for p, names in _BY_PARAMETER.items()]

_AMP_CACHE = re.compile(
    r"https?://(?:(?:www\.)?(?:google\.[a-z.]{2,6}|bing\.com)/amp/|"
    r"[\w-]+\.(?:cdn\.ampproject\.org|bing-amp\.com)/(?:wp/)?[cv]/)(s/)?([^/]+\.[^/]+.*)",
    re.IGNORECASE,
)
_PROOFPOINT = re.compile(r"https?://urldefense\.(?:com|us)/v3/__(.+?)__;.*", re.IGNORECASE)
_PROOFPOINT_2 = re.compile(
    r"https?://urldefense\.proofpoint\.com/v2/url\?(?:.*&)?u=([^&]+).*", re.IGNORECASE
)
_IN_PATH = re.compile(
    r"https?://(?:(?:rd|us\.rd|r\.search)\.yahoo\.com/.*?/?RU=([^/]+)(?:/.*)?|"
    r"(?:www\.)?(?:href\.li|anonym\.to)/\?(.+))",
    re.IGNORECASE,
)
# Every place above has one of these in its host.
_IN_HOSTS = """
google facebook instagram bing bing-amp ampproject umblr slack-redir exit reddit outlook youtube vk
linkedin duckduckgo redirectingat flipboard getpocket viglink linksynergy shareasale awin1
steamcommunity disq urldefense yahoo href anonym
"""
_LABELS = frozenset(_IN_HOSTS.split())


def target_of(url: str) -> str | None:
    """The address that `url` leads to, if its host is a known redirector and the address says it.

    Not all that it may hold is an address: whoever asks must look.
    """
    if _LABELS.isdisjoint((urlsplit(url).hostname or "").split(".")):
        return None
    if match := _AMP_CACHE.fullmatch(url):
        return f"http{'s' if match[1] else ''}://{match[2]}"
    if match := _PROOFPOINT.fullmatch(url):
        # link checkers squeeze the slashes
        return re.sub(r"^(https?):/+", r"\1://", match[1])
    if match := _PROOFPOINT_2.fullmatch(url):
        return unquote(match[1].replace("-", "%").replace("_", "/"))
    if match := _IN_PATH.fullmatch(url):
        return unquote(match[1] or match[2])
    return _parameter(url)


def _parameter(url: str) -> str | None:
    parts = urlsplit(url)
    place = f"{parts.hostname}{parts.path}"
    if not parts.query or not _KNOWN.fullmatch(place):
        return None
    names = next(names for known, names in _PLACES if known.fullmatch(place))
    query = parse_qs(parts.query)
    target = next((query[name][0] for name in names if name in query), None)
    # encoded twice by some
    return unquote(target) if target and "://" not in target else target
