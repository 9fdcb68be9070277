"""Say what an article is about: IPTC Media Topics, the operator's own rules, and whom it names."""

from daemon.tag.entities import recognise
from daemon.tag.gazetteer import Gazetteer, load_gazetteer
from daemon.tag.tagger import TAGGER_VERSION, Tagger, load_tagger, tag_article, untagged_reason

__all__ = [
    "TAGGER_VERSION",
    "Gazetteer",
    "Tagger",
    "load_gazetteer",
    "load_tagger",
    "recognise",
    "tag_article",
    "untagged_reason",
]
