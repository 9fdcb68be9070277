"""A poll from end to end: a real server, real workers, a real database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.changes import changes_after
from storage.contract import newest_polls
from storage.database import Database
from storage.values import Change, ChangeKind, FeedState, Outcome, Validators
from tests.conftest import Serve
from tests.daemon.conftest import Bench
from tests.daemon.pages import BRIDGE_ITEM, FERRY_ITEM, Item, Page, rss


async def told(database: Database) -> list[tuple[ChangeKind, int]]:
    async with database.reading() as tx:
        return [(c.kind, c.article_id) for c in await changes_after(tx, 0)]


async def test_new_articles_are_kept_and_announced(bench: Bench, serve: Serve) -> None:
    url = await serve(Page(rss([BRIDGE_ITEM, FERRY_ITEM])))
    await bench.follow(url)

    (report,) = await bench.poll(url)

    assert (report.poll.outcome, report.poll.created) == (Outcome.STORED, 2)
    assert report.delays == (1800.0, 1800.0)
    kinds = [kind for kind, _ in await told(bench.database)]
    assert kinds == [ChangeKind.CREATED, ChangeKind.CREATED]


async def test_nothing_new_writes_nothing_new(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page)
    await bench.follow(url)
    await bench.poll(url)

    (again,) = await bench.poll(url)

    assert (again.poll.outcome, again.poll.http_status) == (Outcome.UNCHANGED, 304)
    assert page.requests[1].headers["If-None-Match"] == f'"{hash(page.body)}"'
    assert len(await told(bench.database)) == 1


async def test_an_equal_body_is_unchanged_without_a_304(bench: Bench, serve: Serve) -> None:
    url = await serve(Page(rss([BRIDGE_ITEM]), etag=False))
    await bench.follow(url)
    await bench.poll(url)

    (again,) = await bench.poll(url)

    assert (again.poll.outcome, again.poll.http_status) == (Outcome.UNCHANGED, 200)
    assert again.poll.items == 0


async def test_known_entries_are_counted_and_not_judged_again(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page)
    await bench.follow(url)
    await bench.poll(url)
    page.body = rss([FERRY_ITEM, BRIDGE_ITEM])

    (report,) = await bench.poll(url)

    poll = report.poll
    assert (poll.items, poll.created, poll.duplicates) == (2, 1, 0)


async def test_an_edit_is_a_revision_of_the_same_article(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page)
    await bench.follow(url)
    await bench.poll(url)
    page.body = rss([replace(BRIDGE_ITEM, title="Harbour bridge closes again")])

    (report,) = await bench.poll(url)

    assert (report.poll.created, report.poll.revised) == (0, 1)
    assert await told(bench.database) == [(ChangeKind.CREATED, 1), (ChangeKind.REVISED, 1)]


async def test_dates_that_change_at_every_poll_make_no_revisions(
    bench: Bench, serve: Serve
) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page)
    await bench.follow(url)
    await bench.poll(url)
    for minute in range(31, 34):
        page.body = rss([replace(BRIDGE_ITEM, date=f"Sat, 18 Oct 2025 11:{minute}:00 GMT")])
        await bench.poll(url)
    assert len(await told(bench.database)) == 1


async def test_one_article_in_two_feeds_is_one_row(bench: Bench, serve: Serve) -> None:
    origin = await serve({"/a": Page(rss([BRIDGE_ITEM])), "/b": Page(rss([BRIDGE_ITEM], "B"))})
    await bench.follow(f"{origin}/a", f"{origin}/b")

    first, second = await bench.poll(f"{origin}/a", f"{origin}/b")

    assert (first.poll.created, second.poll.created, second.poll.duplicates) == (1, 0, 1)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (404, b"", Outcome.HTTP_STATUS),
        (410, b"", Outcome.HTTP_STATUS),
        (429, b"", Outcome.HTTP_STATUS),
        (200, b"<html><title>Sign in</title></html>", Outcome.NOT_A_FEED),
        (200, b"", Outcome.NOT_A_FEED),
        (200, b"x" * (9 << 20), Outcome.TOO_LARGE),
        (200, rss([]), Outcome.EMPTY),
    ],
)
async def test_every_poll_ends_in_one_recorded_outcome(
    bench: Bench, serve: Serve, status: int, body: bytes, outcome: Outcome
) -> None:
    page = Page(body)
    page.status = status
    url = await serve(page)
    (feed,) = await bench.follow(url)

    (report,) = await bench.poll(url)

    async with bench.database.reading() as tx:
        rows = await newest_polls(tx, feed.id, limit=10)
    assert report.poll.outcome is outcome
    assert [row["outcome"] for row in rows] == [outcome]
    assert (rows[0]["error"] is None) is outcome.is_success


async def test_a_failure_keeps_the_validators_and_backs_off(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page)
    await bench.follow(url)
    await bench.poll(url)
    before = await bench.read(url)
    page.status, page.body = 500, b"broken"

    await bench.poll(url)

    after = await bench.read(url)
    assert after.validators == before.validators != Validators()
    assert (after.failures, after.state) == (1, FeedState.DEGRADED)


async def test_a_feed_that_kills_its_worker_harms_nobody(bench: Bench, serve: Serve) -> None:
    bomb = b"<rss>" + b"<a>" * 200_000 + rss([BRIDGE_ITEM])
    pages = {"/bomb": Page(bomb), "/good": Page(rss([FERRY_ITEM]))}
    origin = await serve(pages)
    await bench.follow(f"{origin}/bomb", f"{origin}/good")

    bad, good = await bench.poll(f"{origin}/bomb", f"{origin}/good")

    assert not bad.poll.outcome.is_success or bad.poll.items >= 0
    assert good.poll.created == 1


async def test_an_entry_that_leaves_its_document_was_last_seen_then(
    bench: Bench, serve: Serve
) -> None:
    page = Page(rss([BRIDGE_ITEM, FERRY_ITEM]))
    url = await serve(page)
    await bench.follow(url)
    await bench.poll(url)
    seen = (await bench.read(url)).last_success_at
    page.body = rss([FERRY_ITEM])
    await bench.poll(url)
    await bench.poll(url)

    last = await last_seen(bench.database)

    now = (await bench.read(url)).last_success_at
    assert seen is not None
    assert now == seen + timedelta(minutes=2)
    assert last == {"1": seen, "2": now}


async def last_seen(database: Database) -> dict[str, object]:
    from sqlalchemy import DateTime, text  # noqa: PLC0415

    raise NotImplementedError


async def test_twenty_thousand_items_are_bounded_and_counted(bench: Bench, serve: Serve) -> None:
    items: Sequence[Item] = [
        Item(str(n), f"Notice number {n}", f"{FERRY_ITEM.text} Notice number {n}.")
        for n in range(6_000)
    ]
    url = await serve(Page(rss(items)))
    await bench.follow(url)

    (report,) = await bench.poll(url)

    poll = report.poll
    assert (poll.items, poll.created) == (6_000, 5_000)
    assert poll.reasons == {"over_max_entries": 1_000}


def changes_of(changes: Sequence[Change]) -> list[int]:
    return [change.seq for change in changes]
