"""One process at a time works on a SQLite file."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from storage.errors import LeaseHeldError, StorageUnavailableError
from storage.feeds import SHARDS
from storage.values import Lease


class Alone:
    """The holder of a whole SQLite database."""

    leases: Mapping[int, Lease] = {shard: Lease(shard, 0) for shard in range(SHARDS)}

    async def beat(self) -> None:
        """Nothing to do: the kernel keeps the lock for as long as the process lives."""


@contextmanager
def locked(path: Path) -> Iterator[Alone]:
    """An exclusive lock beside the file; the kernel lets go of it however the process ends.

    The lock file stays behind, empty: to delete it would let two processes lock two files.
    """
    beside = path.with_name(f"{path.name}.lock")
    try:
        file = beside.open("a+", encoding="ascii")
    except OSError as error:
        raise StorageUnavailableError(f"{beside} cannot be written: {error.strerror}") from error
    with file:
        _lock(file, path)
        file.truncate(0)
        print(os.getpid(), file=file, flush=True)
        yield Alone()
        file.truncate(0)


def _lock(file: TextIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        raise LeaseHeldError(
            f"{path} is in use by newsd process {file.read().strip() or 'unknown'} "
            f"(lock: {file.name}); one process at a time works on a SQLite file"
        ) from error
