"""What an operator sees of consumers, and says to them."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from daemon.__main__ import main
from daemon.app import system_clock
from storage.consumers import ConsumerState, Cursor, Reader, Registration, claim, park, register
from storage.database import Database, Transaction
from storage.deadletters import DeadLetter, bury
from storage.horizon import raise_horizon
from tests.daemon.relays import publish

ROOT = Path(__file__).parents[3]
Newsd = Callable[..., str]
Do = Callable[[Transaction], Awaitable[Any]]


@pytest.fixture
def newsd(sqlite_url: str, capfd: pytest.CaptureFixture[str]) -> Newsd:
    def run(*args: str, status: int = 0) -> str:
        assert main([*args, "--database", sqlite_url]) == status, capfd.readouterr().err
        said = capfd.readouterr()
        return said.out if status == 0 else said.err

    return run


@pytest.fixture
def written(sqlite_url: str) -> Callable[[Do], Any]:
    """Do something in a transaction."""

    async def within(do: Do) -> Any:
        async with Database.open(sqlite_url) as database, database.writing() as tx:
            return await do(tx)

    return lambda do: asyncio.run(within(do))


async def _publish(url: str, articles: int) -> None:
    async with Database.open(url) as database:
        await publish(database, articles)


async def ops(tx: Transaction) -> Cursor:
    """A webhook that has put one event aside and was told to go away."""
    wanted = Registration("ops", "webhook", "https://a.example/hook", from_beginning=True)
    await register(tx, [wanted], system_clock())
    cursor = await claim(tx, "ops", Reader("x"), now=system_clock())
    assert cursor is not None
    await bury(tx, cursor, DeadLetter(2, 5, "422 No"), system_clock())
    await park(tx, cursor, ConsumerState.STOPPED, why="410 Gone", now=system_clock())
    return cursor


async def desk(tx: Transaction) -> Any:
    """Who reads by the name of desk, and how far."""
    found = text("SELECT holder, seq FROM consumer WHERE name = 'desk'")
    return (await tx.execute(found)).one()


def test_consumers_are_listed_shown_moved_and_forgotten(
    newsd: Newsd, written: Callable[[Do], Any], sqlite_url: str
) -> None:
    asyncio.run(_publish(sqlite_url, 5))
    written(ops)
    (row,) = json.loads(newsd("consumers", "list", "--json"))
    assert (row["name"], row["seq"], row["lag"], row["state"]) == ("ops", 2, 3, "stopped")
    assert "410 Gone" in newsd("consumers", "list")
    shown = newsd("consumers", "show", "ops")
    assert "422 No" in shown
    assert json.loads(newsd("consumers", "show", "ops", "--json"))["letters"][0]["seq"] == 2

    assert "goes on where it is" in newsd("consumers", "reset", "ops")
    (row,) = json.loads(newsd("consumers", "list", "--json"))
    assert (row["seq"], row["state"], row["last_error"]) == (2, "active", None)
    assert "goes on at the end" in newsd("consumers", "reset", "ops", "--to-end")
    assert "behind change 1" in newsd("consumers", "replay", "ops", "--from", "1")
    assert "behind change 0" in newsd("consumers", "replay", "ops", "--from", "1d")
    assert "1 dead letters" in newsd("consumers", "replay", "ops", "--dead")
    assert "nothing can follow 99" in newsd("consumers", "replay", "ops", "--from", "99", status=2)
    assert "either --from" in newsd("consumers", "replay", "ops", status=2)
    for command in ("show", "reset", "remove"):
        assert "no consumer is called 'nobody'" in newsd("consumers", command, "nobody", status=2)
    assert "forgotten" in newsd("consumers", "remove", "ops")
    assert json.loads(newsd("consumers", "list", "--json")) == []


def test_a_consumer_that_is_set_is_not_forgotten(newsd: Newsd, tmp_path: Path) -> None:
    path = tmp_path / "newsd.toml"
    path.write_text("[[consumers]]\nname = 'bus'\nkind = 'redis'\n")
    assert "out of" in newsd("consumers", "remove", "bus", "--config", str(path), status=2)
    newsd("consumers", "list", "--config", str(path))


def test_a_named_tail_goes_on_where_it_ended(newsd: Newsd, sqlite_url: str) -> None:
    def tail(*args: str) -> list[int]:
        lines = newsd("tail", "--no-follow", "--json", *args).splitlines()
        return [json.loads(line)["seq"] for line in lines]

    asyncio.run(_publish(sqlite_url, 4))
    assert tail("--name", "desk", "-n", "2") == [3, 4]
    assert tail("--name", "desk") == []
    asyncio.run(_publish(sqlite_url, 2))
    assert tail("--name", "desk", "--lang", "de") == []
    assert tail("--name", "desk") == []
    assert tail("--name", "desk", "--from", "4") == [5, 6]
    assert tail("--name", "other", "--from", "0") == [1, 2, 3, 4, 5, 6]
    (row, _) = json.loads(newsd("consumers", "list", "--json"))
    assert (row["kind"], row["seq"], row["lag"]) == ("tail", 6, 0)
    assert "small letters" in newsd("tail", "--name", "No Name", status=2)


@pytest.mark.threat("H12")
def test_readers_that_come_too_late_are_told_so_in_one_line(
    newsd: Newsd, written: Callable[[Do], Any], sqlite_url: str, tmp_path: Path
) -> None:
    async def forget(tx: Transaction) -> None:
        await tx.execute(text("DELETE FROM changes WHERE seq <= 3"))
        await raise_horizon(tx, 3, system_clock())

    newsd("tail", "--name", "early", "--no-follow")
    asyncio.run(_publish(sqlite_url, 2))
    newsd("tail", "--name", "desk", "--no-follow")
    asyncio.run(_publish(sqlite_url, 3))
    written(forget)
    for asked in (("--name", "desk"), ("--from", "2")):
        said = newsd("tail", "--no-follow", *asked, status=6)
        assert "changes 3 to 3 are kept no more" in said
        assert "go on from 3" in said
    # of all that was kept this name has seen nothing, and some is gone
    assert "changes 1 to 3" in newsd("tail", "--no-follow", "--name", "early", status=6)
    (tmp_path / "seq").write_text("1\n")
    said = newsd("export", "--cursor", str(tmp_path / "seq"), status=6)
    assert "changes 2 to 3 are kept no more" in said
    assert len(newsd("tail", "--no-follow", "--from", "0").splitlines()) == 2
    assert len(newsd("tail", "--no-follow", "--name", "desk", "--from", "3").splitlines()) == 2


def test_a_name_is_read_by_one_tail_and_let_go_at_sigterm(
    newsd: Newsd, written: Callable[[Do], Any], sqlite_url: str
) -> None:
    asyncio.run(_publish(sqlite_url, 1))
    written(ops)
    assert "is a consumer of kind webhook" in newsd(
        "tail", "--name", "ops", "--no-follow", status=4
    )
    command = [sys.executable, "-m", "daemon", "tail", "--name", "desk"]
    command += ["--database", sqlite_url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().split()[0] == "1"
        while written(desk)[1] != 1:
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert written(desk) == (None, 1)
