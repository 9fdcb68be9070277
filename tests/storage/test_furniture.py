from dataclasses import replace

from storage.database import Database
from storage.furniture import all_learned, forget_lines, keep_lines, learned_sites, lines_of
from storage.lines import LearnedLine, SiteLines
from tests.samples import NOON

LINE = LearnedLine((1 << 64) - 1, "Sea and shore", 6, 10, NOON)
OTHER = LearnedLine(7, "Ask our crew", 9, 10, NOON)
LINES = SiteLines("gazette.example", b"\x00\x01\xff", (LINE, OTHER))


async def test_what_is_known_of_a_site_is_read_as_it_was_written(database: Database) -> None:
    async with database.writing() as tx:
        await keep_lines(tx, [LINES, SiteLines("post.example")])
    async with database.reading() as tx:
        assert await lines_of(tx, ["gazette.example", "nowhere.example"]) == {LINES.site: LINES}
        assert await learned_sites(tx, limit=10) == {LINES.site: LINES.hashes}


async def test_what_is_learned_later_takes_its_place(database: Database) -> None:
    async with database.writing() as tx:
        await keep_lines(tx, [LINES])
        await keep_lines(tx, [replace(LINES, learned=(OTHER,))])
        assert (await lines_of(tx, [LINES.site]))[LINES.site].hashes == {7}


async def test_learned_lines_are_listed_by_how_often_they_were_seen(database: Database) -> None:
    async with database.writing() as tx:
        await keep_lines(tx, [LINES, replace(LINES, site="a.example")])
        rows = await all_learned(tx, None, 10)
        assert [(row["site"], row["line"]) for row in rows[:3]] == [
            ("a.example", "Ask our crew"),
            ("a.example", "Sea and shore"),
            ("gazette.example", "Ask our crew"),
        ]
        assert rows[0] == {
            "site": "a.example",
            "line": "Ask our crew",
            "articles": 9,
            "of": 10,
            "learned_at": NOON,
        }
        assert len(await all_learned(tx, "gazette.example", 1)) == 1
        assert await all_learned(tx, "nowhere.example", 10) == []


async def test_a_site_can_be_forgotten(database: Database) -> None:
    async with database.writing() as tx:
        await keep_lines(tx, [LINES])
        assert await forget_lines(tx, LINES.site)
        assert not await forget_lines(tx, LINES.site)
        assert await lines_of(tx, [LINES.site]) == {}
