"""Find many phrases in a sequence of words in one pass; a word of a phrase may end in *."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Found = Mapping[int, Sequence[int]]
"""Number of a phrase -> the places where it begins."""


@dataclass(slots=True)
class Node:
    """Where a reading of words has come to."""

    words: dict[str, "Node"] = field(default_factory=dict)
    beginnings: dict[str, "Node"] = field(default_factory=dict)
    """By what a next word begins with."""
    lengths: tuple[int, ...] = ()
    """Of `beginnings`."""
    phrases: tuple[int, ...] = ()
    """That end here."""

    def below(self, word: str) -> "Node":
        """The node for a word of a phrase; made if there is none."""
        if not word.endswith("*"):
            return self.words.setdefault(word, Node())
        start = word[:-1]
        self.lengths = tuple(sorted({*self.lengths, len(start)}))
        return self.beginnings.setdefault(start, Node())


def plant(phrases: Iterable[Sequence[str]]) -> Node:
    """The automaton of these phrases, which are numbered in their order."""
    root = Node()
    for number, words in enumerate(phrases):
        node = root
        for word in words:
            node = node.below(word)
        node.phrases = (*node.phrases, number)
    return root


def find(root: Node, words: Sequence[str]) -> Found:
    """Every phrase that occurs, and where; overlaps included."""
    found: dict[int, list[int]] = {}
    known, lengths, beginnings = root.words, root.lengths, root.beginnings
    for at, word in enumerate(words):
        if (node := known.get(word)) is not None:
            _follow(node, words, at, at + 1, found)
        for length in lengths:
            if (node := beginnings.get(word[:length])) is not None and len(word) >= length:
                _follow(node, words, at, at + 1, found)
    return found


def _follow(
    node: Node, words: Sequence[str], first: int, at: int, found: dict[int, list[int]]
) -> None:
    for number in node.phrases:
        found.setdefault(number, []).append(first)
    if at == len(words):
        return
    word = words[at]
    if (below := node.words.get(word)) is not None:
        _follow(below, words, first, at + 1, found)
    for length in node.lengths:
        below = node.beginnings.get(word[:length])
        if below is not None and len(word) >= length:
            _follow(below, words, first, at + 1, found)
