"""Say what an article is about: IPTC Media Topics, the operator's own rules, and whom it names."""

from daemon.tag.entities import recognise
from daemon.tag.gazetteer import Gazetteer, load_gazetteer
from daemon.tag.tagger import TAGGER_VERSION, Tagger, load_tagger, tag_article, untagged_reason
from daemon.tag.tagset import check_topics, tagset_of

__all__ = [
    "TAGGER_VERSION",
    "Gazetteer",
    "Tagger",
    "check_topics",
    "load_gazetteer",
    "load_tagger",
    "recognise",
    "tag_article",
    "tagset_of",
    "untagged_reason",
]
