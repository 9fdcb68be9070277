"""`newsd articles explain`: how an article's date, copies and story came about, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from storage.values import DateSource, Relation

Facts = Mapping[str, Any]

_SOURCES: Mapping[str, str] = {
    DateSource.JSON_LD: "the page's structured data (JSON-LD)",
    DateSource.META: "the page's meta elements",
    DateSource.FEED: "its feed",
    DateSource.SITEMAP: "a news sitemap",
    DateSource.HTML: "a time element of the page",
    DateSource.URL: "its address",
    DateSource.DATELINE: "the dateline of the text",
    DateSource.BODY_TRAILING: "a line at the end of the text",
}
_ZONES = {
    "explicit": "with its time zone",
    "assumed": "without a time zone, taken to be UTC",
    "none": "",
}
_RELATIONS: Mapping[str, str] = {
    Relation.EXACT: "the very same words",
    Relation.NEAR: "nearly the same words",
    Relation.TRUNCATED: "a part of its words",
    Relation.EXPANDED: "all its words, and more",
    Relation.RESPUN: "other words, but its names and numbers in their order",
}


def reasons(article: Facts, decided: Mapping[str, Facts], named: Mapping[int, Facts]) -> list[str]:
    """Sentences that say why the article stands as it does.

    `decided` is what each stage saw; `named` the headlines of the articles that are spoken of.
    """
    if "retracted" in decided:
        return [f"Retracted: {decided['retracted']['why']}."]
    if "expired" in decided:
        return [f"Expired: {decided['expired']['why']}."]
    parts = (
        *(_identity(article), _date(article), _other_dates(article)),
        _copy(article, decided, named),
    )
    return [
        line
        for part in (*parts, _story(article, decided, named), _topics(article))
        for line in part
    ]


def spoken_of(article: Facts, decided: Mapping[str, Facts]) -> set[int]:
    """The other articles that the reasons name."""
    copy, story = decided.get("copy", {}), decided.get("story", {})
    ids = {article["duplicate_of"], article["story_id"], copy.get("compared_with")}
    return {i for i in (*ids, *story.get("nearest", ())) if i is not None}


def _identity(article: Facts) -> Iterator[str]:
    first, *others = article["sightings"] or [{}]
    if first:
        at = first["first_seen_at"]
        yield f"Brought by feed {first['feed_id']} on {at:%Y-%m-%d %H:%M:%S} UTC."
    for seen in others:
        yield f"Also stands in feed {seen['feed_id']}, as {seen['title']!r}."
    if article["quality"]:
        yield f"Flagged: {', '.join(article['quality'])}."
    if article["revision"] > 1:
        edits = f"newsd articles diff {article['article_id']} shows the edits"
        yield f"It is revision {article['revision']}; {edits}."


def _date(article: Facts) -> Iterator[str]:
    at, source = article["published_at"], article["published_source"]
    if at is None:
        yield "Published: nobody says when; it counts from when it was first seen."
        return
    zone = _ZONES[article["published_tz"]]
    said = f", written {article['published_raw']!r}" if article["published_raw"] else ""
    yield (
        f"Published {at:%Y-%m-%d %H:%M:%S} UTC, to the {article['published_precision']}, says "
        f"{_SOURCES[source]}{said}{', ' + zone if zone else ''}."
    )


def _other_dates(article: Facts) -> Iterator[str]:
    for other in article["other_dates"]:
        source = _SOURCES[other["source"]].capitalize()
        yield f"{source} says {other['raw']!r}: {other['because']}."


def _copy(
    article: Facts, decided: Mapping[str, Facts], named: Mapping[int, Facts]
) -> Iterator[str]:
    of = article["duplicate_of"]
    if of is None:
        yield "Tells something of its own: no earlier article is like it."
        return
    how = _RELATIONS[article["relation"]]
    yield (
        f"A copy ({article['relation']}: {how}) of {_headline(of, named)}, "
        f"similarity {article['similarity']:.2f}."
    )
    facts = decided.get("copy", {})
    if facts.get("compared_with") not in {None, of}:
        yield f"It is most like {_headline(facts['compared_with'], named)}, of the same group."
    if "jaccard" in facts:
        yield (
            f"Of the runs of four words {facts['of_old']:.0%} of the older and "
            f"{facts['of_new']:.0%} of this text stand in the other (Jaccard "
            f"{facts['jaccard']:.2f})."
        )
        yield f"Of {facts['names']} names and numbers {facts['names_shared']:.0%} are shared."
    if "order" in facts:
        yield f"Of them {facts['order']:.0%} stand in the same order."


def _story(
    article: Facts, decided: Mapping[str, Facts], named: Mapping[int, Facts]
) -> Iterator[str]:
    story_id, facts = article["story_id"], decided.get("story")
    if story_id is None:
        return
    if facts is not None:
        yield f"In story {story_id}, by likeness {facts['similarity']:.2f} to"
        for near in facts["nearest"]:
            yield f"  {_headline(near, named)}"
    elif article["duplicate_of"] is not None:
        yield f"In story {story_id}, as what it copies."
    elif story_id == article["article_id"]:
        yield f"It began story {story_id}."
    else:
        yield f"In story {story_id}, which its own went into."


def _topics(article: Facts) -> Iterator[str]:
    for topic in article["topics"]:
        seen = ", ".join(f"{term} x{often}" for term, often in topic["evidence"].items())
        yield (
            f"Topic {topic['label']} ({topic['topic_id']}) {topic['score']:.2f}, by "
            f"{topic['source']}{': ' + seen if seen else ''}."
        )


def _headline(article_id: int, named: Mapping[int, Facts]) -> str:
    known = named.get(article_id)
    if known is None:
        return f"article {article_id}, which is kept no more"
    return f"article {article_id} ({known['host'] or 'no address'}: {known['title']!r})"
