"""`newsd sql`: let others read the database."""

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from daemon.app import open_database
from daemon.commands.options import Config, DatabaseUrl, read_settings, span
from daemon.commands.say import say
from daemon.configuration import Loaded
from daemon.errors import UsageError
from storage.database import Database
from storage.grants import LONGEST, Reader, beyond_views, grant, grants, has_role, scram

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, help="Let others read the views, and no more."
)


@app.callback()
def sql() -> None:
    """Let others read the views, and no more."""


@app.command(name="grant", epilog="Example: newsd sql grant dashboard --create --password-file pw")
def grant_role(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="A role of PostgreSQL.")],
    *,
    create: Annotated[
        bool, typer.Option("--create", help="Make the role where there is none.")
    ] = False,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", metavar="FILE", help="Set its password; - is stdin."),
    ] = None,
    statement_timeout: Annotated[
        timedelta,
        typer.Option("--timeout", parser=span, metavar="SPAN", help="Of each statement."),
    ] = timedelta(seconds=60),
    idle_timeout: Annotated[
        timedelta,
        typer.Option("--idle-timeout", parser=span, metavar="SPAN", help="Of idle transactions."),
    ] = timedelta(seconds=60),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the SQL.")] = False,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Let a role read the public views, and nothing else: no table, no write.

    Its statements are cut off after a time. Doing it again changes what is other, and no more;
    what is granted lasts through upgrades. For SQLite it says how a program opens the file
    without being able to write.
    """
    if not role or not role.isprintable() or len(role.encode()) > LONGEST:
        raise UsageError(f"{role!r} is no name of a role")
    verifier = scram(_password(password_file)) if password_file is not None else None
    reader = Reader(role, statement_timeout, idle_timeout, create, verifier)
    asyncio.run(_grant(read_settings(config, database), reader, dry_run=dry_run))


def _password(file: Path) -> str:
    """The first line."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--password-file: {file} cannot be read: {error}") from error
    password = text.split("\n", maxsplit=1)[0].rstrip("\r")
    if not password:
        raise UsageError(f"--password-file: {file} holds no password")
    return password


async def _grant(loaded: Loaded, reader: Reader, *, dry_run: bool) -> None:
    async with open_database(loaded.settings) as database:
        if database.path is not None:
            say(f"SQLite has no roles; read by file:{database.path.resolve()}?mode=ro")
        elif dry_run:
            hidden = reader if reader.verifier is None else replace(reader, verifier="***")
            for statement in grants(hidden, str(database.url.database)):
                say(f"{statement};")
        else:
            await _grant_on(database, reader)


async def _grant_on(database: Database, reader: Reader) -> None:
    async with database.writing() as tx:
        if not reader.is_made and not await has_role(tx, reader.role):
            raise UsageError(f"there is no role {reader.role!r}; --create makes it")
        await grant(tx, reader, str(database.url.database))
        more = await beyond_views(tx, reader.role)
        if more:
            raise UsageError(
                f"nothing was granted: {reader.role!r} is more than a reader, it has rights on "
                f"{', '.join(more[:3])}{' and others' if more[3:] else ''}; take another role"
            )
    say(f"{reader.role} reads the views of {database.name}")
