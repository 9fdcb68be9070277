"""Topics by whatever somebody calls them: an id, a label in six languages, or that in an address.

No input or output, but for the files of the taxonomy and of the operator's rules.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from daemon.errors import UsageError
from daemon.tag.rulefile import load_rules
from daemon.tag.taxonomy import load_taxonomy
from storage.folding import words_of

_KINDS = ("medtop:", "user:")


@dataclass(frozen=True, slots=True)
class TopicNames:
    """What topics are called."""

    ids: Mapping[str, tuple[str, ...]]
    """Of each name, as `as_name` writes it."""
    labels: Mapping[str, str]
    """English, or the operator's own."""

    def find(self, name: str) -> tuple[str, ...]:
        """The ids of the topics of that name; empty: nobody is called so.

        What looks like an id is taken for one: articles may have topics of rules that went.
        """
        if name.startswith(_KINDS):
            return (name,)
        return self.ids.get(as_name(name), ())


def as_name(label: str) -> str:
    """A label as it stands in addresses: `conflict-war-and-peace`."""
    return "-".join(words_of(label))


def load_topic_names(rules: Path | None) -> TopicNames:
    """The names in the taxonomy and in a file of rules. Raises `SettingsError`."""
    ids: dict[str, list[str]] = defaultdict(list)
    labels: dict[str, str] = {}
    for concept in load_taxonomy().concepts.values():
        if not concept.retired:
            labels[concept.topic_id] = concept.label
            for label in dict.fromkeys(map(as_name, concept.labels.values())):
                ids[label].append(concept.topic_id)
    for rule in load_rules(rules).rules:
        labels[f"user:{rule.id}"] = rule.label
        for name in dict.fromkeys((as_name(rule.label), as_name(rule.id))):
            ids[name].append(f"user:{rule.id}")
    return TopicNames({name: tuple(found) for name, found in ids.items()}, labels)


def topic_ids(name: str, rules: Path | None) -> tuple[str, ...]:
    """The topics of that name. Raises `UsageError` where there are none."""
    found = load_topic_names(rules).find(name)
    if not found:
        raise UsageError(f"no topic is called {name!r}; newsd topics concepts shows those of IPTC")
    return found
