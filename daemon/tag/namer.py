"""Further names, found by a statistical model of the operator's choice. The one door to spaCy.

Loaded where `topics.ner` names a pipeline: it takes 100 MB and more, and milliseconds an article.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from daemon.errors import SettingsError
from daemon.extras import NER
from daemon.tag.entities import MOST
from daemon.tag.gazetteer import own_key
from daemon.tag.mentions import LONGEST
from daemon.words import read_words
from storage.values import Article, Entity, EntityType

_MOST_CHARACTERS = 20_000
"""Of a text: what comes later names few that were not named before."""
_KINDS = {
    **dict.fromkeys(("PERSON", "PER", "persName"), EntityType.PERSON),
    **dict.fromkeys(("ORG", "orgName"), EntityType.ORGANISATION),
    **dict.fromkeys(("GPE", "LOC", "FAC", "placeName", "geogName"), EntityType.PLACE),
    **dict.fromkeys(("PRODUCT", "WORK_OF_ART"), EntityType.PRODUCT),
    "EVENT": EntityType.EVENT,
}
"""The labels of OntoNotes, of WikiNER and of the National Corpus of Polish."""


class Namer:
    """A pipeline that marks names."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline

    def add_to(self, entities: Sequence[Entity], article: Article) -> tuple[Entity, ...]:
        """The entities of an article with those that only the pipeline sees behind them.

        What the gazetteer and the capitals found keeps its name and number. A pipeline of another
        language than the article's finds nothing.
        """
        if self._pipeline.lang not in {article.language, "xx"}:
            return tuple(entities)
        known = {_folded(name) for one in entities for name in (one.name, *one.written)}
        known |= {word for name in known for word in name.split()}
        found: dict[str, Entity] = {}
        for written, kind, in_title in self._names(article):
            folded = _folded(written)
            if folded and folded not in known:
                key = own_key(kind, written)
                held = found.get(key, Entity(key, written, kind, mentions=0, in_title=False))
                found[key] = _named_again(held, written, in_title=in_title)
        ranked = sorted(found.values(), key=lambda one: (not one.in_title, -one.mentions))
        return (*entities, *ranked)[:MOST]

    def _names(self, article: Article) -> Iterator[tuple[str, EntityType, bool]]:
        for text, in_title in ((article.text[:_MOST_CHARACTERS], False), (article.title, True)):
            for span in self._pipeline(text).ents:
                written, kind = " ".join(span.text.split()), _KINDS.get(span.label_)
                if kind is not None and 1 < len(written) <= LONGEST:
                    yield written, kind, in_title


def _named_again(held: Entity, written: str, *, in_title: bool) -> Entity:
    return replace(
        held,
        mentions=held.mentions + 1,
        in_title=held.in_title or in_title,
        written=tuple(dict.fromkeys((*held.written, written))),
    )


def _folded(name: str) -> str:
    return read_words(name).lowered.decode("utf-8", "replace").strip()


def check_namer(name: str) -> None:
    """Raise `SettingsError` when there cannot be a pipeline of this name; nothing is loaded."""
    if name and find_spec("spacy") is None:
        raise SettingsError(f'topics.ner = "{name}" needs the extra: {NER}')
    if name and not Path(name).is_dir() and (not name.isidentifier() or find_spec(name) is None):
        raise SettingsError(f"topics.ner: {name!r} is no directory and no installed pipeline")


@cache
def load_namer(name: str) -> Namer | None:
    """The pipeline of this name, or in this directory; "": none. Raises `SettingsError`."""
    if not name:
        return None
    check_namer(name)
    try:
        # what makes vectors and splits sentences costs time and finds no names
        pipeline = import_module("spacy").load(name, exclude=["lemmatizer", "textcat"])
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise SettingsError(f"topics.ner: no pipeline {name!r}: {said}") from error
    return Namer(pipeline)
