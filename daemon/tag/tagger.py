"""Say what an article is about, and which words made us say so."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from daemon.settings import PLAIN_TOPICS, TopicsSettings
from daemon.tag.fusion import SECTION, Scale, weigh_up
from daemon.tag.gazetteer import Gazetteer, load_gazetteer
from daemon.tag.lexicon import Lexicon, Lexicons, languages
from daemon.tag.model import Model, load_model, see
from daemon.tag.namer import Namer, load_namer
from daemon.tag.rulefile import load_rules
from daemon.tag.rules import Fit, Rules
from daemon.tag.sections import stated_topics
from daemon.tag.taxonomy import Taxonomy, taxonomy_in
from daemon.tag.words import words_of
from daemon.words import Words
from storage.values import Article, Topic, TopicSource

TAGGER_VERSION = "3"
"""Changes whenever the same article may get other topics."""

LEAD = 400
"""Words of the text that are weighed: later ones wander."""

NO_LEXICON = "no_topic_lexicon"
"""Quality of an article whose language has no lexicon: without topics for that reason."""

_TITLE_WEIGHT = 2.0
_EARLY = tuple(math.exp(-place / 80) for place in range(LEAD + 1))
"""What a term's first place in the text adds: what comes first is what it is about."""


@dataclass(frozen=True, slots=True)
class Tagger:
    """All that tagging knows: read once, then only looked at."""

    taxonomy: Taxonomy
    lexicons: Lexicons
    rules: Rules
    gazetteer: Gazetteer
    model: Model | None
    namer: Namer | None

    @property
    def version(self) -> str:
        """As it is stored beside a topic."""
        return f"{TAGGER_VERSION}+{self.model.version}" if self.model else TAGGER_VERSION

    def reads(self, language: str) -> bool:
        """Whether the words of a language can say what an article is about."""
        return language in languages() or self.hears(language)

    def hears(self, language: str) -> bool:
        """Whether a model was trained on articles of a language."""
        return self.model is not None and language in self.model.about.languages


def load_tagger(topics: TopicsSettings = PLAIN_TOPICS) -> Tagger:
    """Read the taxonomy, the names and what the operator tags with; raises `SettingsError`.

    A lexicon is read when the first article of its language comes.
    """
    taxonomy = taxonomy_in(topics.taxonomy)
    return Tagger(
        taxonomy,
        Lexicons(taxonomy),
        load_rules(topics.file),
        load_gazetteer(),
        load_model(topics.model),
        load_namer(topics.ner),
    )


def tag_article(
    tagger: Tagger, article: Article, title: Words, text: Words, categories: Sequence[str] = ()
) -> tuple[Topic, ...]:
    """One to three topics of the taxonomy with their narrower ones, then the operator's own.

    `title` and `text` are the words of both, which others read too.
    None of the taxonomy when there is no lexicon for the language and no section says one: never a
    guess.
    """
    scale, taxonomy = Scale(), tagger.taxonomy
    if lexicon := tagger.lexicons.of(article.language):
        weigh_words(scale, lexicon, title, text)
    if tagger.model and tagger.hears(article.language):
        about = tagger.model.about
        scale.hear(tagger.model.adds(see(title, text)), about.shift, about.slope)
    for stated in stated_topics(taxonomy, categories, article.canonical_url):
        path = taxonomy.paths[stated.topic_id]
        scale.priors[path[0]] = SECTION
        for topic in path:
            scale.say(topic, stated.evidence, 1)
        if stated.is_certain:
            scale.certain.update(path)
    found = tuple(_topics(scale, tagger, title, text))
    known = {topic.topic_id for topic in found}
    own = _own_topics(tagger, article, categories)
    return (*found, *(topic for topic in own if topic.topic_id not in known))


def untagged_reason(tagger: Tagger, article: Article) -> str | None:
    """Why the words of an article cannot say what it is about; None: they can."""
    return None if tagger.reads(article.language) else NO_LEXICON


def weigh_words(scale: Scale, lexicon: Lexicon, title: Words, text: Words) -> None:
    """Add what the words of a title and of the lead of a text say."""
    found, border = lexicon.matcher.find(title, text.first(LEAD)), len(title)
    counts: dict[int, list[int]] = {}
    early: dict[int, float] = {}
    for number, place in found:
        counts.setdefault(number, [0, 0])[place > border] += 1
        if place > border:
            early[number] = max(early.get(number, 0.0), _EARLY[place - border])
    for number, (in_title, in_text) in counts.items():
        strength = _TITLE_WEIGHT * _often(in_title) + _often(in_text) + early.get(number, 0.0)
        for sense in lexicon.senses[number]:
            if sense.near and sense.near.isdisjoint(counts):
                continue
            if sense.unless and not sense.unless.isdisjoint(counts):
                continue
            for topic, weight in sense.weights:
                scale.add(topic, strength * weight, lexicon.terms[number], in_title + in_text)


def _often(count: int) -> float:
    return 1 + math.log(count) if count else 0.0


def _topics(scale: Scale, tagger: Tagger, title: Words, text: Words) -> Iterator[Topic]:
    taxonomy, model = tagger.taxonomy, tagger.model
    for found in weigh_up(scale, taxonomy):
        topic, source = found.topic_id, _source(scale, found.topic_id)
        evidence = scale.evidence.get(topic, {})
        if model and scale.model.get(topic, 0.0) > 0:
            said = model.evidence(topic, title, text)
            evidence = evidence | {f"model:{word}": often for word, often in said.items()}
        yield Topic(
            topic,
            taxonomy.concepts[topic].label,
            found.score,
            source,
            level=found.level,
            evidence=evidence,
            taxonomy_version=taxonomy.version,
            tagger_version=tagger.version,
        )


def _source(scale: Scale, topic: str) -> TopicSource:
    """What spoke for a topic; where several did, the one that says most to a reader."""
    if scale.weights.get(topic, 0) > 0:
        return TopicSource.LEXICON
    return TopicSource.FEED if topic in scale.evidence else TopicSource.MODEL


def _own_topics(tagger: Tagger, article: Article, categories: Sequence[str]) -> Iterator[Topic]:
    if not tagger.rules.rules:
        return
    # an empty word stands between categories, so that no phrase reaches across
    listed = [word for category in categories for word in (*words_of(category), "")]
    title, body = words_of(article.title), words_of(article.text)
    fields = {"title": title, "body": body, "category": listed, "url": words_of(article.url or "")}
    for topic_id, (label, fit) in _by_topic(tagger, fields, article.language).items():
        yield _own(topic_id, label, fit, tagger)


def _by_topic(
    tagger: Tagger, fields: Mapping[str, Sequence[str]], language: str
) -> dict[str, tuple[str, Fit]]:
    """The label of each topic that the rules say, and the heaviest rule that says it."""
    concepts = tagger.taxonomy.concepts
    found: dict[str, tuple[str, Fit]] = {}
    for fit in sorted(tagger.rules.fitting(fields, language), key=lambda fit: -fit.rule.weight):
        rule = fit.rule
        found[f"user:{rule.id}"] = rule.label, fit
        if rule.medtop is not None:
            known = concepts.get(rule.medtop)
            found.setdefault(rule.medtop, (known.label if known else rule.label, fit))
    return found


def _own(topic_id: str, label: str, fit: Fit, tagger: Tagger) -> Topic:
    """A topic that says which tagger and which taxonomy made it, so that retagging is a query."""
    return Topic(
        topic_id,
        label,
        fit.rule.weight,
        TopicSource.RULE,
        level=len(tagger.taxonomy.paths.get(topic_id, ("",))),
        evidence=fit.evidence,
        taxonomy_version=tagger.taxonomy.version,
        tagger_version=tagger.version,
    )
