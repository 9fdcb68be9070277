"""What stands before the root, and characters XML forbids."""

import pytest

from daemon.parse.prolog import root_of, writable


@pytest.mark.threat("D1", "D3")
@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("<rss>x</rss>", "rss"),
        ("<?xml version='1.0'?><?xml version='1.0'?>\n<feed/>", "feed"),
        ("junk < more <!-- <html> --> <rdf:RDF/>", "rdf"),
        ("<!DOCTYPE r [<!ENTITY a \"]>\"> <!ENTITY b '>'>]><rss/>", "rss"),
        ("<!doctype html>\n<HTML>", "html"),
        ("<!-- never closed <rss>", ""),
        ("no element", ""),
    ],
)
def test_the_document_begins_at_its_root(text: str, root: str) -> None:
    document, name = root_of(text)
    assert name == root
    assert text.endswith(document)
    assert "ENTITY" not in document


@pytest.mark.threat("E1", "E2", "E3")
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0\x08b", "ab"),
        ("&#0;&#x1F;&#xD800;&#55296;&#xFFFE;&#99999999;&#x110000;", ""),
        ("&#9;&#xA;&#128;&#8217;&#x1F600;", "&#9;&#xA;&#128;&#8217;&#x1F600;"),
        ("&nbsp;&eacute;&rsquo;", "\u00a0é’"),
        (
            "&amp;&lt;&gt;&quot;&apos;&amp;nbsp;&bogus;",
            "&amp;&lt;&gt;&quot;&apos;&amp;nbsp;&bogus;",
        ),
        (f"&#{'9' * 100_000};", ""),
    ],
)
def test_references_to_no_character_are_gone(text: str, kept: str) -> None:
    assert writable(text) == kept
