"""`newsd feeds`: which feeds are followed."""

import asyncio
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.addresses import check_address
from daemon.app import open_database, open_searcher, system_clock
from daemon.commands.exits import Exit
from daemon.commands.explain import explained
from daemon.commands.finding import COLUMNS, find_feeds, row, told
from daemon.commands.headers import HeaderOption, read_headers
from daemon.commands.options import AsJson, Config, DatabaseUrl, Limit, read_settings
from daemon.commands.say import note, say, say_json
from daemon.commands.show import show_facts, show_rows
from daemon.commands.watching import status
from daemon.configuration import Loaded
from daemon.credentials import without_credentials
from daemon.errors import UsageError
from daemon.extras import EXTRACT, reads_pages
from daemon.logs import set_up_logs
from daemon.opml import Outlines, write_opml
from daemon.outlines import outlines_of
from daemon.values import Failed, Gathered
from storage.feeds import find_feed, subscriptions
from storage.following import add_feeds, remove_feed
from storage.listings import feed_health, recent_polls
from storage.takeovers import accept_takeover, takeover_of
from storage.values import Feed, FeedState, FullText, Headers, Subscription

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="Add, list, explain, accept, remove, import, export and check feeds.",
)
_POLLS = ("started_at", "outcome", "http_status", "items", "created", "duration_ms", "error")
_COLUMNS = (
    *("feed_id", "state", "last_outcome", "articles_7d", "next_poll_at", "full_text", "url"),
    "last_error",
)


@app.command(epilog="Example: newsd feeds add https://feeds.bbci.co.uk/news/rss.xml --label uk")
def add(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Addresses of feeds.")],
    *,
    label: Annotated[
        list[str] | None, typer.Option("--label", help="A label of yours; may be repeated.")
    ] = None,
    unasked: Annotated[
        bool, typer.Option("--unasked", help="Follow the addresses as they are; ask no site.")
    ] = False,
    header: HeaderOption = None,
    full_text: Annotated[
        FullText | None,
        typer.Option("--full-text", help="Ask for the web pages of its articles; see [extract]."),
    ] = None,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Follow feeds. One that is followed already gets the new labels, headers and choices too.

    The address of a site or a page will do: it is asked for its feed (not with --header). What
    cannot be asked just now is followed all the same.
    """
    loaded = read_settings(config, database)
    addresses = [url.strip() for url in urls]
    for url in addresses:
        check_address(url, loaded.settings.fetch.allow_networks)
    headers, labels = read_headers(header, addresses), tuple(label or ())
    found = _asked(loaded, addresses, headers) if not unasked else map(Subscription, addresses)
    wanted = [replace(one, labels=labels, headers=headers, full_text=full_text) for one in found]
    if full_text not in {None, FullText.NEVER} and not reads_pages():
        note(f"pages cannot be read here: {EXTRACT} where newsd runs")
    say(f"{asyncio.run(_follow(loaded, wanted))} added")


@app.command(epilog="Example: newsd feeds discover https://www.theguardian.com")
def discover(
    url: Annotated[str, typer.Argument(help="Address of a site or of one of its pages.")],
    *,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Find the feeds of a site: those its page names, else where feeds usually are."""
    loaded = read_settings(config, None)
    check_address(url, loaded.settings.fetch.allow_networks)
    set_up_logs(loaded.settings.log)
    with status("asking"):
        (findings,) = asyncio.run(find_feeds(loaded.settings, [url]))
    show_rows([row(feed) for feed in findings.feeds], COLUMNS, as_json=as_json)
    if findings.trouble is not None:
        note(f"no feed found: {findings.trouble.detail}")
    raise typer.Exit(Exit.RAN if findings.feeds else Exit.INTERNAL)


@app.command(name="list", epilog="Example: newsd feeds list --json")
def show(
    *,
    state: Annotated[
        FeedState | None, typer.Option("--state", help="Only feeds in this state.")
    ] = None,
    limit: Limit = 1000,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the feeds that are followed, and how they are doing."""
    loaded = read_settings(config, database)
    rows = asyncio.run(_health(loaded, state, limit + 1))
    if len(rows) > limit:
        note(f"the first {limit}; --limit shows more")
    default = loaded.settings.extract.full_text
    shown = [
        {
            **row,
            "url": without_credentials(row["url"]),
            "full_text": row["full_text"] or default.value,
        }
        for row in rows[:limit]
    ]
    show_rows(shown, _COLUMNS, as_json=as_json)
    strange = [str(row["feed_id"]) for row in shown if row["takeover_at"]]
    if strange:
        note(f"changed hands? newsd feeds explain {', '.join(strange)}")


@app.command(epilog="Example: newsd feeds accept 17")
def accept(
    ref: Annotated[str, typer.Argument(metavar="ID|URL", help="Which feed.")],
    *,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Say that a feed which seems to have changed hands is what you want."""
    accepted, was_strange = asyncio.run(_accept(read_settings(config, database), ref))
    shown = without_credentials(accepted.url)
    say(f"accepted {shown}" if was_strange else f"nothing was strange about {shown}")


@app.command(epilog="Example: newsd feeds remove 17")
def remove(
    ref: Annotated[str, typer.Argument(metavar="ID|URL", help="Which feed.")],
    *,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Stop following a feed; its articles stay."""
    removed = asyncio.run(_remove(read_settings(config, database), ref))
    say(f"removed {without_credentials(removed)}")


@app.command(name="import", epilog="Example: newsd feeds import config/feeds.opml")
def import_(
    file: Annotated[Path, typer.Argument(help="An OPML file; - is stdin.")],
    *,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Follow the feeds of an OPML file; its folders become labels."""
    outlines = outlines_from(outlines_of(file))
    with status(f"adding {len(outlines.subscriptions)} feeds"):
        added = asyncio.run(_follow(read_settings(config, database), outlines.subscriptions))
    say(f"{added} added, {len(outlines.subscriptions) - added} known, "
        f"{len(outlines.skipped)} skipped")  # fmt: skip


@app.command(epilog="Example: newsd feeds export > feeds.opml")
def export(*, config: Config = None, database: DatabaseUrl = None) -> None:
    """Write the feeds that are followed as OPML to stdout."""
    wanted = asyncio.run(_subscriptions(read_settings(config, database)))
    sys.stdout.buffer.write(write_opml(wanted, system_clock()))


@app.command(epilog="Example: newsd feeds check https://www.theguardian.com/world/rss")
def check(
    url: Annotated[str, typer.Argument(help="Address of a feed, followed or not.")],
    *,
    header: HeaderOption = None,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Fetch and read a feed once, store nothing, and say what came of it."""
    loaded = read_settings(config, database)
    check_address(url, loaded.settings.fetch.allow_networks)
    set_up_logs(loaded.settings.log)
    gathered = asyncio.run(_check(loaded, url, read_headers(header, [url])))
    show_facts(told(gathered), as_json=as_json)
    raise typer.Exit(Exit.INTERNAL if isinstance(gathered.news, Failed) else Exit.RAN)


@app.command(epilog="Example: newsd feeds explain 17")
def explain(
    ref: Annotated[str, typer.Argument(metavar="ID|URL", help="Which feed.")],
    *,
    limit: Limit = 10,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say why a feed is polled next when it is, and how its last polls went."""
    facts = asyncio.run(_explain(read_settings(config, database), ref, limit))
    if as_json:
        say_json(facts)
        return
    polls = facts.pop("polls")
    show_facts(facts)
    if polls:
        say("")
        show_rows(polls, _POLLS)


def outlines_from(outlines: Outlines) -> Outlines:
    """The same, after naming on stderr what of it cannot be followed."""
    for reason in outlines.skipped:
        note(f"skipped: {reason}")
    return outlines


def _asked(loaded: Loaded, urls: Sequence[str], headers: Headers) -> list[Subscription]:
    """What to follow for these addresses. Raises `UsageError` for one that leads to no feed."""
    set_up_logs(loaded.settings.log)
    with status("asking"):
        found = asyncio.run(find_feeds(loaded.settings, urls, headers))
    for findings in found:
        shown = without_credentials(findings.url)
        if findings.is_no_site and findings.trouble is not None:
            raise UsageError(
                f"{shown} leads to no feed ({findings.trouble.detail}); name the feed itself, or "
                "insist by --unasked"
            )
        if findings.trouble is not None:
            note(f"{shown} cannot be read now ({findings.trouble.detail}); followed all the same")
        elif findings.best().url != findings.url:
            note(f"{shown} is a page; its feed is {without_credentials(findings.best().url)}")
    return [findings.best() for findings in found]


async def _follow(loaded: Loaded, wanted: Sequence[Subscription]) -> int:
    async with open_database(loaded.settings) as database, database.writing() as tx:
        return await add_feeds(tx, wanted, now=system_clock())


async def _health(loaded: Loaded, state: FeedState | None, limit: int) -> list[dict[str, Any]]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        return await feed_health(tx, limit=limit, state=state)


async def _remove(loaded: Loaded, ref: str) -> str:
    async with open_database(loaded.settings) as database, database.writing() as tx:
        removed = await remove_feed(tx, ref, now=system_clock())
    return _known(removed, ref).url


async def _accept(loaded: Loaded, ref: str) -> tuple[Feed, bool]:
    async with open_database(loaded.settings) as database, database.writing() as tx:
        feed = _known(await find_feed(tx, ref), ref)
        return feed, await accept_takeover(tx, feed.id)


def _known(feed: Feed | None, ref: str) -> Feed:
    """The feed. Raises `UsageError` if there is none."""
    if feed is None:
        shown = without_credentials(ref)
        raise UsageError(f"no feed {shown!r} is followed; newsd feeds list shows them")
    return feed


async def _explain(loaded: Loaded, ref: str, limit: int) -> dict[str, Any]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        feed = _known(await find_feed(tx, ref), ref)
        polls = await recent_polls(tx, feed.id, limit)
        takeover = await takeover_of(tx, feed.id)
    facts = explained(feed, polls, loaded.settings.schedule, system_clock(), takeover)
    return {"full_text": feed.full_text or loaded.settings.extract.full_text, **facts}


async def _subscriptions(loaded: Loaded) -> Iterable[Subscription]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        return await subscriptions(tx)


async def _check(loaded: Loaded, url: str, headers: Headers) -> Gathered:
    async with open_searcher(loaded.settings) as searcher:
        return await searcher.check(url, headers)
