"""`newsd once`: the cron job."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from daemon.app import open_app, system_clock
from daemon.commands.exits import Exit
from daemon.commands.feeds import outlines_from
from daemon.commands.options import AsJson, Config, DatabaseUrl, read_settings, span
from daemon.commands.say import note, say, say_json
from daemon.commands.watching import status
from daemon.configuration import Loaded
from daemon.logs import set_up_logs
from daemon.once import OnceResult
from daemon.opml import Outlines
from daemon.outlines import outlines_in, outlines_of
from daemon.values import PollReport
from storage.following import add_feeds

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="Example: newsd once --feeds feeds.opml --deadline 10m")
def once(
    *,
    feeds: Annotated[
        Path | None,
        typer.Option("--feeds", metavar="FILE", help="Follow the feeds of this OPML file first."),
    ] = None,
    every_feed: Annotated[
        bool, typer.Option("--all", help="Poll every feed, due or not.")
    ] = False,
    max_failed: Annotated[
        float,
        typer.Option("--max-failed", min=0, max=1, help="End with 3 if a larger share failed."),
    ] = 0.5,
    deadline: Annotated[
        timedelta | None,
        typer.Option("--deadline", metavar="SPAN", parser=span, help="Begin no poll after it."),
    ] = None,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Poll the feeds that are due, one time.

    Ends with 0 when it ran, whatever single feeds did; 3 when more than --max-failed of the polls
    failed; 4 when another newsd works on the database; 5 when the deadline left work undone.
    """
    loaded = read_settings(config, database)
    set_up_logs(loaded.settings.log)
    outlines = outlines_of(feeds) if feeds else outlines_in(loaded.settings)
    if outlines is not None:
        outlines_from(outlines)
    with _progress() as on_report:
        result = asyncio.run(_once(loaded, outlines, every_feed, deadline, on_report))
    _tell(result, as_json=as_json)
    raise typer.Exit(verdict(result, max_failed))


async def _once(
    loaded: Loaded,
    outlines: Outlines | None,
    every_feed: bool,  # noqa: FBT001  it comes from the option above
    deadline: timedelta | None,
    on_report: Callable[[PollReport], None],
) -> OnceResult:
    async with open_app(loaded) as service:
        if outlines is not None:
            async with service.database.writing() as tx:
                await add_feeds(tx, outlines.subscriptions, now=system_clock())
        return await service.once(every_feed=every_feed, deadline=deadline, on_report=on_report)


def verdict(result: OnceResult, max_failed: float) -> Exit:
    """The exit status of a round."""
    if result.polls and result.failed / result.polls > max_failed:
        return Exit.TOO_MANY_FAILED
    return Exit.WORK_LEFT if result.left else Exit.RAN


@contextmanager
def _progress() -> Iterator[Callable[[PollReport], None]]:
    """Show how far we are, where somebody looks."""
    polls = created = 0

    def on_report(report: PollReport) -> None:
        nonlocal polls, created
        polls, created = polls + 1, created + report.poll.created
        show(f"{polls} polls, {created} new articles")

    with status("polling") as show:
        yield on_report


def _tell(result: OnceResult, *, as_json: bool) -> None:
    counts = {
        "polls": result.polls,
        "failed": result.failed,
        "created": result.created,
        "revised": result.revised,
        "rejected": result.rejected,
        "left": result.left,
    }
    outcomes = {outcome.value: n for outcome, n in sorted(result.outcomes.items())}
    if as_json:
        say_json({**counts, "outcomes": outcomes})
        return
    say(", ".join(f"{name} {n}" for name, n in counts.items()))
    if outcomes and (result.failed or sys.stderr.isatty()):
        note(", ".join(f"{name} {n}" for name, n in outcomes.items()))
