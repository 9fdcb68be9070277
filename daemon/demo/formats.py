"""Feeds in the four formats, written as newspapers write them."""

import json
from collections.abc import Callable, Sequence
from email.utils import format_datetime
from xml.sax.saxutils import escape

from daemon.demo.stories import Behaviour, Channel, Format, Story


def render(channel: Channel, stories: Sequence[Story]) -> tuple[bytes, str]:
    """The document of a channel and its Content-Type, with what is the matter with them."""
    if channel.behaviour is Behaviour.LOGIN:
        return _login(channel).encode(), "text/html; charset=utf-8"
    writers: dict[Format, Callable[[Channel, Sequence[Story]], str]] = {
        Format.RSS: _rss,
        Format.RDF: _rdf,
        Format.ATOM: _atom,
        Format.JSON: _json,
    }
    text = writers[channel.format](channel, stories)
    if channel.behaviour is Behaviour.DAMAGED:
        text = text.replace("&amp;", "&").removesuffix("</channel></rss>")
    # a publisher of the last century: the words are in windows-1252, the label says UTF-8
    charset = "cp1252" if channel.behaviour is Behaviour.WRONG_CHARSET else "utf-8"
    kind = "feed+json" if channel.format is Format.JSON else f"{channel.format}+xml"
    return text.encode(charset, "replace"), f"application/{kind}; charset=utf-8"


def front_page(channels: Sequence[Channel]) -> str:
    """A page that names the feeds of the site (RSS Autodiscovery)."""
    kinds = {Format.JSON: "feed+json", Format.ATOM: "atom+xml"}
    links = "\n".join(
        f'<link rel="alternate" type="application/{kinds.get(c.format, "rss+xml")}"'
        f' title="{escape(c.title)}" href="/{c.path}">'
        for c in channels
    )
    return f"<!doctype html><html><head><title>The kiosk</title>\n{links}\n</head></html>"


def _rss(channel: Channel, stories: Sequence[Story]) -> str:
    items = "\n".join(_rss_item(channel, story) for story in stories)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>\n'
        f"<title>{escape(channel.title)}</title><link>{channel.site}/</link>\n"
        f"<description>News</description><language>{channel.language}</language>\n"
        f"{items}\n</channel></rss>"
    )


def _rss_item(channel: Channel, story: Story) -> str:
    return (
        f"<item><title>{escape(story.title)}</title>\n"
        f"<link>{story.url}?utm_source=rss&amp;utm_medium=feed</link>\n"
        f'<guid isPermaLink="false">{channel.name}:{story.url.rpartition("/")[2]}</guid>\n'
        f"<dc:creator>{escape(story.author)}</dc:creator>"
        f"<category>{escape(story.section)}</category>\n"
        f"<pubDate>{format_datetime(story.published)}</pubDate>\n"
        f"<description>{escape(story.paragraphs[0])}</description>\n"
        f"<content:encoded><![CDATA[{_html(channel, story)}]]></content:encoded></item>"
    )


def _rdf(channel: Channel, stories: Sequence[Story]) -> str:
    listed = "".join(f'<rdf:li rdf:resource="{story.url}"/>' for story in stories)
    items = "\n".join(
        f'<item rdf:about="{story.url}"><title>{escape(story.title)}</title>'
        f"<link>{story.url}</link>\n<dc:date>{story.published.isoformat()}</dc:date>"
        f"<dc:creator>{escape(story.author)}</dc:creator>"
        f"<dc:subject>{escape(story.section)}</dc:subject>\n"
        f"<description>{escape(_html(channel, story))}</description></item>"
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'<channel rdf:about="{channel.site}/"><title>{escape(channel.title)}</title>'
        f"<link>{channel.site}/</link><description>News</description>\n"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}\n</rdf:RDF>"
    )


def _atom(channel: Channel, stories: Sequence[Story]) -> str:
    entries = "\n".join(
        f"<entry><id>{story.url}</id><title>{escape(story.title)}</title>\n"
        f'<link rel="alternate" href="{story.url}"/><author><name>{escape(story.author)}</name>'
        f'</author><category term="{escape(story.section)}"/>\n'
        f"<published>{story.published.isoformat()}</published>"
        f"<updated>{story.updated.isoformat()}</updated>\n"
        f'<content type="html">{escape(_html(channel, story))}</content></entry>'
        for story in stories
    )
    newest = max((story.updated.isoformat() for story in stories), default="")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{channel.language}">'
        f"<id>{channel.site}/</id><title>{escape(channel.title)}</title>"
        f'<link href="{channel.site}/"/><updated>{newest}</updated>\n{entries}\n</feed>'
    )


def _json(channel: Channel, stories: Sequence[Story]) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": f"{channel.site}/",
        "language": channel.language,
        "items": [
            {
                "id": story.url,
                "url": story.url,
                "title": story.title,
                "content_html": _html(channel, story),
                "summary": story.paragraphs[0],
                "date_published": story.published.isoformat(),
                "authors": [{"name": story.author}],
                "tags": [story.section],
            }
            for story in stories
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _html(channel: Channel, story: Story) -> str:
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs)
    if channel.behaviour is not Behaviour.NEWSLETTER:
        return paragraphs
    return (
        "<p>Good morning! Here is what you need to know before your first coffee.</p>"
        f"{paragraphs}"
        "<p>Did somebody forward you this briefing? Sign up to get it every day.</p>"
        f"<p>{story.published:%A, %d %B %Y, %H:%M} UTC</p>"
    )


def _login(channel: Channel) -> str:
    return (
        f"<!doctype html><html><head><title>{channel.title}</title></head>"
        "<body><h1>Please log in</h1><form><input name=user></form></body></html>"
    )
