"""The rules every format shares."""

import pytest

from daemon.parse.raw import Markup, RawEntry, entry_of, repaired
from daemon.values import Entry

HTML, TEXT = Markup("<p>words</p>"), Markup("a < b\n\nc", is_html=False)


@pytest.mark.parametrize(
    ("raw", "entry"),
    [
        pytest.param(RawEntry(summaries=[HTML]), Entry(content=HTML.value), id="only a summary"),
        pytest.param(
            RawEntry(summaries=[HTML], contents=[HTML]), Entry(content=HTML.value), id="a copy"
        ),
        pytest.param(
            RawEntry(contents=[TEXT]), Entry(content="<p>a &lt; b</p><p>c</p>"), id="plain text"
        ),
        pytest.param(
            RawEntry(contents=[Markup("short"), HTML]), Entry(content=HTML.value), id="the longest"
        ),
        pytest.param(
            RawEntry(id="http://a.example", id_is_link=True),
            Entry(guid="http://a.example", link="http://a.example"),
            id="an id that is a link",
        ),
        pytest.param(
            RawEntry(id="http://a.example"),
            Entry(guid="http://a.example"),
            id="an id that is none",
        ),
        pytest.param(
            RawEntry(title=Markup("1 < 2 &", is_html=False)),
            Entry(title="1 &lt; 2 &amp;"),
            id="title",
        ),
        pytest.param(
            RawEntry(title=Markup("<script>x</script>", is_html=False)),
            Entry(title="<script>x</script>"),
            id="a plain title with tags is to be cleaned as HTML",
        ),
        pytest.param(
            RawEntry(published=[None, " ", "2025"]), Entry(published="2025"), id="the first date"
        ),
        pytest.param(
            RawEntry(categories=["a", "a ", None, "b"]),
            Entry(categories=("a", "b")),
            id="once each",
        ),
    ],
)
def test_one_meaning_for_all_formats(raw: RawEntry, entry: Entry) -> None:
    assert entry_of(raw) == entry


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Ann Lee", "Ann Lee"),
        ("ann@paper.example (Ann Lee)", "Ann Lee"),
        ("Ann Lee <ann@paper.example>", "Ann Lee"),
        ("ann@paper.example", "ann@paper.example"),
        ("@ann", "@ann"),
    ],
)
def test_an_author_is_a_name(author: str, name: str) -> None:
    assert entry_of(RawEntry(authors=[author])).authors == (name,)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("CafÃ© â€œnowâ€\x9d", "Café “now”"),
        ("Café", "Café"),
        ("ÃÂ 50 – Â§", "ÃÂ 50 – Â§"),
        ("plain", "plain"),
    ],
)
def test_doubled_encoding_is_undone(text: str, whole: str) -> None:
    assert repaired(text) == whole
