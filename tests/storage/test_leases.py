import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.errors import LeaseHeldError
from storage.leases import Holder, hold, still_held
from storage.values import Lease

ROOT = Path(__file__).parents[2]
HOLD = """
import asyncio, sys
from storage.database import Database
from storage.leases import hold

async def main():
    async with Database.open(sys.argv[1]) as database, hold(database, "first") as holder:
        print(len(holder.leases), flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


@contextmanager
def another_process(url: str) -> Iterator[subprocess.Popen[str]]:
    """A second newsd that holds the whole database until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "256\n"
        try:
            yield process
        finally:
            process.kill()


async def held(database: Database, holder: Holder, replica: str) -> frozenset[int]:
    async with database.writing() as tx:
        return await still_held(tx, holder.leases.values(), replica)


async def test_the_only_process_holds_everything(database: Database) -> None:
    async with hold(database, "one") as holder:
        assert sorted(holder.leases) == list(range(256))
        assert all(lease.shard == shard for shard, lease in holder.leases.items())
        await holder.beat()
        assert len(await held(database, holder, "one")) == 256
    async with hold(database, "two") as holder:
        assert len(holder.leases) == 256


@pytest.mark.threat("H9")
async def test_a_second_process_on_a_file_is_told_who_is_there(sqlite_url: str) -> None:
    async with Database.open(sqlite_url) as database:
        with another_process(sqlite_url) as other, pytest.raises(LeaseHeldError) as caught:
            async with hold(database, "second"):
                pass
        assert f"news.db is in use by newsd process {other.pid} " in str(caught.value)
        async with hold(database, "second") as holder:
            assert len(holder.leases) == 256


async def test_a_replica_that_finds_everything_taken_says_by_whom(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database, hold(database, "first"):
        with pytest.raises(LeaseHeldError, match="in use by newsd on first"):
            async with hold(database, "second"):
                pass


@pytest.mark.threat("H5")
async def test_a_killed_holder_is_replaced_at_once(database_url: str) -> None:
    async with Database.open(database_url) as database:
        with another_process(database_url) as other:
            os.kill(other.pid, signal.SIGKILL)
            other.wait()
        async with hold(database, "second", patience=timedelta(seconds=5)) as holder:
            assert len(holder.leases) == 256


async def test_replicas_share_fairly_and_one_that_leaves_is_replaced(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database, hold(database, "a") as a:
        beats = asyncio.create_task(beating(a))
        async with hold(database, "b", patience=timedelta(seconds=5)) as b:
            assert (len(a.leases), len(b.leases)) == (128, 128)
            assert a.leases.keys().isdisjoint(b.leases)
            async with hold(database, "c", patience=timedelta(seconds=5)) as c:
                await b.beat()
                await c.beat()
                counts = (len(a.leases), len(b.leases), len(c.leases))
                assert sum(counts) == 256
                assert max(counts) <= 86
        beats.cancel()
        await a.beat()
        assert len(a.leases) == 256


async def beating(holder: Holder) -> None:
    while True:
        await holder.beat()
        await asyncio.sleep(0.05)


@pytest.mark.threat("H5")
async def test_a_late_replica_cannot_write(postgres_url: str) -> None:
    """One that slept through its lease finds every shard at a later epoch."""
    async with (
        Database.open(postgres_url) as database,
        hold(database, "late") as late,
    ):
        slept = dict(late.leases)
        async with database.writing() as tx:
            await tx.execute(text("UPDATE lease SET expires_at = now() - interval '1 second'"))
        async with hold(database, "new") as new:
            assert len(new.leases) == 128
            async with database.writing() as tx:
                left = await still_held(tx, slept.values(), "late")
            assert left.isdisjoint(new.leases)
            assert all(new.leases[s].epoch == slept[s].epoch + 1 for s in new.leases)


async def test_a_new_life_under_an_old_name_voids_the_old_leases(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database:
        async with database.writing() as tx:
            await tx.execute(
                text("UPDATE lease SET holder = 'me', epoch = 7, expires_at = 'infinity'")
            )
        async with hold(database, "me") as holder:
            assert holder.leases[0] == Lease(0, 8)
            async with database.writing() as tx:
                assert await still_held(tx, [Lease(0, 7)], "me") == frozenset()


async def test_two_replicas_of_one_name_are_refused(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database, hold(database, "twin"):
        with pytest.raises(LeaseHeldError, match="name of its own"):
            async with hold(database, "twin"):
                pass


async def test_a_replica_takes_part_again_after_the_server_was_away(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database, hold(database, "one") as holder:
        async with database.session("newsd:operator") as operator:
            await operator.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'newsd:one'"
                )
            )
        await holder.beat()
        assert len(await held(database, holder, "one")) == 256


async def test_a_lease_cannot_be_taken_while_its_holder_writes(postgres_url: str) -> None:
    async with Database.open(postgres_url) as database, hold(database, "one") as one:
        async with database.writing() as tx:
            await tx.execute(text("UPDATE lease SET expires_at = now() - interval '1 second'"))
        async with database.writing() as tx:
            assert len(await still_held(tx, [one.leases[0]], "one")) == 1
            async with hold(database, "two") as two:
                assert 0 not in two.leases
                assert 1 in two.leases
