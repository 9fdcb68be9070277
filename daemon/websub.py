"""Be told of news instead of asking for it (W3C WebSub): subscribe to hubs, believe only them.

A ping is never trusted for its content: it brings the feed's next poll forward, and nothing else.
Polling goes on as the safety net.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from daemon.clock import Clock
from daemon.fetch import Fetcher
from daemon.values import HubLinks
from storage.database import Database
from storage.feeds import poll_soon
from storage.values import HubState, HubSubscription
from storage.websub import (
    due_subscriptions,
    find_subscription,
    save_subscription,
    subscription_of,
)

RENEWAL = timedelta(minutes=1)
"""How often leases are looked at."""
LEASE = timedelta(days=10)
"""What we ask for; the hub decides (WebSub, 5.1)."""
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=30)
"""A lease the hub grants is believed between these."""
UNANSWERED = timedelta(hours=1)
"""A request the hub has not verified by then is made again."""
REFUSED = timedelta(days=1)
"""A hub that refuses is asked again after this."""
AT_ONCE = 20
SECRET_BYTES = 32
LONGEST_BODY = 1 << 20
"""Bytes of a ping that are read; a larger one counts as unsigned."""

_METHODS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
# Old hubs sign with SHA-1 and let nobody choose; a forged ping would only cost a poll.
_METHODS["sha1"] = hashlib.sha1

log = structlog.get_logger()


class Subscriber:
    """Keeps our subscriptions at the hubs of the feeds we follow, and hears their pings."""

    def __init__(
        self, database: Database, clock: Clock, public_url: str, hasten: Callable[[int], None]
    ) -> None:
        """`public_url` is where hubs reach this process; `hasten` brings a feed's poll forward."""
        self._database = database
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._hasten = hasten
        self._noted: dict[int, HubLinks] = {}

    def note(self, feed_id: int, links: HubLinks) -> None:
        """Remember the hub that a feed's document names, for the next `renew`."""
        self._noted[feed_id] = links

    async def renew(self, fetcher: Fetcher, shards: Collection[int] | None) -> None:
        """Ask the hubs of all subscriptions that are new or about to end."""
        noted, now = dict(self._noted), self._clock()
        async with self._database.writing() as tx:
            for feed_id, links in noted.items():
                held = await subscription_of(tx, feed_id)
                if held is None or (held.hub, held.topic) != (links.hub, links.topic):
                    await save_subscription(tx, _fresh(feed_id, links, now))
            due = await due_subscriptions(tx, before=now, shards=shards, limit=AT_ONCE)
        # only what is committed is done with
        self._noted = {i: links for i, links in self._noted.items() if noted.get(i) != links}
        for subscription in due:
            await self._ask(fetcher, subscription, now)

    async def _ask(self, fetcher: Fetcher, wanted: HubSubscription, now: datetime) -> None:
        # before it is asked: a hub may verify before it answers
        await self._save(replace(wanted, next_at=now + UNANSWERED))
        refusal = await fetcher.tell(wanted.hub, _request(wanted, self._public_url))
        if refusal is not None:
            log.warning("hub_refused", feed_id=wanted.feed_id, error=refusal.detail)
            await self._save(replace(wanted, state=HubState.DENIED, next_at=now + REFUSED))

    async def _save(self, subscription: HubSubscription) -> None:
        async with self._database.writing() as tx:
            await save_subscription(tx, subscription)

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """What to answer a hub that asks whether we meant it; None: we did not (WebSub, 5.3)."""
        async with self._database.writing() as tx:
            held = await find_subscription(tx, token)
            if held is None or query.get("hub.topic") != held.topic:
                return None
            if query.get("hub.mode") == "denied":
                denied = replace(held, state=HubState.DENIED, next_at=self._clock() + REFUSED)
                await save_subscription(tx, denied)
                return ""
            if query.get("hub.mode") != "subscribe" or not query.get("hub.challenge"):
                return None
            await save_subscription(tx, _granted(held, query, self._clock()))
        return query["hub.challenge"]

    async def pinged(self, token: str, signature: str, body: bytes) -> None:
        """Bring the feed's poll forward, if it is its hub that says so and signed it."""
        async with self._database.writing() as tx:
            held = await find_subscription(tx, token)
            if held is None or not is_signed(held.secret, signature, body):
                log.warning("ping_refused", feed_id=held.feed_id if held else None)
                return
            # the feed may be another replica's, which looks here for what is due
            await poll_soon(tx, held.feed_id, now=self._clock())
        self._hasten(held.feed_id)


def is_signed(secret: str, signature: str, body: bytes) -> bool:
    """Whether `signature` (`sha256=...`) is that of `body`; compared in constant time."""
    method, _, digest = signature.partition("=")
    make = _METHODS.get(method.strip().lower())
    if make is None or len(body) > LONGEST_BODY:
        return False
    expected = hmac.new(secret.encode(), body, make).hexdigest()
    return hmac.compare_digest(expected.encode(), digest.strip().lower().encode())


def _fresh(feed_id: int, links: HubLinks, now: datetime) -> HubSubscription:
    return HubSubscription(
        feed_id=feed_id,
        hub=links.hub,
        topic=links.topic,
        token=secrets.token_urlsafe(SECRET_BYTES),
        secret=secrets.token_urlsafe(SECRET_BYTES),
        state=HubState.WANTED,
        next_at=now,
    )


def _request(wanted: HubSubscription, public_url: str) -> dict[str, str]:
    return {
        "hub.mode": "subscribe",
        "hub.topic": wanted.topic,
        "hub.callback": f"{public_url}/websub/{wanted.token}",
        "hub.secret": wanted.secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }


def _granted(held: HubSubscription, query: Mapping[str, str], now: datetime) -> HubSubscription:
    """Active for the lease the hub gives, within reason; renewed when nine tenths are over."""
    given = query.get("hub.lease_seconds", "")
    seconds = int(given) if given.isdecimal() and len(given) < 12 else LEASE.total_seconds()
    lease = min(max(timedelta(seconds=seconds), SHORTEST), LONGEST)
    return replace(held, state=HubState.ACTIVE, expires_at=now + lease, next_at=now + lease * 0.9)
