"""Say what an article is about: IPTC Media Topics and the operator's own rules."""

from daemon.tag.lexicon import TAXONOMY_VERSION
from daemon.tag.tagger import TAGGER_VERSION, Tagger, load_tagger, tag_article

__all__ = ["TAGGER_VERSION", "TAXONOMY_VERSION", "Tagger", "load_tagger", "tag_article"]
