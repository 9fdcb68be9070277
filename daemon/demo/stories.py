"""What the demo site publishes: read from `news.toml`, dated relative to a given now."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import Any


class Format(StrEnum):
    """How a feed is written."""

    RSS = "rss"
    RDF = "rdf"
    ATOM = "atom"
    JSON = "json"


class Behaviour(StrEnum):
    """What is the matter with a feed."""

    PLAIN = "plain"
    SLOW = "slow"
    DAMAGED = "damaged"
    WRONG_CHARSET = "wrong_charset"
    NEWSLETTER = "newsletter"
    LOGIN = "login"
    GONE = "gone"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Story:
    """One article of an invented newspaper."""

    id: str
    feed: str
    title: str
    paragraphs: tuple[str, ...]
    author: str
    section: str
    url: str
    published: datetime
    updated: datetime
    wave: int = 0
    """0: there from the beginning; n: published at the nth call."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed of the demo site."""

    name: str
    path: str
    title: str
    site: str
    format: Format
    behaviour: Behaviour
    language: str
    copies: tuple[str, ...]
    """Stories of other feeds that this one carries too, under addresses of its own."""


@dataclass(frozen=True, slots=True)
class Edition:
    """All there is to publish."""

    channels: tuple[Channel, ...]
    stories: tuple[Story, ...]

    def last_wave(self) -> int:
        """The number of the last wave."""
        return max(story.wave for story in self.stories)

    def on(self, channel: Channel, wave: int) -> list[Story]:
        """What `channel` shows after `wave`, newest first; an edit takes its story's place."""
        shown: dict[str, Story] = {}
        for story in sorted(self.stories, key=lambda story: story.wave):
            if story.wave > wave:
                continue
            if story.feed == channel.name:
                shown[story.url] = story
            elif story.id in channel.copies:
                shown[story.id] = replace(story, url=f"{channel.site}/story/{story.id}.html")
        return sorted(shown.values(), key=lambda story: story.published, reverse=True)


def load_edition(now: datetime) -> Edition:
    """The packaged news, as of `now`."""
    raw = tomllib.loads(files("daemon.demo").joinpath("news.toml").read_text("utf-8"))
    channels = tuple(_channel(item) for item in raw["feed"])
    return Edition(channels, tuple(_stories(raw["story"], channels, now)))


def _channel(item: Mapping[str, Any]) -> Channel:
    return Channel(
        name=item["name"],
        path=item["path"],
        title=item["title"],
        site=item["site"],
        format=Format(item.get("format", "rss")),
        behaviour=Behaviour(item.get("behaviour", "plain")),
        language=item.get("language", "en"),
        copies=tuple(item.get("copies", ())),
    )


def _stories(
    items: list[dict[str, Any]], channels: tuple[Channel, ...], now: datetime
) -> Iterator[Story]:
    sites = {channel.name: channel.site for channel in channels}
    for item in items:
        published = now - timedelta(minutes=item.get("minutes", 0))
        yield Story(
            id=item["id"],
            feed=item["feed"],
            title=item["title"],
            paragraphs=tuple(item["text"].strip().split("\n\n")),
            author=item["author"],
            section=item["section"],
            url=f"{sites[item['feed']]}/news/{item.get('edits', item['id'])}",
            published=published,
            updated=now if "edits" in item else published,
            wave=item.get("wave", 0),
        )
