"""What articles were made of, packed and read again."""

import zlib

import orjson

from daemon.origins import _COMMON, pack, unpack
from daemon.values import Entry, Masthead, Origin
from storage.values import DateSource, FeedKind, GaveWay
from tests.samples import NOON

MASTHEAD = Masthead(
    FeedKind.ATOM,
    "https://post.example/feed",
    NOON,
    "The Post",
    "https://post.example/",
    "en",
    "The Post",
    GaveWay.FEED_SAYS_NOW,
)
ENTRY = Entry(
    guid="1",
    link="/a",
    title="Ferry &amp; pier",
    content="<p>It sails.</p>",
    authors=("Ann", "Bo"),
    published="2025-10-17",
    published_source=DateSource.SITEMAP,
    categories=("Sea",),
)
PAGE = Entry(title="Ferry", content="<p>All of it.</p>", other_dates=(("x", DateSource.HTML),))
ORIGIN = Origin(MASTHEAD, ENTRY, "1", address_is_shared=True, page=PAGE)


def test_what_is_packed_is_what_is_read() -> None:
    assert unpack(pack(ORIGIN)) == ORIGIN
    bare = Origin(Masthead(FeedKind.RSS, "", NOON), Entry(), "")
    assert unpack(pack(bare)) == bare


def test_what_no_encoding_has_is_no_obstacle() -> None:
    odd = Origin(MASTHEAD, Entry(title="a\ud800b", authors=("\udfff",)), "n\ud800")
    assert unpack(pack(odd)).entry == Entry(title="a?b", authors=("?",))


def test_a_field_of_another_release_is_no_obstacle() -> None:
    reader = zlib.decompressobj(zdict=_COMMON)
    written = orjson.loads(reader.decompress(pack(ORIGIN)))
    written["entry"]["mood"] = "cheerful"
    del written["entry"]["authors"]
    packer = zlib.compressobj(zdict=_COMMON)
    again = unpack(packer.compress(orjson.dumps(written)) + packer.flush())
    assert (again.entry.title, again.entry.authors) == (ENTRY.title, ())


def test_half_of_what_a_short_entry_takes_is_saved() -> None:
    packed, plain = pack(ORIGIN), orjson.dumps({"e": str(ENTRY), "m": str(MASTHEAD)})
    assert 2 * len(packed) < len(plain)
