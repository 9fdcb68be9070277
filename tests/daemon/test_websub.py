"""Subscriptions with a real hub on loopback: asked, verified, believed, renewed."""

import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from daemon.fetch import Fetcher, open_session
from daemon.metrics import Metrics
from daemon.settings import HttpSettings
from daemon.values import HubLinks
from daemon.web import Readiness, serve
from daemon.websub import LONGEST_BODY, Subscriber, is_signed
from storage.database import Database
from storage.values import HubState
from storage.websub import subscription_of
from tests.daemon.conftest import LOOPBACK
from tests.daemon.test_keep import feed_at
from tests.samples import NOON

TOPIC = "https://news.example/feed"


def signed(secret: str, body: bytes, method: str = "sha256") -> str:
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_ping_of_the_hub_is_believed(method: str) -> None:
    assert is_signed("s", signed("s", b"news", method), b"news")


@pytest.mark.threat("G8")
@pytest.mark.parametrize(
    ("signature", "body"),
    [
        pytest.param("", b"news", id="none"),
        pytest.param(signed("other", b"news"), b"news", id="another secret"),
        pytest.param(signed("s", b"news"), b"lies", id="another body"),
        pytest.param(signed("s", b"news").replace("sha256", "md5"), b"news", id="another method"),
        pytest.param("sha256=ünsinn", b"news", id="no digest"),
        pytest.param(signed("s", b"x" * (LONGEST_BODY + 1)), b"x" * (LONGEST_BODY + 1), id="huge"),
    ],
)
def test_a_forged_ping_is_not(signature: str, body: bytes) -> None:
    assert not is_signed("s", signature, body)


@dataclass
class Hub:
    """A hub that verifies what it is asked, and can ping."""

    asked: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    refuse: bool = False
    topic: str | None = None
    """What it claims to verify, if not what it was asked."""

    async def subscribe(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append(form)
        if self.refuse:
            return web.Response(status=403, text="not here")
        query = {
            "hub.mode": "subscribe",
            "hub.topic": self.topic or form["hub.topic"],
            "hub.challenge": "c0ffee",
            "hub.lease_seconds": "1000",
        }
        async with (
            ClientSession() as session,
            session.get(form["hub.callback"], params=query) as answer,
        ):
            self.answers.append((answer.status, await answer.text()))
        return web.Response(status=202)

    async def ping(self, body: bytes, secret: str | None = None) -> int:
        signature = signed(secret or self.asked[-1]["hub.secret"], body)
        callback = self.asked[-1]["hub.callback"]
        headers = {"X-Hub-Signature": signature}
        async with (
            ClientSession() as session,
            session.post(callback, data=body, headers=headers) as answer,
        ):
            return answer.status


@dataclass
class World:
    """A subscriber behind its pages, a hub, and a clock that a test moves."""

    subscriber: Subscriber
    fetcher: Fetcher
    hub: Hub
    links: HubLinks
    database: Database
    hastened: list[int]
    now: datetime = NOON

    async def renew(self, after: timedelta = timedelta()) -> None:
        self.now += after
        await self.subscriber.renew(self.fetcher, None)


@pytest.fixture
async def world(database: Database, unused_tcp_port: int) -> AsyncIterator[World]:
    hub, hastened = Hub(), list[int]()
    app = web.Application()
    app.router.add_post("/hub", hub.subscribe)
    public = f"http://127.0.0.1:{unused_tcp_port}"
    subscriber = Subscriber(database, lambda: made.now, f"{public}/", hastened.append)

    async def ready() -> Readiness:
        return Readiness(ready=True, database="ok", last_commit_age_s=None,
                         last_success_age_s=None, lag_s=0)  # fmt: skip

    pages = HttpSettings(bind=f"127.0.0.1:{unused_tcp_port}")
    async with (
        TestServer(app, host="127.0.0.1") as server,
        serve(pages, Metrics(), ready, subscriber),
        open_session(LOOPBACK) as session,
    ):
        links = HubLinks(str(server.make_url("/hub")), TOPIC)
        fetcher = Fetcher(session, LOOPBACK)
        made = World(subscriber, fetcher, hub, links, database, hastened)
        yield made


async def test_a_hub_is_asked_verifies_and_is_believed(world: World) -> None:
    feed = await feed_at(world.database)
    world.subscriber.note(feed.id, world.links)
    await world.renew()
    (asked,) = world.hub.asked
    assert (asked["hub.mode"], asked["hub.topic"]) == ("subscribe", TOPIC)
    assert len(asked["hub.secret"]) >= 40
    assert world.hub.answers == [(200, "c0ffee")]
    async with world.database.reading() as tx:
        held = await subscription_of(tx, feed.id)
    assert held is not None
    assert (held.state, held.expires_at) == (HubState.ACTIVE, NOON + timedelta(seconds=1000))

    assert await world.hub.ping(b"news") == 202
    assert world.hastened == [feed.id]


@pytest.mark.threat("G8")
async def test_a_forged_ping_moves_nothing_and_learns_nothing(world: World) -> None:
    feed = await feed_at(world.database)
    world.subscriber.note(feed.id, world.links)
    await world.renew()
    assert await world.hub.ping(b"news", secret="guess") == 202  # noqa: S106  a wrong one
    assert world.hastened == []


async def test_a_lease_is_renewed_before_it_ends_and_not_sooner(world: World) -> None:
    feed = await feed_at(world.database)
    world.subscriber.note(feed.id, world.links)
    await world.renew()
    world.subscriber.note(feed.id, world.links)
    await world.renew(timedelta(seconds=800))
    assert len(world.hub.asked) == 1
    await world.renew(timedelta(seconds=150))
    assert len(world.hub.asked) == 2
    assert world.hub.asked[0]["hub.callback"] == world.hub.asked[1]["hub.callback"]


@pytest.mark.threat("G8")
async def test_a_hub_that_verifies_another_topic_gets_nothing(world: World) -> None:
    feed = await feed_at(world.database)
    world.hub.topic = "https://evil.example/feed"
    world.subscriber.note(feed.id, world.links)
    await world.renew()
    assert [status for status, _ in world.hub.answers] == [404]
    async with world.database.reading() as tx:
        held = await subscription_of(tx, feed.id)
    assert held is not None
    assert held.state is HubState.WANTED


async def test_a_hub_that_refuses_is_left_alone_for_a_day(world: World) -> None:
    feed = await feed_at(world.database)
    world.hub.refuse = True
    world.subscriber.note(feed.id, world.links)
    await world.renew()
    await world.renew(timedelta(hours=23))
    assert len(world.hub.asked) == 1
    await world.renew(timedelta(hours=1))
    assert len(world.hub.asked) == 2


@pytest.mark.threat("G8")
async def test_a_callback_nobody_knows_is_not_there(world: World) -> None:
    feed = await feed_at(world.database)
    world.subscriber.note(feed.id, world.links)
    await world.renew()
    base = world.hub.asked[0]["hub.callback"].rpartition("/")[0]
    async with ClientSession() as session:
        query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "x"}
        async with session.get(f"{base}/guess", params=query) as answer:
            assert answer.status == 404
        huge = BytesIO(b"x" * (2 << 20))
        async with session.post(f"{base}/guess", data=huge) as answer:
            assert answer.status == 413
    assert world.hastened == []
