import socket
from pathlib import Path

import pytest

from daemon.notify import Supervisor


@pytest.mark.parametrize("abstract", [False, True], ids=["a path", "the abstract namespace"])
def test_the_supervisor_is_told(tmp_path: Path, *, abstract: bool) -> None:
    address = f"@newsd-test-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(f"\0{address[1:]}" if abstract else address)
        Supervisor(address).tell("READY=1")
        assert channel.recv(64) == b"READY=1"


def test_nobody_is_told_where_nobody_asked() -> None:
    Supervisor().tell("READY=1")
