"""Find many phrases in a sequence of words in one pass."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from daemon.tag.words import words_of


@dataclass(frozen=True, slots=True)
class Phrases:
    """An index of phrases by their first word."""

    by_first: dict[str, tuple[tuple[tuple[str, ...], int], ...]]
    """First word -> the words after it, and the phrase's number."""

    @classmethod
    def of(cls, phrases: Iterable[str]) -> "Phrases":
        """Index the phrases, numbered in their order."""
        index: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        for number, phrase in enumerate(phrases):
            words = words_of(phrase)
            if words:
                index.setdefault(words[0], []).append((tuple(words[1:]), number))
        return cls({word: tuple(found) for word, found in index.items()})

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """The number of each phrase that occurs, and where; overlaps included."""
        get = self.by_first.get
        for at, word in enumerate(words):
            if found := get(word):
                for rest, number in found:
                    if not rest or tuple(words[at + 1 : at + 1 + len(rest)]) == rest:
                        yield number, at
