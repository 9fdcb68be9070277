import pytest

from daemon.parse.hubs import hub_links
from daemon.values import Fetched, HubLinks

URL = "https://post.example/feed"
HUB = "https://hub.example/"


def links(body: str, *headers: str) -> HubLinks | None:
    return hub_links(Fetched(URL, body.encode(), links=headers))


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
    ],
)
def test_hubs(body: str, headers: tuple[str, ...], found: HubLinks | None) -> None:
    assert links(body, *headers) == found
