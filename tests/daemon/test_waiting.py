"""When to poll, from end to end: a real server, real workers, a real database."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from aiohttp import web
from typing_extensions import override

from daemon.cadence import audit_due
from daemon.cadence.audit import DISTRUST, ONE_IN, draw
from daemon.holds import Holds
from daemon.steering import Steering, price_so_far
from storage.holds import held_hosts
from storage.values import FeedState, NextPoll, Outcome
from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.daemon.pages import BRIDGE_ITEM, FERRY_ITEM, Item, Page, rss
from tests.samples import NOON
from tests.sql import ask, one

MINUTE = timedelta(minutes=1)


class Liar(Page):
    """Answers 304 to every conditional request, whatever has become of its body."""

    @override
    async def answer(self, request: web.Request) -> web.Response:
        if "If-None-Match" not in request.headers:
            return await super().answer(request)
        self.requests.append(request)
        return web.Response(status=304)


def audited_after(feed_id: int) -> datetime:
    """An instant such that the poll after one made then is an audit."""
    times = (NOON + MINUTE * n for n in range(10_000))
    return next(at for at in times if draw(feed_id, at) < 1 / ONE_IN)


async def polled_before_an_audit(bench: Bench, page: Page, serve: Serve) -> str:
    page.body = rss([BRIDGE_ITEM])
    url = await serve(page.answer)
    (feed,) = await bench.follow(url)
    await bench.poll(url)
    bench.now = audited_after(feed.id)
    await bench.poll(url)
    assert audit_due(await bench.read(url))
    page.body = rss([FERRY_ITEM, BRIDGE_ITEM])
    return url


async def test_a_body_that_changed_behind_a_304_is_found_and_ends_our_trust(
    bench: Bench, serve: Serve
) -> None:
    page = Liar()
    url = await polled_before_an_audit(bench, page, serve)

    (found,) = await bench.poll(url)
    asked = bench.now - MINUTE
    await bench.poll(url)

    assert (found.poll.outcome, found.poll.created) == (Outcome.STORED, 1)
    assert (await bench.read(url)).distrusted_until == asked + DISTRUST
    assert "If-None-Match" not in page.requests[-1].headers


async def test_an_honest_server_keeps_our_trust_at_an_audit(bench: Bench, serve: Serve) -> None:
    page = Page()
    url = await polled_before_an_audit(bench, page, serve)

    (found,) = await bench.poll(url)

    assert found.poll.created == 1
    assert (await bench.read(url)).distrusted_until is None


@pytest.mark.threat("F9")
async def test_a_document_that_rolled_over_leaves_a_gap_and_a_shorter_wait(
    bench: Bench, serve: Serve
) -> None:
    notices = [Item(f"n{n}", f"Notice number {n}", f"{n} notices so far.") for n in range(20)]
    page = Page(rss(notices))
    url = await serve(page.answer)
    (feed,) = await bench.follow(url)
    await bench.poll(url)
    page.body = rss([FERRY_ITEM])
    bench.now = NOON + MINUTE * 12
    bench.keeper = replace(bench.keeper, price=1e9)

    await bench.poll(url)

    after = await bench.read(url)
    assert after.plan is not None
    assert (after.plan.reason, after.interval) == (NextPoll.GAP, MINUTE * 6)
    assert await one(bench.database, "SELECT feed_id FROM newsd_gap_v1") == feed.id
    assert await ask(bench.database, "SELECT next_poll_reason FROM newsd_feed_health_v1") == [
        ("items_were_lost",)
    ]


async def test_an_edited_entry_makes_no_gap(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    page.body = rss([BRIDGE_ITEM]).replace(b"reopens", b"opens")
    await bench.poll(url)
    assert await one(bench.database, "SELECT count(*) FROM newsd_gap_v1") == 0


@pytest.mark.threat("C4", "C7")
async def test_429_holds_the_host_and_503_only_the_feed(bench: Bench, serve: Serve) -> None:
    page = Page(b"", etag=False, **{"Retry-After": "7200"})
    url = await serve(page.answer)
    await bench.follow(url)
    page.status = 503
    (late,) = await bench.poll(url)
    page.status = 429
    (busy,) = await bench.poll(url)

    holds = Holds({})
    holds.note(late)
    assert holds.until(url, NOON) is None
    holds.note(busy)
    until = NOON + MINUTE * 121
    assert holds.until(f"{url}/other", NOON) == until
    assert holds.until(url, until) is None
    async with bench.database.reading() as tx:
        assert set((await held_hosts(tx, now=NOON)).values()) == {until}
    feed = await bench.read(url)
    assert (feed.state, feed.plan and feed.plan.reason) == (
        FeedState.DEGRADED,
        NextPoll.RETRY_AFTER,
    )


async def test_a_cron_job_goes_on_from_the_price_that_the_service_found(
    bench: Bench, serve: Serve
) -> None:
    url = await serve(Page(rss([BRIDGE_ITEM])).answer)
    await bench.follow(url)
    pace = bench.keeper.pace
    steering = Steering(await price_so_far(bench.database, pace, NOON))
    begun = steering.price.mu
    for report in (await bench.poll(url)) * 5:
        steering.observe(report)

    await steering.steer(bench.database, pace, NOON + MINUTE, 1)

    assert steering.price.mu > begun
    later = NOON + MINUTE * 9
    assert (await price_so_far(bench.database, pace, later)).mu == steering.price.mu
    stale = await price_so_far(bench.database, pace, NOON + timedelta(days=3))
    assert (stale.mu, stale.requests) == (steering.price.mu, pace.requests_per_day)
