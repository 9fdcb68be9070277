"""What articles are tagged by: whether it can be used, and a name for all of it together."""

from xxhash import xxh3_64

from daemon.settings import TopicsSettings
from daemon.tag.model import load_model
from daemon.tag.namer import check_namer
from daemon.tag.rulefile import load_rules
from daemon.tag.tagger import TAGGER_VERSION
from daemon.tag.taxonomy import load_taxonomy, taxonomy_in


def check_topics(topics: TopicsSettings) -> None:
    """Raise `SettingsError` if what an operator tags with cannot be used."""
    load_rules(topics.file)
    taxonomy_in(topics.taxonomy)
    load_model(topics.model)
    check_namer(topics.ner)


def tagset_of(topics: TopicsSettings) -> str:
    """A name for tagger, taxonomy, rules and model: another one means other topics perhaps.

    Raises `OSError` for a file that cannot be read.
    """
    digest = xxh3_64(f"{TAGGER_VERSION} {load_taxonomy().release}".encode())
    for path in (topics.file, topics.taxonomy, topics.model):
        content = path.read_bytes() if path is not None else b""
        digest.update(b"%d " % len(content) + content)
    return digest.hexdigest()
