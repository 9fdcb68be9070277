"""Which sitemaps of an index are looked at, and in which order. No input or output."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from daemon.errors import NotAFeedError
from daemon.normalise.dates import parse_date
from daemon.normalise.url import absolute_url, site_of
from daemon.values import Listed, ParsedFeed
from storage.values import Precision

_NEVER = datetime.min.replace(tzinfo=UTC)


def own_sitemaps(parsed: ParsedFeed) -> tuple[Listed, ...]:
    """The sitemaps of an index that belong to its site, newest first, then those named for news.

    Raises `NotAFeedError` for an index that leads nowhere.
    """
    own = [_dated(s, url) for s in parsed.sitemaps if (url := _on_site(s.url, parsed.url))]
    if parsed.sitemaps and not own:
        raise NotAFeedError("a sitemap index that names no sitemap of its own site")
    return tuple(
        sorted(own, key=lambda s: (s.changed or _NEVER, "news" in s.url.lower()), reverse=True)
    )


def _on_site(address: str, index: str) -> str | None:
    """The address in full, if it is of the index's own site."""
    url = absolute_url(address, index)
    hosts = [urlsplit(one).hostname or "" for one in (url or "", index)]
    sites = [site_of(host) or host for host in hosts]
    return url if sites[0] == sites[1] else None


def _dated(sitemap: Listed, url: str) -> Listed:
    stated = parse_date(sitemap.stated or "")
    if stated is None:
        return replace(sitemap, url=url)
    is_exact = stated.precision in {Precision.SECOND, Precision.MINUTE}
    changed = stated.at if is_exact else stated.at + timedelta(days=1)
    return replace(sitemap, url=url, changed=changed, is_exact=is_exact)
