"""Say what an article is about, and which words made us say so."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from daemon.tag.gazetteer import Gazetteer, load_gazetteer
from daemon.tag.lexicon import TAXONOMY_VERSION, Concept, Lexicon, load_lexicons, load_taxonomy
from daemon.tag.rulefile import load_rules
from daemon.tag.rules import Fit, Rules
from daemon.tag.sections import topic_of_section
from daemon.tag.words import words_of
from storage.values import Article, Topic, TopicSource

TAGGER_VERSION = "1"
"""Changes whenever the same article may get other topics."""

LEAD = 260
"""Words of the text that are weighed: later ones wander."""

_LEAD_CHARACTERS = 8 * LEAD
_TITLE_WEIGHT = 2.0
_SECTION_WEIGHT = 4.0
_DOUBT = 3.0
"""Weight of saying nothing: little evidence makes a low score."""
_LEAST_WEIGHT = 3.0
_LEAST_FIRST_WEIGHT = 1.0
"""One word is enough for a short item's only topic, at a low score."""
_LEAST_SHARE = 0.1
_MOST_TOPICS = 3
_SHARPNESS = 0.6
"""A topic with a share s of the weight turns out right about s ** 0.6 of the time (four labelled
sets, benchmarks/adapters.py)."""


@dataclass(frozen=True, slots=True)
class Tagger:
    """All that tagging knows: read once, then only looked at."""

    taxonomy: Mapping[str, Concept]
    lexicons: Mapping[str, Lexicon]
    rules: Rules
    gazetteer: Gazetteer


def load_tagger(rules_path: Path | None = None) -> Tagger:
    """Read the lexicons of the package and the operator's rules; raises `SettingsError`."""
    taxonomy = load_taxonomy()
    return Tagger(taxonomy, load_lexicons(taxonomy), load_rules(rules_path), load_gazetteer())


def tag_article(
    tagger: Tagger, article: Article, categories: Sequence[str] = ()
) -> tuple[Topic, ...]:
    """One to three topics of the taxonomy, best first, then the operator's own.

    None of the taxonomy when there is no lexicon for the language and no section says one: never a
    guess.
    """
    title = words_of(article.title)
    weighed = _Scale()
    if lexicon := tagger.lexicons.get(article.language):
        _weigh(weighed, lexicon, title, _TITLE_WEIGHT)
        _weigh(weighed, lexicon, words_of(article.text[:_LEAD_CHARACTERS])[:LEAD], 1.0)
    source = TopicSource.LEXICON if weighed.weights else TopicSource.FEED
    for topic, name in _sections(article, categories):
        weighed.add(topic, name, 1, _SECTION_WEIGHT)
    found = tuple(_topics(weighed, tagger.taxonomy, source))
    own = tuple(_own_topics(tagger, article, title, categories))
    known = {topic.topic_id for topic in found}
    return (*found, *(topic for topic in own if topic.topic_id not in known))


class _Scale:
    """Weights and evidence of each topic."""

    __slots__ = ("evidence", "weights")

    def __init__(self) -> None:
        self.weights: dict[str, float] = {}
        self.evidence: dict[str, dict[str, int]] = {}

    def add(self, topic: str, term: str, count: int, weight: float) -> None:
        self.weights[topic] = self.weights.get(topic, 0.0) + weight
        terms = self.evidence.setdefault(topic, {})
        terms[term] = terms.get(term, 0) + count


def _weigh(scale: _Scale, lexicon: Lexicon, words: Sequence[str], factor: float) -> None:
    counts: dict[int, int] = {}
    for number, _ in lexicon.phrases.find(words):
        counts[number] = counts.get(number, 0) + 1
    for number, count in counts.items():
        strength = factor * (1 + math.log(count))
        for topic, weight in lexicon.weights[number]:
            scale.add(topic, lexicon.terms[number], count, strength * weight)


_SEGMENT = re.compile(r"[^\W\d_][\w-]{2,30}")


def _sections(article: Article, categories: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Topics that a category or the head of the address names, each with its evidence."""
    for category in categories[:10]:
        if topic := topic_of_section(category):
            yield topic, f"category:{category}"
    segments = urlsplit(article.canonical_url or "").path.split("/")[1:-1]
    for segment in segments[:3]:
        if _SEGMENT.fullmatch(segment) and (topic := topic_of_section(segment)):
            yield topic, f"url:{segment}"


def _topics(
    scale: _Scale, taxonomy: Mapping[str, Concept], source: TopicSource
) -> Iterator[Topic]:
    total = sum(scale.weights.values()) + _DOUBT
    ranked = sorted(scale.weights.items(), key=lambda item: (-item[1], item[0]))
    for place, (key, weight) in enumerate(ranked[:_MOST_TOPICS]):
        least = _LEAST_WEIGHT if place else _LEAST_FIRST_WEIGHT
        if weight >= least and weight / total >= _LEAST_SHARE:
            concept = taxonomy[key]
            score = round((weight / total) ** _SHARPNESS, 4)
            yield _topic(concept.topic_id, concept.label, score, source, scale.evidence[key])


def _own_topics(
    tagger: Tagger,
    article: Article,
    title: Sequence[str],
    categories: Sequence[str],
) -> Iterator[Topic]:
    if not tagger.rules.rules:
        return
    # an empty word stands between categories, so that no phrase reaches across
    listed = [word for category in categories for word in (*words_of(category), "")]
    body, url = words_of(article.text), words_of(article.url or "")
    fields = {"title": title, "body": body, "category": listed, "url": url}
    for topic_id, (label, fit) in _by_topic(tagger, fields, article.language).items():
        yield _topic(topic_id, label, fit.rule.weight, TopicSource.RULE, fit.evidence)


def _by_topic(
    tagger: Tagger, fields: Mapping[str, Sequence[str]], language: str
) -> dict[str, tuple[str, Fit]]:
    """The label of each topic that the rules say, and the heaviest rule that says it."""
    labels = {concept.topic_id: concept.label for concept in tagger.taxonomy.values()}
    found: dict[str, tuple[str, Fit]] = {}
    for fit in sorted(tagger.rules.fitting(fields, language), key=lambda fit: -fit.rule.weight):
        rule = fit.rule
        found[f"user:{rule.id}"] = rule.label, fit
        if rule.medtop is not None:
            found.setdefault(rule.medtop, (labels.get(rule.medtop, rule.label), fit))
    return found


def _topic(
    topic_id: str, label: str, score: float, source: TopicSource, evidence: Mapping[str, int]
) -> Topic:
    """A topic that says which tagger and which taxonomy made it, so that retagging is a query."""
    return Topic(
        topic_id,
        label,
        score,
        source,
        evidence=evidence,
        taxonomy_version=TAXONOMY_VERSION,
        tagger_version=TAGGER_VERSION,
    )
