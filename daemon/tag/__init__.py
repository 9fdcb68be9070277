"""Say what an article is about: IPTC Media Topics and the operator's own rules."""

from daemon.tag.tagger import TAGGER_VERSION, Tagger, load_tagger, tag_article, untagged_reason

__all__ = ["TAGGER_VERSION", "Tagger", "load_tagger", "tag_article", "untagged_reason"]
