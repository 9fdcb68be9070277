"""The demo site has the variety, and the troubles, of the real ones."""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from lxml import etree

from daemon.demo import Site, demo_site
from daemon.demo.formats import render
from daemon.demo.stories import Behaviour, Channel, load_edition
from daemon.parse.links import feed_links
from daemon.values import Failed, Fetched, FetchResult, NotModified
from storage.values import Outcome, Validators
from tests.daemon.fetch.servers import fetch
from tests.samples import NOON

EDITION = load_edition(NOON)
CHANNELS = {channel.name: channel for channel in EDITION.channels}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with demo_site(NOON) as running:
        yield running


async def get(site: Site, path: str, etag: str | None = None) -> FetchResult:
    url = next(url for url in site.feeds if url.endswith(path))
    return await fetch(url, validators=Validators(etag=etag))


@pytest.mark.parametrize(
    "channel",
    [c for c in EDITION.channels if c.behaviour in {Behaviour.PLAIN, Behaviour.NEWSLETTER}],
    ids=lambda channel: channel.path,
)
def test_a_sound_feed_is_well_formed(channel: Channel) -> None:
    body, _ = render(channel, EDITION.on(channel, 0))
    if channel.format == "json":
        assert json.loads(body)["items"]
    else:
        assert etree.fromstring(body).xpath("//*[local-name()='item' or local-name()='entry']")


@pytest.mark.parametrize("name", ["valley", "kurier"])
def test_a_broken_feed_is_broken(name: str) -> None:
    body, _ = render(CHANNELS[name], EDITION.on(CHANNELS[name], 0))
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)


@pytest.mark.parametrize(
    ("path", "outcome", "wait"),
    [
        ("closed.rss", Outcome.HTTP_STATUS, None),
        ("busy.rss", Outcome.HTTP_STATUS, timedelta(minutes=2)),
    ],
)
async def test_some_servers_refuse(
    site: Site, path: str, outcome: Outcome, wait: timedelta | None
) -> None:
    result = await get(site, path)
    assert isinstance(result, Failed)
    assert (result.outcome, result.retry_after) == (outcome, wait)


async def test_a_feed_that_has_not_changed_says_so(site: Site) -> None:
    first = await get(site, "harbour.rss")
    assert isinstance(first, Fetched)
    assert await get(site, "harbour.rss", first.etag) == NotModified()
    assert site.publish_next()
    assert isinstance(await get(site, "harbour.rss", first.etag), Fetched)


async def test_a_login_page_stands_where_a_feed_was(site: Site) -> None:
    result = await get(site, "portal")
    assert isinstance(result, Fetched)
    assert result.content_type.startswith("text/html")


async def test_the_slow_feed_answers_in_the_end(site: Site) -> None:
    assert isinstance(await get(site, "observer.rss"), Fetched)


def test_an_edit_takes_the_place_of_its_story() -> None:
    before, after = (EDITION.on(CHANNELS["harbour"], wave) for wave in (0, 1))
    assert [s.url for s in before] == [s.url for s in after]
    assert {s.id for s in after} - {s.id for s in before} == {"bridge-2"}


def test_a_copy_has_the_same_words_and_another_address() -> None:
    (original,) = [s for s in EDITION.on(CHANNELS["harbour"], 0) if s.id == "bridge"]
    (copy,) = [s for s in EDITION.on(CHANNELS["wire"], 0) if s.id == "bridge"]
    assert copy.paragraphs == original.paragraphs
    assert copy.url != original.url


def test_news_comes_in_waves_until_there_is_none() -> None:
    site = Site(EDITION)
    assert [site.publish_next() for _ in range(EDITION.last_wave() + 1)] == [True] * 3 + [False]


@pytest.mark.parametrize("now", [NOON, NOON + timedelta(days=400)])
def test_no_story_is_from_the_future(now: datetime) -> None:
    assert all(story.published <= now for story in load_edition(now).stories)


async def test_the_front_page_names_every_feed(site: Site) -> None:
    page = await fetch(site.feeds[0].rpartition("/")[0] + "/")
    assert isinstance(page, Fetched)
    assert set(feed_links(page)) == set(site.feeds)
