import time

import pytest

from daemon.parse.hubs import hub_links
from daemon.values import Fetched, HubLinks

URL = "https://post.example/feed"
HUB = "https://hub.example/"


def links(body: str, *headers: str) -> HubLinks | None:
    return hub_links(Fetched(URL, body.encode(), links=headers))


@pytest.mark.threat("A9", "D5", "E1", "E2")
@pytest.mark.parametrize(
    ("body", "headers", "found"),
    [
        pytest.param(
            "<rss/>",
            (f'<{HUB}>; rel="hub", <https://post.example/topic>; rel="self"',),
            HubLinks(HUB, "https://post.example/topic"),
            id="in one header",
        ),
        pytest.param(
            "<rss/>", (f"<{HUB}>;rel=hub",), HubLinks(HUB, URL), id="no self: the address itself"
        ),
        pytest.param(
            f'<feed xmlns="http://www.w3.org/2005/Atom"><link href="{HUB}" rel="hub"/>'
            "<link rel='self' href='/atom?a=1&amp;b=2'/></feed>",
            (),
            HubLinks(HUB, "https://post.example/atom?a=1&b=2"),
            id="in an Atom feed",
        ),
        pytest.param(
            f'<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><link>/</link>'
            f'<atom:link rel="hub" href="{HUB}"/></channel></rss>',
            (),
            HubLinks(HUB, URL),
            id="in an RSS feed",
        ),
        pytest.param(
            '{"version":"https://jsonfeed.org/version/1.1","feed_url":"https:\\/\\/post.example/j",'
            f'"hubs":[{{"type":"rssCloud","url":"x"}},{{"type":"WebSub","url":"{HUB}"}}]}}',
            (),
            HubLinks(HUB, "https://post.example/j"),
            id="in a JSON feed",
        ),
        pytest.param(
            f'<feed><entry><link rel="hub" href="{HUB}"/></entry></feed>', (), None, id="an entry"
        ),
        pytest.param("<rss/>", ("<javascript:x>; rel=hub",), None, id="no script"),
        pytest.param('{"hubs": [1, null]}', (), None, id="nonsense"),
        pytest.param("<rss/>", ("garbage; rel=hub", "<"), None, id="a broken header"),
        pytest.param("<rss/>", ("<http://[::1>; rel=hub",), None, id="a broken address"),
        pytest.param("<rss/>", (f"<{HUB}{'x' * 5000}>; rel=hub",), None, id="an endless one"),
        pytest.param('<rss><link rel="hub" href="http://[::1"/>', (), None, id="broken, inside"),
        pytest.param(
            f'<rss><link rel="hub" href="{HUB}"/><link rel="self" href="http://[::1"/>',
            (),
            HubLinks(HUB, URL),
            id="a broken self: the address itself",
        ),
        pytest.param(
            '{"hubs":[{"type":"WebSub","url":"https://hub.example/\\u0000\\ud800"}]}',
            (),
            None,
            id="characters that cannot be stored",
        ),
        pytest.param(
            f'{{"feed_url":"\\x","hubs":[{{"type":"WebSub","url":"{HUB}"}}]}}',
            (),
            HubLinks(HUB, URL),
            id="a self that is no JSON",
        ),
        pytest.param('{"hubs":' + "[" * 60_000 + "]", (), None, id="a deep list"),
    ],
)
def test_hubs(body: str, headers: tuple[str, ...], found: HubLinks | None) -> None:
    assert links(body, *headers) == found


@pytest.mark.threat("D4")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<link " * 10_000, id="links without an end"),
        pytest.param(f"<link {'a' * 60_000}>", id="an attribute without an end"),
        pytest.param('{"hubs":' * 8_000, id="lists without an end"),
    ],
)
def test_to_look_for_a_hub_costs_little(body: str) -> None:
    start = time.process_time()
    assert links(body) is None
    assert time.process_time() - start < 1
