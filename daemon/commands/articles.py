"""`newsd articles`: look at what is kept."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from daemon.app import archiving, open_database, system_clock
from daemon.commands.diff import edits, show_edits
from daemon.commands.example import written
from daemon.commands.options import AsJson, Config, DatabaseUrl, Limit, read_settings
from daemon.commands.say import note, say, say_json
from daemon.commands.show import cell, show_facts, show_rows
from daemon.commands.since import Since
from daemon.commands.why import reasons, spoken_of
from daemon.configuration import Loaded
from daemon.errors import UsageError
from daemon.topicnames import topic_ids
from storage.database import Database
from storage.listings import (
    article,
    article_reasons,
    copies_of,
    headlines,
    latest_articles,
    revision_texts,
)
from storage.paging import ARTICLE_COLUMNS, Chosen
from storage.replays import public_ids_of
from storage.retraction import retract as retract_articles
from storage.search import search as find_articles
from storage.searchindex import count_unindexed
from storage.values import Change, ChangeKind
from storage.wanted import parse_query

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, help="List, show and explain articles."
)
_COLUMNS = ("article_id", "published_at", "language", "host", "title")
_FOUND = ("score", *_COLUMNS, "snippet")
_PARTS = ("other_dates", "topics", "entities", "sightings", "revisions", "copies")
_APART = {"text", "html", "furniture", *_PARTS}
_SINGULAR = {"copies": "copy", "entities": "entity"}
ArticleId = Annotated[
    int, typer.Argument(metavar="ID", max=2**63 - 1, help="The number of an article.")
]


@app.command(name="list", epilog="Example: newsd articles list --language de --since 24h")
def show_all(
    *,
    language: Annotated[
        str | None, typer.Option("--language", help="Only this one: en, de, ...")
    ] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="Only with this topic: a label or an id.")
    ] = None,
    entity: Annotated[
        str | None, typer.Option("--entity", help="Only naming this one: a name or an id.")
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Only from this host.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", help="Every word is in the title or the summary.")
    ] = None,
    since: Since = None,
    limit: Limit = 20,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the newest articles, copies among them."""
    wanted: dict[str, Any] = {"limit": limit, "language": language, "topic": topic}
    wanted |= {"entity": entity, "host": host, "search": search, "since": since}
    rows = asyncio.run(_latest(read_settings(config, database), wanted))
    show_rows(rows, _COLUMNS, as_json=as_json)


@app.command(epilog="Example: newsd articles search '\"harbour bridge\" repair* -cat' --since 7d")
def search(
    query: Annotated[
        str,
        typer.Argument(help='Words, "a phrase", -without, one OR other, beginn*.'),
    ],
    *,
    language: Annotated[
        str | None, typer.Option("--lang", help="Only in this language: en, de, ...")
    ] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", help="Only with this topic: a label or an id.")
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Only from this host.")] = None,
    since: Since = None,
    limit: Limit = 20,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Find articles by their words: those that fit best and are new come first."""
    loaded = read_settings(config, database)
    topics = topic_ids(topic, loaded.settings.topics.file) if topic is not None else ()
    chosen = Chosen(
        query=parse_query(query), language=language, topics=topics, host=host, since=since
    )
    rows, left = asyncio.run(_search(loaded, chosen, limit))
    show_rows(rows, _FOUND, as_json=as_json)
    if left:
        note(f"{left} older articles are not indexed yet; newsd db index does it")


@app.command(epilog="Example: newsd articles show 42")
def show(
    article_id: ArticleId,
    *,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show an article: text, topics, entities, where it was seen, revisions and copies."""
    found = asyncio.run(_article(read_settings(config, database), article_id))
    if as_json:
        say_json(found)
        return
    show_facts({name: value for name, value in found.items() if name not in _APART})
    for part in _PARTS:
        for row in found[part]:
            name = _SINGULAR.get(part, part.removesuffix("s").replace("_", " "))
            say(f"{name}: {cell(row)}")
    for line in found["furniture"]:
        say(f"not text: {line}")
    for paragraph in found["text"].splitlines():
        say(paragraph)


@app.command(epilog="Example: newsd articles explain 42")
def explain(
    article_id: ArticleId,
    *,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say why an article has its date, what it copies, which story it is in, and its topics."""
    found, decided, named = asyncio.run(_reasons(read_settings(config, database), article_id))
    why = reasons(found, decided, named)
    if as_json:
        say_json({"article_id": article_id, "reasons": why, "evidence": dict(decided)})
        return
    say(f"{article_id}  {found['title']}")
    for line in why:
        say(line)


@app.command(epilog="Example: newsd articles diff 42")
def diff(
    article_id: ArticleId,
    *,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show what each edit of an article changed, word by word."""
    found = edits(asyncio.run(_revisions(read_settings(config, database), article_id)))
    if as_json:
        say_json(found)
    elif found:
        show_edits(found)
    else:
        note(f"article {article_id} was never edited")


@app.command(epilog='Example: newsd articles retract 42 --why "asked for by the author"')
def retract(
    article_ids: Annotated[
        list[int], typer.Argument(metavar="ID...", max=2**63 - 1, help="Numbers of articles.")
    ],
    *,
    why: Annotated[str, typer.Option("--why", help="Kept beside it, for whoever asks.")],
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Take articles back for good: their words go, and no feed brings them again.

    Their numbers stay, marked as deleted; readers of the change log see `retracted`. Copies of
    them stay, and are named, so that they can be taken back as well.
    """
    told, copies = asyncio.run(_retract(read_settings(config, database), article_ids, why))
    gone = {change.article_id for change in told if change.kind is ChangeKind.RETRACTED}
    say(f"{len(gone)} retracted")
    for missing in sorted(set(article_ids) - gone):
        note(f"article {missing}: not there, or retracted before")
    for copy in copies:
        note(f"article {copy} was a copy, and is still there")


async def _retract(
    loaded: Loaded, article_ids: list[int], why: str
) -> tuple[list[Change], list[int]]:
    """What was told of it, and the copies that are left."""
    async with open_database(loaded.settings) as database:
        await _tell_archive(loaded, database, article_ids, why)
        async with database.writing() as tx:
            copies = [copy["article_id"] for i in article_ids for copy in await copies_of(tx, i)]
            told = await retract_articles(tx, article_ids, why=why, now=system_clock())
        if database.path is not None:
            # the journal holds what the pages of the file were; where somebody reads, it stays
            await database.outside("PRAGMA wal_checkpoint(TRUNCATE)")
    return told, sorted(set(copies) - set(article_ids))


async def _tell_archive(
    loaded: Loaded, database: Database, article_ids: list[int], why: str
) -> None:
    """Write it down before it is done, so that no replay brings them again."""
    async with archiving(loaded.settings, database) as archive:
        if archive is None:
            return
        async with database.reading() as tx:
            public_ids = await public_ids_of(tx, article_ids)
        await archive.retract(public_ids, why, system_clock())
        keep = written(loaded.settings.archive.keep)
        note(
            f"documents in {loaded.settings.archive.dir} may hold them still, for as long as "
            f"archive.keep ({keep}) says; a replay leaves them out"
        )


async def _latest(loaded: Loaded, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        return await latest_articles(tx, **wanted)


async def _search(loaded: Loaded, chosen: Chosen, limit: int) -> tuple[list[dict[str, Any]], int]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        shown = [name for name in ARTICLE_COLUMNS if name not in {"text", "html"}]
        rows = await find_articles(tx, chosen, now=system_clock(), limit=limit, columns=shown)
        return rows, await count_unindexed(tx)


async def _article(loaded: Loaded, article_id: int) -> dict[str, Any]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        found = _there(await article(tx, article_id), article_id)
        return found | {"copies": await copies_of(tx, article_id)}


async def _reasons(
    loaded: Loaded, article_id: int
) -> tuple[dict[str, Any], Mapping[str, Any], Mapping[int, Any]]:
    """The article, what its stages saw, and the other articles that they speak of."""
    async with open_database(loaded.settings) as database, database.reading() as tx:
        found = _there(await article(tx, article_id), article_id)
        decided = await article_reasons(tx, article_id)
        return found, decided, await headlines(tx, spoken_of(found, decided))


async def _revisions(loaded: Loaded, article_id: int) -> list[dict[str, Any]]:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        _there(await article(tx, article_id), article_id)
        return await revision_texts(tx, article_id)


def _there(found: dict[str, Any] | None, article_id: int) -> dict[str, Any]:
    if found is None:
        raise UsageError(f"there is no article {article_id}; newsd articles list shows some")
    return found
