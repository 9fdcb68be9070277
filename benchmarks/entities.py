"""What finding names costs: `python -m benchmarks.entities`; CPU us an article.

Measured on the articles of the demo, and on the same ones put together to long texts; the words
are read before, as the belt shares them with the marks.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from daemon.demo.stories import load_edition
from daemon.tag import Gazetteer, load_gazetteer, recognise
from daemon.words import Words, read_words
from storage.values import Article

NOW = datetime(2100, 1, 1, tzinfo=UTC)
ROUNDS = 20
Read = tuple[Article, Words, Words]


def main() -> None:
    """Print one line for each length of article."""
    gazetteer = load_gazetteer()
    edition = load_edition(NOW)
    texts = [(story.title, "\n".join(story.paragraphs)) for story in edition.stories]
    for together in (1, 4, 12):
        made = [
            _read(texts[at][0], "\n".join(text for _, text in texts[at : at + together]))
            for at in range(len(texts) - together)
        ]
        words = sum(len(text) for _, _, text in made) / len(made)
        spent, found = _run(gazetteer, made)
        print(f"{words:5.0f} words: {spent:6.0f} us an article, {found:.1f} entities")


def _read(title: str, text: str) -> Read:
    article = Article(None, None, None, None, title, None, text, "", "en")
    return article, read_words(title), read_words(text)


def _run(gazetteer: Gazetteer, made: Sequence[Read]) -> tuple[float, float]:
    """CPU microseconds and entities an article."""
    began, found = time.process_time(), 0
    for _ in range(ROUNDS):
        found = sum(len(recognise(gazetteer, *read)) for read in made)
    return (time.process_time() - began) / ROUNDS / len(made) * 1e6, found / len(made)


if __name__ == "__main__":
    main()
