"""A poll from end to end: a real server, real workers, a real database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from storage.changes import changes_after
from storage.database import Database
from storage.takeovers import takeover_of
from storage.values import ChangeKind, FeedState, Outcome, Validators
from tests.conftest import Serve
from tests.daemon.conftest import MAX_ENTRIES, Bench
from tests.daemon.fetch.servers import ok, raw_site
from tests.daemon.pages import BRIDGE_ITEM, FERRY, FERRY_ITEM, Item, Page, rss
from tests.sql import ask


async def told(database: Database) -> list[tuple[ChangeKind, int]]:
    async with database.reading() as tx:
        return [(c.kind, c.article_id) for c in await changes_after(tx, 0)]


async def test_new_articles_are_kept_and_announced(bench: Bench, serve: Serve) -> None:
    url = await serve(Page(rss([BRIDGE_ITEM, FERRY_ITEM])).answer)
    await bench.follow(url)

    (report,) = await bench.poll(url)

    assert (report.poll.outcome, report.poll.created) == (Outcome.STORED, 2)
    assert report.delays == ()
    kinds = [kind for kind, _ in await told(bench.database)]
    assert kinds == [ChangeKind.CREATED, ChangeKind.CREATED]


async def test_nothing_new_writes_nothing_new(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)

    (again,) = await bench.poll(url)

    assert (again.poll.outcome, again.poll.http_status) == (Outcome.UNCHANGED, 304)
    assert page.requests[1].headers["If-None-Match"] == f'"{hash(page.body)}"'
    assert len(await told(bench.database)) == 1


async def test_an_equal_body_is_unchanged_without_a_304(bench: Bench, serve: Serve) -> None:
    url = await serve(Page(rss([BRIDGE_ITEM]), etag=False).answer)
    await bench.follow(url)
    await bench.poll(url)

    (again,) = await bench.poll(url)

    assert (again.poll.outcome, again.poll.http_status) == (Outcome.UNCHANGED, 200)
    assert again.poll.items == 0


async def test_known_entries_are_counted_and_not_judged_again(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    page.body = rss([FERRY_ITEM, BRIDGE_ITEM])

    (report,) = await bench.poll(url)

    poll = report.poll
    assert (poll.items, poll.created, poll.duplicates) == (2, 1, 0)
    assert report.delays == (1860.0,)


@pytest.mark.threat("F10")
async def test_an_edit_is_a_revision_of_the_same_article(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    page.body = rss([replace(BRIDGE_ITEM, title="Harbour bridge closes again")])

    (report,) = await bench.poll(url)

    assert (report.poll.created, report.poll.revised) == (0, 1)
    assert await told(bench.database) == [(ChangeKind.CREATED, 1), (ChangeKind.REVISED, 1)]


@pytest.mark.threat("F6")
async def test_dates_that_change_at_every_poll_make_no_revisions(
    bench: Bench, serve: Serve
) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    for minute in range(31, 34):
        page.body = rss([replace(BRIDGE_ITEM, date=f"Sat, 18 Oct 2025 11:{minute}:00 GMT")])
        await bench.poll(url)
    assert len(await told(bench.database)) == 1


async def test_one_article_in_two_feeds_is_one_row(bench: Bench, serve: Serve) -> None:
    origin = await serve(
        {"/a": Page(rss([BRIDGE_ITEM])).answer, "/b": Page(rss([BRIDGE_ITEM], "B")).answer}
    )
    await bench.follow(f"{origin}/a", f"{origin}/b")

    first, second = await bench.poll(f"{origin}/a", f"{origin}/b")

    assert (first.poll.created, second.poll.created, second.poll.duplicates) == (1, 0, 1)


@pytest.mark.threat("C3", "C6")
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
    url = await serve(page.answer)
    (feed,) = await bench.follow(url)

    (report,) = await bench.poll(url)

    rows = await ask(bench.database, "SELECT feed_id, outcome, error FROM newsd_poll_v1")
    assert report.poll.outcome is outcome
    assert rows == [(feed.id, outcome, report.poll.error)]
    assert (report.poll.error is None) is outcome.is_success


@pytest.mark.threat("C6")
async def test_a_failure_keeps_the_validators_and_backs_off(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    before = await bench.read(url)
    page.status, page.body = 500, b"broken"

    await bench.poll(url)

    after = await bench.read(url)
    assert after.validators == before.validators != Validators()
    assert (after.failures, after.state) == (1, FeedState.DEGRADED)


@pytest.mark.threat("D5")
async def test_a_document_that_cannot_be_read_harms_nobody(bench: Bench, serve: Serve) -> None:
    bomb = b"<rss>" + b"<a>" * 200_000 + rss([BRIDGE_ITEM])
    origin = await serve({"/bomb": Page(bomb).answer, "/good": Page(rss([FERRY_ITEM])).answer})
    await bench.follow(f"{origin}/bomb", f"{origin}/good")

    _, good = await bench.poll(f"{origin}/bomb", f"{origin}/good")

    assert good.poll.created == 1


@pytest.mark.threat("F9")
async def test_an_entry_that_leaves_its_document_was_last_seen_then(
    bench: Bench, serve: Serve
) -> None:
    page = Page(rss([BRIDGE_ITEM, FERRY_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    page.body = rss([FERRY_ITEM])
    await bench.poll(url)
    await bench.poll(url)

    sql = "SELECT guid, last_seen_at - first_seen_at FROM newsd_sighting_v1 ORDER BY guid"
    if bench.database.dialect == "sqlite":
        sql = sql.replace(
            "last_seen_at - first_seen_at",
            "strftime('%s', last_seen_at) - strftime('%s', first_seen_at)",
        )
    seen = [
        (guid, getattr(span, "seconds", span)) for guid, span in await ask(bench.database, sql)
    ]
    assert seen == [("1", 0), ("2", 120)]


@pytest.mark.threat("F9")
async def test_a_document_of_too_many_entries_is_bounded_and_counted(
    bench: Bench, serve: Serve
) -> None:
    items = [
        Item(str(n), f"Notice number {n}", f"{FERRY_ITEM.text} Notice number {n}.")
        for n in range(MAX_ENTRIES + 20)
    ]
    url = await serve(Page(rss(items)).answer)
    await bench.follow(url)

    (report,) = await bench.poll(url)

    assert (report.poll.items, report.poll.created) == (MAX_ENTRIES + 20, MAX_ENTRIES)
    assert report.poll.reasons == {"over_max_entries": 20}

    (rest,) = await bench.poll(url)

    assert (rest.poll.created, rest.poll.reasons) == (20, {})


async def test_a_server_may_send_only_what_is_new(bench: Bench, serve: Serve) -> None:
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    page.status, page.body = 226, rss([FERRY_ITEM])
    await bench.poll(url)
    page.status, page.body = 200, rss([FERRY_ITEM, BRIDGE_ITEM])

    (report,) = await bench.poll(url)

    assert [r.headers.get("A-IM") for r in page.requests] == [None, "feed", "feed"]
    assert (report.poll.outcome, report.poll.items) == (Outcome.UNCHANGED, 2)
    sql = "SELECT count(*) FROM newsd_article_v1"
    assert await ask(bench.database, sql) == [(2,)]
    left = "SELECT count(*) FROM sighting WHERE last_seen_at IS NOT NULL"
    assert await ask(bench.database, left) == [(0,)]


async def test_a_feed_is_asked_at_its_new_address_once_that_is_certain(
    bench: Bench, serve: Serve
) -> None:
    page = Page(rss([BRIDGE_ITEM]))

    async def gone_elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/new"})

    root = await serve({"/old": gone_elsewhere, "/new": page.answer})
    await bench.follow(f"{root}/old")
    urls = []
    for hours in (0, 13, 13):
        bench.now += timedelta(hours=hours)
        (report,) = await bench.poll(f"{root}/old")
        urls.append(report.feed.url)
    assert urls == [f"{root}/old", f"{root}/old", f"{root}/new"]
    assert report.moved_from == f"{root}/old"

    page.body = rss([BRIDGE_ITEM, FERRY_ITEM])
    (report,) = await bench.poll(f"{root}/new")
    assert (report.feed.id, report.poll.created, report.moved_from) == (1, 1, None)
    sql = "SELECT count(*), count(DISTINCT feed_id) FROM newsd_sighting_v1"
    assert await ask(bench.database, sql) == [(2, 1)]


SQUATTERS = [
    Item(str(n), title, f"{text} Kami menyediakan permainan setiap hari untuk semua pemain setia.")
    for n, title, text in (
        (1, "Daftar situs permainan terbaik", "Bermain di sini sangat mudah dan menyenangkan."),
        (9, "Cara menang setiap hari", "Banyak orang sudah mencoba dan mereka sangat senang."),
    )
]


@pytest.mark.threat("F11")
async def test_a_feed_whose_address_was_taken_over_is_flagged(bench: Bench, serve: Serve) -> None:
    """One of its guids had been used before, by an article that had left the feed."""
    edition = [replace(FERRY_ITEM, guid=str(n), text=f"{FERRY} Pier {n}.") for n in range(2, 6)]
    page = Page(rss([BRIDGE_ITEM]))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    page.body = rss(edition)
    (own,) = await bench.poll(url)
    page.body = rss(SQUATTERS, title="Raja Permainan")

    (report,) = await bench.poll(url)

    assert own.takeover is None
    assert report.takeover is not None
    assert report.takeover.title_before == "The Harbour Post"
    assert {"title", "language"} <= set(report.takeover.signs)
    async with bench.database.reading() as tx:
        assert await takeover_of(tx, report.feed.id) == report.takeover
    page.body = rss([*SQUATTERS, replace(SQUATTERS[0], guid="10")], title="Raja Permainan")
    (later,) = await bench.poll(url)
    assert later.takeover is None


async def test_new_guids_for_the_same_articles_are_no_takeover(bench: Bench, serve: Serve) -> None:
    edition = [replace(FERRY_ITEM, guid=str(n), text=f"{FERRY} Pier {n}.") for n in range(2, 6)]
    page = Page(rss(edition))
    url = await serve(page.answer)
    await bench.follow(url)
    await bench.poll(url)
    links = [f"https://post.example/a/{item.guid}" for item in edition]
    renamed = [
        replace(item, guid=f"urn:{item.guid}", link=link)
        for item, link in zip(edition, links, strict=True)
    ]
    page.body = rss(renamed, title="Gull Rock Gazette")
    bench.now += timedelta(days=30)

    (report,) = await bench.poll(url)

    assert report.poll.created == 0
    assert report.takeover is None


@pytest.mark.threat("C1")
async def test_a_server_that_sends_a_body_with_its_304_is_asked_for_the_whole_document(
    bench: Bench,
) -> None:
    """The two come in one packet, so that nobody can tell where the head ends."""
    document = ok(rss([BRIDGE_ITEM]), 'ETag: "1"')
    same = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n<a>"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        writer.write(same if "If-None-Match" in site.requests[-1] else document)

    async with raw_site(answer) as site:
        await bench.follow(site.origin)
        polls = [(await bench.poll(site.origin))[0].poll for _ in range(3)]

    assert [poll.outcome for poll in polls] == ["stored", "unchanged", "unchanged"]
    asked = ["If-None-Match" in head for head in site.requests]
    assert asked == [False, True, False, False]
