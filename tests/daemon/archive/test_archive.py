"""An archive never holds up a poll, is whole after a crash, and is read however it is damaged."""

import asyncio
import gzip
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.archive import (
    Again,
    Archive,
    Damage,
    Recorded,
    Stray,
    open_archive,
    read_archive,
    reading,
)
from daemon.archive import archive as archiving
from daemon.archive.volume import Volume, forget_old, whole_members
from daemon.archive.warc import metadata
from daemon.settings import ArchiveSettings
from daemon.values import Fetched, Fresh, Gathered, Piece, Trace, Unchanged
from storage.values import FullText
from tests.samples import FEED, NOON

PAGE = Fetched(
    "https://news.example/feed",
    b"<rss>1</rss>",
    "application/rss+xml",
    etag='W/"1"',
    last_modified="Sat, 18 Oct 2025 11:30:00 GMT",
    fresh=Fresh(timedelta(minutes=5), is_cached=True),
    links=('<https://hub.example/>; rel="hub"',),
    moved_to="https://news.example/new",
)
TRACE = Trace(
    pieces=(
        Piece(PAGE),
        Piece(Fetched("https://news.example/s.xml", b"<urlset/>"), asked="https://news.example/s"),
        Piece(Fetched("https://news.example/a", "<p>née</p>".encode(), "text/html"), entry=-5),
        Piece(Fetched("", b"{}\n{}", "application/json"), published="2025", lines=(3, 4)),
    ),
    learned={"news.example": frozenset({1, 2**64 - 1})},
    learned_later={"other.example": frozenset({7})},
    unread={-9: ("later", False)},
)
POLL = Gathered(
    replace(FEED, labels=("a", "b"), title="News", full_text=FullText.ALWAYS),
    NOON,
    timedelta(seconds=1.5),
    Unchanged(),
    trace=TRACE,
)


def settings(folder: Path, **other: object) -> ArchiveSettings:
    return ArchiveSettings(dir=folder, keep=None).model_copy(update=other)


async def write(folder: Path, *polls: Gathered, **other: object) -> list[Path]:
    """Each poll as a group of its own."""
    async with open_archive(settings(folder, **other), "sqlite:///news.db") as archive:
        assert archive is not None
        for number, poll in enumerate(polls):
            await archive.write([poll], NOON + number * timedelta(hours=1))
        assert archive.lost == 0
    return sorted(folder.glob("*.warc.gz"))


def polls_of(path: Path) -> list[Recorded]:
    return [found for found in read_archive(path) if isinstance(found, Recorded)]


async def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    (path,) = await write(tmp_path, POLL, replace(POLL, trace=None), POLL)
    first, second = polls_of(path)
    assert first.trace == TRACE
    assert (first.place.at, second.place.at) == (NOON, NOON + timedelta(hours=2))
    assert (first.place.group, second.place.group) == (1, 2)
    assert first.database == "sqlite:///news.db"
    assert (first.started_at, first.duration) == (POLL.started_at, POLL.duration)
    feed = first.feed
    assert (feed.id, feed.url, feed.title) == (FEED.id, FEED.url, "News")
    assert (feed.labels, feed.full_text) == (("a", "b"), FullText.ALWAYS)
    assert path.stat().st_mode & 0o777 == 0o600


async def test_each_record_is_a_member_that_other_tools_read(tmp_path: Path) -> None:
    warcio = pytest.importorskip("warcio.archiveiterator")
    (path,) = await write(tmp_path, POLL)
    with path.open("rb") as file:
        records = [
            (r.rec_type, r.rec_headers.get_header("WARC-Target-URI"), r.content_stream().read())
            for r in warcio.ArchiveIterator(file)
        ]
    assert [kind for kind, _, _ in records] == ["warcinfo", *["response"] * 4, "metadata"]
    assert records[1][1:] == (PAGE.url, PAGE.body)
    assert records[3][2].decode() == "<p>née</p>"


@pytest.mark.threat("A11")
async def test_no_password_reaches_an_archive(tmp_path: Path) -> None:
    feed = replace(FEED, url="https://me:s3cret@news.example/feed", headers=(("X-Key", "s3cret"),))
    (path,) = await write(tmp_path, replace(POLL, feed=feed))
    assert b"s3cret" not in gzip.decompress(path.read_bytes())


async def test_files_are_followed_by_others_and_forgotten(tmp_path: Path) -> None:
    assert len(await write(tmp_path / "size", *[POLL] * 3, max_file=1)) == 3
    paths = await write(tmp_path / "age", *[POLL] * 4, max_age=timedelta(hours=2))
    assert [len(polls_of(path)) for path in paths] == [2, 2]
    os.utime(paths[0], (NOON.timestamp(), NOON.timestamp()))
    assert forget_old(tmp_path / "age", timedelta(days=1), NOON + timedelta(days=2)) == 1
    assert sorted((tmp_path / "age").glob("*")) == paths[1:]


async def test_a_group_that_is_tried_again_has_its_new_time(tmp_path: Path) -> None:
    async with open_archive(settings(tmp_path, max_file=1), "here") as archive:
        assert archive is not None
        await archive.write([POLL], NOON)
        await archive.write([POLL], NOON + timedelta(minutes=1), is_again=True)
        await archive.write([POLL], NOON + timedelta(minutes=2))
    first, _ = sorted(tmp_path.glob("*.warc.gz"))
    poll, again = read_archive(first)
    assert isinstance(poll, Recorded)
    assert isinstance(again, Again)
    assert again.place == replace(poll.place, at=NOON + timedelta(minutes=1))


# ---------------------------------------------------------------- crashes and disks


@pytest.mark.threat("H1")
@pytest.mark.parametrize("lost", [1, 10, 2000])
async def test_a_record_that_is_not_whole_is_cut_off(tmp_path: Path, lost: int) -> None:
    (path,) = await write(tmp_path, POLL, POLL)
    size = path.stat().st_size
    left_open = path.rename(path.with_name(f"{path.name}.open"))
    os.truncate(left_open, size - min(lost, size // 2))
    await write(tmp_path, POLL)
    assert len(sorted(tmp_path.glob("*.warc.gz"))) == 2
    assert not left_open.exists()
    found = list(read_archive(path))
    assert [type(one) for one in found] == [Recorded]


async def test_a_file_that_somebody_writes_is_left_alone(tmp_path: Path) -> None:
    async with open_archive(settings(tmp_path), "here") as other:
        assert other is not None
        await other.write([POLL], NOON)
        await write(tmp_path, POLL)
        assert len(list(tmp_path.glob("*.open"))) == 1
        await other.write([POLL], NOON)
    assert sorted(len(polls_of(path)) for path in tmp_path.glob("*.warc.gz")) == [1, 2]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a full disk, the kernel takes no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.threat("H7")
def test_of_what_a_full_disk_does_not_take_nothing_is_left(tmp_path: Path) -> None:
    volume = Volume.begin(tmp_path, "newsd-x", NOON)
    record = metadata("urn:x", b"{}", NOON)
    volume.put(record)
    with files_of_at_most(len(record) + 100), pytest.raises(OSError, match="too large"):
        volume.put(record * 9)
    assert volume.path.stat().st_size == len(record)
    volume.put(record)
    path = volume.end()
    assert path.read_bytes() == record * 2
    with path.open("rb") as file:
        assert whole_members(file) == len(record) * 2


async def test_polls_go_on_without_their_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "archive"
    async with open_archive(settings(folder), "here") as archive:
        assert archive is not None
        folder.rmdir()
        for _ in range(3):
            await archive.write([POLL], NOON)
        assert archive.lost == 3
        assert capsys.readouterr().err.count("archive_not_written") == 1
        folder.mkdir()
        await archive.write([POLL], NOON)
        assert archive.lost == 3


async def test_no_poll_waits_for_a_slow_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "PATIENCE", 0.0)
    is_free = threading.Event()
    async with open_archive(settings(tmp_path), "here") as archive:
        assert archive is not None
        archive._thread.submit(is_free.wait)
        await archive.write([POLL], NOON)
        await archive.write([POLL], NOON)  # is not even begun
        assert archive.lost == 1
        is_free.set()
    assert sum(len(polls_of(path)) for path in tmp_path.glob("*.warc.gz")) == 1


# ---------------------------------------------------------------- reading what is damaged


@pytest.mark.threat("D6")
async def test_damage_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    polls = [replace(POLL, trace=Trace((Piece(replace(PAGE, body=bytes([65 + n]) * 99)),)))
             for n in range(4)]  # fmt: skip
    (path,) = await write(tmp_path, *polls)
    held = bytearray(path.read_bytes())
    starts = [n for n in range(len(held)) if held[n:].startswith(b"\x1f\x8b\x08")]
    second = starts[3]  # the document of the second poll
    held[second + 20 : second + 60] = b"?" * 40
    path.write_bytes(held)
    found = list(read_archive(path))
    damages = [one for one in found if isinstance(one, Damage)]
    assert [damage.offset for damage in damages] == [second, starts[4]]
    assert str(damages[0]).startswith(f"{path}: byte {second}: not gzip as it should be")
    bodies = [p.trace.pieces[0].page.body[:1] for p in found if isinstance(p, Recorded)]
    assert bodies == [b"A", b"C", b"D"]


STRANGE = b"""{"newsd": 1, "session": "a", "group": 1, "at": "2025-01-01T00:00:00Z",
"number": 1, "of": 1, "feed": {"url": "file:///etc/passwd"}, "pieces": [{}]}"""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"{", "not JSON"),
        (b'{"newsd": 9}', "written by a newer newsd"),
        (b'{"newsd": 1}', "lacks what newsd writes"),
        (b'{"newsd": 1, "session": "a", "group": 1, "at": "0001-01-01T00:00:00Z"}', "the year 1"),
        (b'{"newsd": 1, "session": "a\\u0000"}', "NUL"),
        (STRANGE, "of no address"),
        (STRANGE.replace(b"file:///etc/passwd", b"https://a.example/"), "KeyError"),
    ],
)
def test_what_newsd_does_not_write_is_damage(tmp_path: Path, said: bytes, words: str) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(metadata("urn:x", said, NOON))
    (damage,) = read_archive(path)
    assert isinstance(damage, Damage)
    assert words in damage.why


@pytest.mark.threat("B1")
def test_a_record_that_unfolds_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST", 1 << 20)
    path = tmp_path / "x.warc.gz"
    sound = metadata("urn:x", b'{"of": "somebody else"}', NOON)
    path.write_bytes(sound + gzip.compress(bytes(50 << 20)) + sound)
    first, damage, last = read_archive(path)
    assert isinstance(damage, Damage)
    assert damage.why == "a record of more than 1 MiB"
    assert isinstance(first, Stray)
    assert isinstance(last, Stray)


NO_ARCHIVES = {
    "no gzip at all": (b"no gzip at all", "not gzip as it should be"),
    "no WARC": (gzip.compress(b"no WARC at all"), "no WARC record"),
    "too short": (
        gzip.compress(b"WARC/1.1\r\nWARC-Type: metadata\r\nContent-Length: 99\r\n\r\n{}"),
        "that says it has 99",
    ),
    "cut": (gzip.compress(b"x" * 999)[:18], "the file ends inside a record"),
}


@pytest.mark.parametrize("name", NO_ARCHIVES)
def test_what_is_no_archive_is_said(tmp_path: Path, name: str) -> None:
    held, why = NO_ARCHIVES[name]
    path = tmp_path / "x.warc.gz"
    path.write_bytes(held)
    (damage,) = read_archive(path)
    assert isinstance(damage, Damage)
    assert why in damage.why


async def test_documents_that_nobody_speaks_of_do_not_pile_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_HELD", 10)
    (path,) = await write(tmp_path, POLL)
    (damage,) = read_archive(path)
    assert isinstance(damage, Damage)


def test_an_archive_is_opened_only_where_one_is_wanted() -> None:
    async def opened() -> Archive | None:
        async with open_archive(ArchiveSettings(), "here") as archive:
            return archive

    assert asyncio.run(opened()) is None
