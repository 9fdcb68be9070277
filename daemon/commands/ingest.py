"""`newsd ingest`: articles from files, through the same belt as those of feeds."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, Any

import typer

from daemon.app import open_app
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings
from daemon.commands.say import note, say_json
from daemon.commands.show import show_facts
from daemon.errors import UsageError
from daemon.ingest import Document
from daemon.logs import set_up_logs
from daemon.settings import Loaded
from daemon.values import Fetched

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
    if url is not None and (len(files) > 1 or files[0].is_dir()):
        raise UsageError("--url is the address of one document; give one file with it")
    for file in files:
        if str(file) != "-" and not file.exists():
            raise UsageError(f"{file}: no such file or directory")
    loaded = read_settings(config, database)
    set_up_logs(loaded.settings.log)
    documents = _documents(files, url, published)
    facts = asyncio.run(_ingest(loaded, documents, source))
    for refused in facts.pop("refused"):
        note(f"refused: {refused}")
    if as_json:
        say_json(facts)
    else:
        show_facts(facts)


def _documents(
    files: Sequence[Path], url: str | None, published: str | None
) -> Iterator[Document]:
    """The documents, read one by one as they are wanted."""
    for file in _walk(files):
        stdin = str(file) == "-"
        try:
            body = sys.stdin.buffer.read() if stdin else file.read_bytes()
        except OSError as error:
            raise UsageError(f"{file}: {error.strerror}") from error
        kind = "" if stdin else guess_type(file.name)[0] or ""
        yield Document(str(file), Fetched(url or "", body, kind), published)


def _walk(files: Sequence[Path]) -> Iterator[Path]:
    for file in files:
        if file.is_dir():
            inside = sorted(p for p in file.rglob("*") if p.is_file())
            yield from (p for p in inside if not p.name.startswith("."))
        else:
            yield file


async def _ingest(loaded: Loaded, documents: Iterator[Document], source: str) -> dict[str, Any]:
    counts: Counter[str] = Counter(documents=0, created=0, revised=0, duplicates=0)
    rejected: Counter[str] = Counter()
    refused: list[str] = []
    async with open_app(loaded) as service:
        async for result in service.ingest(documents, source):
            for name in list(counts):
                counts[name] += getattr(result, name)
            rejected.update(result.rejected)
            refused += result.refused
    return {**counts, "rejected": dict(rejected), "refused": refused}
