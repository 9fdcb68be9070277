"""`newsd consumers`: who is told of changes, how far each is, and what to do about it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer

from daemon.app import open_database, system_clock
from daemon.commands.cursor import seq_of, start
from daemon.commands.options import AsJson, Config, DatabaseUrl, Limit, read_settings
from daemon.commands.say import note, say, say_json
from daemon.commands.show import show_facts, show_rows
from daemon.configuration import Loaded
from daemon.errors import UsageError
from storage.changes import clock_now
from storage.database import Transaction
from storage.deadletters import move, resume, revive_letters
from storage.deadletters import remove as forget
from storage.listings import Line, consumers, dead_letters

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="List, replay, reset and remove who is told of changes.",
)
_COLUMNS = ("name", "kind", "state", "seq", "lag", "failures", "dead_letters", "last_error")
_LETTERS = ("seq", "at", "tries", "why")
Name = Annotated[str, typer.Argument(metavar="NAME", help="As newsd consumers list shows it.")]
Done = TypeVar("Done")


@app.command("list", epilog="Example: newsd consumers list --json")
def list_(*, config: Config = None, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show every consumer: how far it is, how many changes behind, and what is wrong."""
    loaded = read_settings(config, database)
    rows = asyncio.run(_reading(loaded, consumers))
    show_rows(rows, _COLUMNS, as_json=as_json)
    there = {row["name"] for row in rows}
    for consumer in loaded.settings.consumers:
        if consumer.name not in there:
            note(f"{consumer.name} has not begun: newsd run or newsd once begins it")


@app.command(epilog="Example: newsd consumers show ops")
def show(
    name: Name,
    *,
    limit: Limit = 20,
    config: Config = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show one consumer, and the events it would not take."""

    async def look(tx: Transaction) -> tuple[list[Line], list[Line]]:
        return await consumers(tx, name=name), await dead_letters(tx, name, limit=limit)

    found, letters = asyncio.run(_reading(read_settings(config, database), look))
    if not found:
        raise _unknown(name)
    if as_json:
        say_json({**found[0], "letters": letters})
        return
    show_facts(found[0])
    if letters:
        say("")
        show_rows(letters, _LETTERS)


@app.command(epilog="Example: newsd consumers replay ops --from 24h")
def replay(
    name: Name,
    *,
    place: Annotated[
        Any,
        typer.Option(
            "--from",
            parser=start,
            metavar="SEQ|WHEN",
            help="Deliver again what follows this number or time; 0: all that is kept.",
        ),
    ] = None,
    dead: Annotated[
        bool, typer.Option("--dead", help="Deliver the dead letters once more.")
    ] = False,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Deliver once more: what was delivered since then, or what was put aside.

    The running newsd does it at once, newsd once at its end. What a receiver has seen comes with
    the id it had.
    """
    if (place is None) is not dead:
        raise UsageError("say either --from SEQ|WHEN or --dead")
    loaded = read_settings(config, database)
    if dead:
        again = asyncio.run(_telling(loaded, lambda tx, now: revive_letters(tx, name, now)))
        say(f"{name}: {again} dead letters are delivered once more")
        return
    seq = asyncio.run(_telling(loaded, lambda tx, now: _put_back(tx, name, place, now)))
    say(f"{name}: goes on behind change {seq}")


@app.command(epilog="Example: newsd consumers reset ops --to-end")
def reset(
    name: Name,
    *,
    to_end: Annotated[
        bool, typer.Option("--to-end", help="Leave out what has not been delivered so far.")
    ] = False,
    config: Config = None,
    database: DatabaseUrl = None,
) -> None:
    """Have a consumer that failed or was stopped go on at once, where it is."""

    async def tell(tx: Transaction, now: datetime) -> bool:
        if to_end:
            return await move(tx, name, await clock_now(tx), now)
        return await resume(tx, name, now)

    if not asyncio.run(_telling(read_settings(config, database), tell)):
        raise _unknown(name)
    say(f"{name}: goes on {'at the end' if to_end else 'where it is'}")


@app.command(epilog="Example: newsd consumers remove ops")
def remove(name: Name, *, config: Config = None, database: DatabaseUrl = None) -> None:
    """Forget a consumer, its cursor and its dead letters."""
    loaded = read_settings(config, database)
    if any(consumer.name == name for consumer in loaded.settings.consumers):
        raise UsageError(f"{name} would begin anew: take it out of {loaded.path} first")
    if not asyncio.run(_telling(loaded, lambda tx, _: forget(tx, name))):
        raise _unknown(name)
    say(f"{name}: forgotten")


async def _put_back(tx: Transaction, name: str, place: int | datetime, now: datetime) -> int:
    seq, last = await seq_of(tx, place), await clock_now(tx)
    if seq > last:
        raise UsageError(f"the last change is {last}, so nothing can follow {seq}")
    if not await move(tx, name, seq, now):
        raise _unknown(name)
    return seq


def _unknown(name: str) -> UsageError:
    return UsageError(f"no consumer is called {name!r}; newsd consumers list shows them")


async def _reading(loaded: Loaded, ask: Callable[[Transaction], Awaitable[Done]]) -> Done:
    async with open_database(loaded.settings) as database, database.reading() as tx:
        return await ask(tx)


async def _telling(
    loaded: Loaded, tell: Callable[[Transaction, datetime], Awaitable[Done]]
) -> Done:
    async with open_database(loaded.settings) as database, database.writing() as tx:
        return await tell(tx, system_clock())
