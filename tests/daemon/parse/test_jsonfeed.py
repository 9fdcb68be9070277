"""JSON that is nearly a feed."""

import pytest

from daemon.parse import parse_feed
from daemon.values import Fetched

URL = "https://paper.example/feed.json"


@pytest.mark.threat("D7")
@pytest.mark.parametrize(
    ("item", "kept"),
    [
        pytest.param('{"title": "t", "id": ' + "9" * 200_000 + "}", True, id="a huge number"),
        pytest.param('{"title": "t", "date_published": NaN}', True, id="no number"),
        pytest.param('{"title": "t", "url": {}, "tags": "x", "authors": 1}', True, id="types"),
        pytest.param('{"title": "t", "attachments": [null, 1, []]}', True, id="nulls inside"),
        pytest.param("null", False, id="null"),
        pytest.param('["title", "t"]', False, id="a list"),
        pytest.param('{"title": null}', False, id="nothing to read"),
    ],
)
def test_an_odd_item_costs_at_most_itself(item: str, kept: bool) -> None:  # noqa: FBT001  a table
    body = f'{{"items": [{{"title": "sound"}}, {item}]}}'.encode()
    parsed = parse_feed(Fetched(URL, body))
    assert [entry.title for entry in parsed.entries] == ["sound", "t"][: 1 + kept]
    assert parsed.rejected == ({} if kept else {"not_an_item": 1})


@pytest.mark.parametrize(
    ("body", "title", "damaged"),
    [
        pytest.param('{"items": [{"title": "a\nb\tc"}]}', "a b c", None, id="breaks in a string"),
        pytest.param('{"items": [{"title": "t"}]}\0\n', "t", None, id="padding"),
        pytest.param(
            '{"items": [{"title": "t"}]}<!-- 0.2 s -->',
            "t",
            "something follows the JSON",
            id="a comment of the server",
        ),
    ],
)
def test_what_is_around_the_items_costs_none(body: str, title: str, damaged: str | None) -> None:
    parsed = parse_feed(Fetched(URL, body.encode()))
    assert [entry.title for entry in parsed.entries] == [title]
    assert parsed.damaged == damaged
