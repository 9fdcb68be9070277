"""`newsd ingest`: articles from files, through the same belt as those of feeds."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.app import open_app
from daemon.commands.documents import Pile
from daemon.commands.exits import Exit
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings
from daemon.commands.say import note
from daemon.commands.show import show_facts
from daemon.commands.watching import status
from daemon.configuration import Loaded
from daemon.errors import UsageError
from daemon.extras import EXTRACT, reads_pages
from daemon.ingest import UNREADABLE, IngestResult
from daemon.logs import set_up_logs
from daemon.normalise.dates import parse_date
from daemon.opml import is_web

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="Example: newsd ingest ./archive --source archive-2019")
def ingest(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR|-", help="Documents; - is stdin.")
    ],
    *,
    source: Annotated[
        str, typer.Option("--source", help="What the articles' source is called.")
    ] = "ingest",
    url: Annotated[
        str | None, typer.Option("--url", help="Where the document is from; for one file.")
    ] = None,
    published: Annotated[
        str | None, typer.Option("--published", help="When, if the document does not say.")
    ] = None,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Take in articles from files: texts, web pages, JSON lines, feeds.

    A directory is read to its depths. Taking in the same document again changes nothing.
    """
    _check(files, source, url, published)
    loaded = read_settings(config, database)
    set_up_logs(loaded.settings.log)
    pile = Pile(files, url, published)
    with _progress(pile) as on_result:
        facts, read = asyncio.run(_ingest(loaded, pile, source, on_result))
    if pile.pages and not reads_pages():
        note(f"web pages were read by simple rules; to read them well: {EXTRACT}")
    show_facts(facts, as_json=as_json)
    raise typer.Exit(Exit.RAN if read or not facts["rejected"].get(UNREADABLE) else Exit.USAGE)


def _check(files: Sequence[Path], source: str, url: str | None, published: str | None) -> None:
    """Raise `UsageError` for what would be dropped, or found out halfway through."""
    if url is not None and (len(files) > 1 or files[0].is_dir()):
        raise UsageError("--url is the address of one document; give one file with it")
    if url is not None and not is_web(url):
        raise UsageError(f"--url: {url!r} is not an http:// or https:// address")
    if published is not None and parse_date(published) is None:
        raise UsageError(f"--published: {published!r} is not a date; write 2025-10-18T09:30:00Z")
    if not source.strip() or not source.isprintable():
        raise UsageError("--source: give the source a name")
    for file in files:
        if str(file) != "-" and not file.exists():
            raise UsageError(f"{file}: no such file or directory")


async def _ingest(
    loaded: Loaded, pile: Pile, source: str, on_result: Callable[[IngestResult], None]
) -> tuple[dict[str, Any], int]:
    """What it came to, and how much could be read."""
    counts: Counter[str] = Counter(created=0, revised=0, duplicates=0)
    rejected: Counter[str] = Counter()
    read = 0
    async with open_app(loaded) as service:
        async for result in service.ingest(pile, source):
            read += result.read
            for name in list(counts):
                counts[name] += getattr(result, name)
            rejected.update(result.rejected)
            on_result(result)
    return {"documents": pile.opened, **counts, "rejected": dict(rejected)}, read


@contextmanager
def _progress(pile: Pile) -> Iterator[Callable[[IngestResult], None]]:
    """Name what is refused; show how far we are, where somebody looks."""
    created = 0

    def on_result(result: IngestResult) -> None:
        nonlocal created
        created += result.created
        for refusal in result.refused:
            note(f"refused: {refusal.name}: {refusal.reason}")
        show(f"{pile.opened} documents, {created} new articles")

    with status("reading") as show:
        yield on_result
