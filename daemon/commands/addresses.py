"""Which addresses can be followed at all: said before anything is stored."""

from collections.abc import Sequence
from ipaddress import ip_address
from socket import inet_aton, inet_ntoa
from urllib.parse import urlsplit

from daemon.credentials import without_credentials
from daemon.errors import UsageError
from daemon.fetch.guard import Network, is_allowed
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
    try:
        address = ip_address(_as_resolved(host))
    except ValueError:
        return  # a name; what it leads to is judged at each connection
    if not is_allowed(address, allow_networks):
        raise UsageError(
            f"{host} is not a public address; fetch.allow_networks in newsd.toml may allow it"
        )


def _as_resolved(host: str) -> str:
    """`127.1` and `2130706433` are `127.0.0.1` to a resolver (inet_aton)."""
    try:
        return inet_ntoa(inet_aton(host)) if host[-1:].isdigit() else host
    except OSError:
        return host
