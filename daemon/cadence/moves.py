"""Permanent redirects: when to believe that a feed has moved, and ask at its new address only."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import SplitResult, urlsplit

from daemon.values import Failed, Gathered
from storage.values import Feed, Move

CONFIRMATIONS = 3
"""Polls in a row that must be led to the same address: a redirect may be a mistake, or a theft."""
WINDOW = timedelta(hours=24)
"""The time these polls must span."""
_DEFAULT_PORTS = {"http": 80, "https": 443}


def confirmed_move(gathered: Gathered) -> Move | None:
    """The move as it stands after this poll; None: the poll did not confirm any.

    A 304 confirms a move, and does not begin one: only a document shows that a feed is there.
    """
    to, held = gathered.moved_to, gathered.feed.move
    if to is None or isinstance(gathered.news, Failed):
        return None
    if held is not None and held.to == to:
        return replace(held, polls=held.polls + 1)
    if gathered.http_status == HTTPStatus.NOT_MODIFIED:
        return None
    return Move(to, gathered.started_at)


def is_move_certain(feed: Feed) -> bool:
    """Whether the feed, as its last poll left it, shall be asked at its new address from now on.

    At once where only `http` became `https`: who can redirect there answers for that host.
    """
    move = feed.move
    if move is None or feed.last_poll_at is None:
        return False
    if _is_upgrade(urlsplit(feed.url), urlsplit(move.to)):
        return True
    return move.polls >= CONFIRMATIONS and feed.last_poll_at - move.since >= WINDOW


def _is_upgrade(old: SplitResult, new: SplitResult) -> bool:
    """Whether the two differ in the scheme only."""
    return (old.scheme, new.scheme) == ("http", "https") and _place(old) == _place(new)


def _place(url: SplitResult) -> tuple[str | None, bool, str, str]:
    is_usual = url.port in {None, _DEFAULT_PORTS[url.scheme]}
    return url.hostname, is_usual, url.path or "/", url.query
