"""How `newsd run` leaves when it is not let."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SETTINGS = {"NEWSD_FETCH__ALLOW_NETWORKS": "127.0.0.1/32", "NEWSD_HTTP__BIND": ""}
PATIENCE = 30.0


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes a request and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


def newsd(url: str, *args: str, stderr: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "daemon", *args, "--database", url]
    environ = {**os.environ, **SETTINGS}  # noqa: TID251  what a child needs of ours
    return subprocess.Popen(command, cwd=ROOT, env=environ, stderr=stderr, text=True)


@pytest.fixture
def followed(sqlite_url: str, silent: socket.socket) -> str:
    """A database whose one feed never answers."""
    feed = f"http://127.0.0.1:{silent.getsockname()[1]}/feed"
    with newsd(sqlite_url, "feeds", "add", "--unasked", feed, stderr=subprocess.DEVNULL) as adding:
        assert adding.wait(PATIENCE) == 0
    return sqlite_url


def test_a_second_signal_ends_it_at_once_and_in_few_words(
    followed: str, silent: socket.socket
) -> None:
    with newsd(followed, "run", stderr=subprocess.PIPE) as daemon:
        connection, _ = silent.accept()
        with connection:
            assert daemon.stderr is not None
            daemon.send_signal(signal.SIGTERM)
            said = next(line for line in daemon.stderr if '"stopping"' in line)
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(PATIENCE) == 130
            said += daemon.stderr.read()
    assert "Traceback" not in said


def test_a_log_that_cannot_be_written_stops_nothing(followed: str, silent: socket.socket) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        with newsd(followed, "run", stderr=full) as daemon:
            connection, _ = silent.accept()
            connection.close()
            daemon.send_signal(signal.SIGTERM)
            # 120: Python could not write the rest of the log either
            assert daemon.wait(PATIENCE) in {0, 120}
    finally:
        os.close(full)
