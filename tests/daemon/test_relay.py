"""Consumers are told of everything, in order, whatever their receivers do."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiohttp import web
from sqlalchemy import make_url, text

from daemon.app import system_clock
from storage.consumers import Reader, claim, holder_of
from storage.database import Database
from storage.deadletters import move, resume, revive_letters
from storage.horizon import raise_horizon
from storage.listings import dead_letters
from tests.conftest import Serve
from tests.daemon.relays import became, consumer, hook, publish, relaying, settings_of
from tests.daemon.sinks.receiver import Receiver
from tests.postgres import run_sql


def numbers(last: int) -> Sequence[int]:
    return range(1, last + 1)


async def test_a_consumer_is_told_of_all_there_is_and_of_what_comes(
    database: Database, serve: Serve
) -> None:
    receiver = Receiver()
    await publish(database, 250)
    async with relaying(database, hook(await serve(receiver.take))) as relay:
        await receiver.has(*numbers(250))
        await publish(database, 3)
        relay.wake()
        await receiver.has(*numbers(253))
        await became(database, seq=253)
    assert [len(batch) for batch in receiver.requests] == [100, 100, 50, 3]
    found = await consumer(database)
    assert (found["kind"], found["state"], found["lag"]) == ("webhook", "active", 0)
    assert found["target"].startswith("http://127.0.0.1:")


async def test_what_another_process_commits_is_noticed(database: Database, serve: Serve) -> None:
    receiver = Receiver()
    async with relaying(database, hook(await serve(receiver.take), start="now")):
        await publish(database, 1)
        await receiver.has(1)
        await publish(database, 1)
        await receiver.has(1, 2)


async def test_a_new_consumer_begins_now_unless_it_shall_have_everything(
    database: Database, serve: Serve
) -> None:
    receiver = Receiver()
    await publish(database, 5)
    async with relaying(database, hook(await serve(receiver.take), start="now")) as relay:
        await publish(database, 1)
        relay.wake()
        await receiver.has(6)


@pytest.mark.threat("H12")
async def test_a_receiver_that_was_down_is_told_everything_in_order(
    database: Database, serve: Serve
) -> None:
    away = [web.Response(status=status) for status in (503, 500, 404)]
    receiver = Receiver(answers=away)
    await publish(database, 150)
    async with relaying(database, hook(await serve(receiver.take))) as relay:
        found = await became(database, state="failing")
        assert (found["seq"], found["last_error"][:3]) == (0, "503")
        assert found["next_try_at"] is not None
        await publish(database, 10)
        relay.wake()
        await receiver.has(*numbers(160))
        assert len(set(receiver.names[:4])) == 1
        found = await became(database, seq=160)
    assert (found["state"], found["failures"], found["last_error"]) == ("active", 0, None)


async def test_an_event_that_is_refused_is_put_aside_and_can_be_delivered_later(
    database: Database, serve: Serve
) -> None:
    receiver = Receiver(poison=4)
    await publish(database, 8)
    async with relaying(database, hook(await serve(receiver.take))) as relay:
        await receiver.has(1, 2, 3, 5, 6, 7, 8)
        found = await became(database, seq=8)
        assert (found["dead_letters"], found["state"]) == (1, "active")
        assert receiver.requests[0] == [1, 2, 3, 4, 5, 6, 7, 8]
        assert receiver.requests[1:6] == [[1], [2], [3], [4], [4]]
        async with database.reading() as tx:
            (letter,) = await dead_letters(tx, "ops", limit=9)
        assert (letter["seq"], letter["tries"], letter["why"][:3]) == (4, 2, "422")

        async with database.writing() as tx:
            assert await revive_letters(tx, "ops", system_clock()) == 1
        await receiver.until(lambda it: it.requests[-1] == [4] and len(it.requests) > 7)
        async with database.reading() as tx:
            assert len(await dead_letters(tx, "ops", limit=9)) == 1

        receiver.poison = None
        async with database.writing() as tx:
            await revive_letters(tx, "ops", system_clock())
        await receiver.has(1, 2, 3, 5, 6, 7, 8, 4)
        assert (await became(database, dead_letters=0))["seq"] == 8
        await relay.drain(timedelta(seconds=10))


async def test_an_operator_moves_a_cursor_while_it_is_served(
    database: Database, serve: Serve
) -> None:
    receiver = Receiver()
    await publish(database, 5)
    async with relaying(database, hook(await serve(receiver.take))):
        await receiver.has(*numbers(5))
        await became(database, seq=5)
        async with database.writing() as tx:
            await move(tx, "ops", 3, system_clock())
        await receiver.has(1, 2, 3, 4, 5, 4, 5)
        await became(database, seq=5)


async def test_a_receiver_that_is_gone_is_left_alone_until_an_operator_says_so(
    database: Database, serve: Serve
) -> None:
    receiver = Receiver(answers=[web.Response(status=410)])
    await publish(database, 3)
    async with relaying(database, hook(await serve(receiver.take))) as relay:
        found = await became(database, state="stopped")
        assert (found["seq"], found["last_error"]) == (0, "410 Gone")
        await publish(database, 1)
        relay.wake()
        assert len(receiver.requests) == 1
        async with database.writing() as tx:
            await resume(tx, "ops", system_clock())
        await receiver.has(*numbers(4))


@pytest.mark.threat("H12")
async def test_a_consumer_that_comes_too_late_is_expired_and_skips_nothing_in_silence(
    database: Database, serve: Serve
) -> None:
    receiver = Receiver()
    await publish(database, 5)
    url = await serve(receiver.take)
    async with relaying(database, hook(url)):
        await receiver.has(*numbers(5))
        await became(database, seq=5)
    await publish(database, 5)
    async with database.writing() as tx:
        await tx.execute(text("DELETE FROM changes WHERE seq <= 7"))
        await raise_horizon(tx, 7, system_clock())
    async with relaying(database, hook(url)):
        found = await became(database, state="expired")
        assert found["seq"] == 5
        assert "changes 6 to 7 are kept no more" in found["last_error"]
        async with database.writing() as tx:
            await move(tx, "ops", 7, system_clock())
        await receiver.has(*numbers(5), 8, 9, 10)


async def test_what_is_not_wanted_is_passed_over_and_the_cursor_moves_all_the_same(
    database: Database, serve: Serve
) -> None:
    receiver = Receiver()
    await publish(database, 5)
    german = hook(await serve(receiver.take), languages=("de",))
    async with relaying(database, german):
        await became(database, seq=5)
    assert receiver.requests == []


async def test_two_replicas_serve_a_consumer_once_and_one_takes_over_from_the_other(
    postgres_url: str, serve: Serve
) -> None:
    receiver = Receiver()
    wanted = hook(await serve(receiver.take))
    short = timedelta(seconds=2)
    async with (
        Database.open(postgres_url) as first,
        Database.open(postgres_url) as second,
        relaying(second, wanted, replica="second", ttl=short) as other,
    ):
        async with relaying(first, wanted, replica="first", ttl=short) as relay:
            for _ in range(5):
                await publish(first, 40)
                relay.wake()
                other.wake()
            await receiver.has(*numbers(200))
            await became(first, seq=200)
        await publish(second, 10)
        await receiver.has(*numbers(210))
    assert receiver.seen == list(numbers(210))


@pytest.mark.threat("H7")
async def test_a_database_that_was_away_is_waited_for_and_nothing_is_lost(
    postgres: str, postgres_url: str, serve: Serve
) -> None:
    name, receiver = make_url(postgres_url).database, Receiver()
    async with (
        Database.open(postgres_url) as database,
        relaying(database, hook(await serve(receiver.take))) as relay,
    ):
        await publish(database, 5)
        relay.wake()
        await receiver.has(*numbers(5))
        await became(database, seq=5)
        await publish(database, 5)
        await run_sql(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        await run_sql(postgres, gone)
        relay.wake()
        await run_sql(postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await receiver.until(lambda it: 10 in it.seen)
        await became(database, seq=10)
    # what was taken and not yet written down comes again
    assert list(dict.fromkeys(receiver.seen)) == list(numbers(10))


@pytest.mark.threat("H5")
async def test_a_cursor_that_was_taken_away_in_the_middle_of_a_delivery_is_not_moved(
    postgres_url: str, serve: Serve
) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.Response:
        await request.read()
        asked.set()
        await answer.wait()
        return web.Response()

    async with Database.open(postgres_url) as database:
        await publish(database, 5)
        async with relaying(database, hook(await serve(slow)), replica="late"):
            await asked.wait()
            async with database.writing() as tx:
                taken = await claim(tx, "ops", Reader("early", alone=True), now=system_clock())
                assert taken is not None
            answer.set()
        async with database.reading() as tx:
            assert await holder_of(tx, "ops") == "early"
        assert (await consumer(database))["seq"] == 0


async def test_a_reload_takes_up_new_consumers_and_leaves_the_others_alone(
    database: Database, serve: Serve
) -> None:
    ops, desk = Receiver(), Receiver()
    first = hook(await serve(ops.take))
    second = hook(await serve(desk.take), name="desk", start="beginning")
    await publish(database, 4)
    async with relaying(database, first) as relay:
        await ops.has(*numbers(4))
        relay.follow(settings_of(first, second))
        await desk.has(*numbers(4))
        moved = first.model_copy(update={"url": second.url})
        relay.follow(settings_of(moved))
        await publish(database, 1)
        relay.wake()
        await desk.until(lambda it: it.seen == [1, 2, 3, 4, 5])
        relay.follow(settings_of())
        await became(database, seq=5)
    assert ops.seen == [1, 2, 3, 4]


async def test_draining_delivers_what_there_is_and_gives_up_at_a_failure(
    database: Database, serve: Serve
) -> None:
    receiver, broken = Receiver(), Receiver(answers=[web.Response(status=503)] * 9)
    good = hook(await serve(receiver.take))
    bad = hook(await serve(broken.take), name="bad")
    await publish(database, 120)
    async with relaying(database, good, bad) as relay, asyncio.timeout(20):
        await relay.drain(timedelta(seconds=60))
        assert receiver.seen == list(numbers(120))
        assert len(broken.requests) == 1
    async with database.reading() as tx:
        assert await holder_of(tx, "ops") is None
    assert (await consumer(database))["seq"] == 120
    assert (await consumer(database, "bad"))["state"] == "failing"


async def test_draining_puts_aside_what_is_refused_and_goes_on(
    database: Database, serve: Serve
) -> None:
    receiver = Receiver(poison=2)
    await publish(database, 4)
    async with relaying(database, hook(await serve(receiver.take))) as relay, asyncio.timeout(20):
        await relay.drain(timedelta(seconds=60))
    assert receiver.seen == [1, 3, 4]
    assert (await consumer(database))["dead_letters"] == 1


@pytest.mark.threat("I6")
async def test_nobody_sees_the_credentials_of_a_receiver(database: Database, serve: Serve) -> None:
    receiver = Receiver(answers=[web.Response(status=500)])
    url = (await serve(receiver.take)).replace("//", "//ann:hush@") + "?key=hush"
    await publish(database, 1)
    async with relaying(database, hook(url)):
        found = await became(database, state="failing")
        await receiver.has(1)
    assert "hush" not in str(found)
    assert found["target"].endswith("/feed")


async def test_a_consumer_that_cannot_be_opened_harms_nobody(
    database: Database, serve: Serve
) -> None:
    receiver = Receiver()
    url = await serve(receiver.take)
    bad = hook(url, name="bad", secret="whsec_%%")  # noqa: S106  it is none
    await publish(database, 2)
    async with relaying(database, bad, hook(url)):
        await receiver.has(1, 2)
