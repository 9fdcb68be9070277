"""`newsd run`: the service."""

import asyncio

import typer

from daemon.app import open_app
from daemon.commands.exits import Exit
from daemon.commands.options import Config, DatabaseUrl, read_settings
from daemon.configuration import Loaded
from daemon.logs import set_up_logs

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(epilog="Example: newsd run --config /etc/newsd/newsd.toml")
def run(*, config: Config = None, database: DatabaseUrl = None) -> None:
    """Poll the feeds for as long as the process lives.

    SIGTERM and SIGINT let polls under way end, then stop; a second one stops at once, with 130.
    SIGHUP reads the configuration, the feeds and the topics again.
    """
    loaded = read_settings(config, database)
    set_up_logs(loaded.settings.log)
    try:
        asyncio.run(_run(loaded))
    except asyncio.CancelledError as error:  # by a second signal
        raise typer.Exit(Exit.INTERRUPTED) from error


async def _run(loaded: Loaded) -> None:
    async with open_app(loaded) as service:
        await service.run()
