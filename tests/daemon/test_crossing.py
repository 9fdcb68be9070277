"""What crosses the border of a process arrives as it was."""

import copyreg
import pickle
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from daemon import crossing
from daemon.crossing import ease_crossing
from daemon.digest import digest
from daemon.tag import load_tagger
from daemon.values import Digested, Fetched

PAGE = Fetched(
    "https://paper.example/feed",
    b"<rss version='2.0'><channel><title>t</title><item><title>Ministers agree on the budget"
    b"</title><pubDate>Fri, 17 Oct 2025 10:00:00 GMT</pubDate><category>Politics</category>"
    b"</item></channel></rss>",
)


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    before = dict(copyreg.dispatch_table)
    ease_crossing()
    yield
    copyreg.dispatch_table.clear()
    copyreg.dispatch_table.update(before)


def digested() -> Digested:
    now = datetime(2025, 10, 18, tzinfo=UTC)
    return digest(PAGE, frozenset(), now, load_tagger(), max_entries=10)


def test_what_is_sent_arrives() -> None:
    sent = digested()
    assert sent.articles
    assert pickle.loads(pickle.dumps(sent)) == sent  # noqa: S301  our own bytes


def test_every_noun_goes_by_its_own_reducer() -> None:
    sent = digested()
    tagged = sent.articles[0]
    nouns = (sent, tagged, tagged.article, tagged.fingerprint, tagged.article.published)
    assert all(copyreg.dispatch_table[type(noun)](noun)[0] is type(noun) for noun in nouns)


def test_every_noun_can_be_made_from_its_fields_alone() -> None:
    assert all(field.init for noun in crossing._CROSSING for field in fields(noun))
