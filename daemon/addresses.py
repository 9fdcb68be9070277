"""Which addresses can be followed at all: said before anything is stored."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from daemon.credentials import without_credentials
from daemon.errors import UsageError
from daemon.fetch.guard import Network, is_allowed, literal
from daemon.opml import is_web

LONGEST_URL = 2000


def check_address(url: str, allow_networks: Sequence[Network]) -> None:
    """Raise `UsageError` for an address that could never be polled."""
    shown = without_credentials(url)
    if not is_web(url):
        raise UsageError(f"{shown!r} is not an http:// or https:// address")
    if len(url) > LONGEST_URL:
        raise UsageError(f"{shown[:60]!r}... is longer than {LONGEST_URL} characters")
    host = urlsplit(url).hostname or ""
    address = literal(host)
    # what a name leads to is judged at each connection
    if address is not None and not is_allowed(address, allow_networks):
        raise UsageError(
            f"{host} is not a public address; fetch.allow_networks in newsd.toml may allow it"
        )
