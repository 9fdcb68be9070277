"""`newsd reprocess`: stored articles, made again by the rules of today."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from daemon.app import open_app
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings
from daemon.commands.show import show_facts
from daemon.commands.since import Since
from daemon.commands.watching import status
from daemon.configuration import Loaded
from daemon.logs import set_up_logs
from daemon.reprocess import Progress, Stage

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_ALL = (Stage.NORMALISE, Stage.DEDUP)
"""What is made again from its entry is tagged again as well."""


@app.command(epilog="Example: newsd reprocess --stage tag --since 30d")
def reprocess(
    *,
    since: Since = None,
    stage: Annotated[
        Stage | None,
        typer.Option("--stage", help="Only this: normalise (with topics), dedup or tag."),
    ] = None,
    feed: Annotated[
        str | None,
        typer.Option("--feed", metavar="ID|URL", help="Only articles this feed first brought."),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin again, although a run was broken off.")
    ] = False,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make stored articles again; readers are told what that changed, and of nothing else.

    Safe beside a running newsd. A run that was broken off goes on where it was. Texts and dates
    are made again as far back as database.keep_origins reaches; copies, stories and topics are
    found again from the stored texts.
    """
    loaded = read_settings(config, database)
    set_up_logs(loaded.settings.log)
    stages = _ALL if stage is None else (stage,)
    with _progress() as on_progress:
        last = asyncio.run(_reprocess(loaded, stages, since, feed, anew, on_progress))
    show_facts(
        {
            "articles": max((one.looked_at for one in last.values()), default=0),
            "changes": sum(one.changed for one in last.values()),
        },
        as_json=as_json,
    )


async def _reprocess(
    loaded: Loaded,
    stages: tuple[Stage, ...],
    since: datetime | None,
    feed: str | None,
    anew: bool,  # noqa: FBT001  it comes from the option above
    on_progress: Callable[[Progress], None],
) -> dict[Stage, Progress]:
    """How far each stage came."""
    last: dict[Stage, Progress] = {}
    async with open_app(loaded) as service:
        again = service.reprocess(stages, since=since, feed=feed, anew=anew)
        async for progress in again:
            last[progress.stage] = progress
            on_progress(progress)
    return last


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Show how far we are, where somebody looks."""
    with status("reading") as show:
        yield lambda one: show(
            f"{one.stage}: {one.looked_at} of {one.total} articles, {one.changed} changes"
        )
