"""How fast and how sure tagging is: `python -m benchmarks.tag speed|fit DIR`.

DIR holds labelled texts: files of JSON lines with title, text, language and gold (topic ids). They
are for scoring; nothing here reads words off them.

`speed` prints CPU us an article of language, topics and entities (the words are read before, as
the marks need them too: a column of its own), and of a regex over the same text, so that runs on
other machines compare. `fit` prints the constants of daemon/tag/fusion.py: gains by
coordinate ascent on the mean accuracy of the sets, then a logistic regression of the first topic's
being right; and each set's figures with constants that were fitted without it.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daemon.normalise.language import detect_language, load_model
from daemon.tag import load_tagger, recognise, tag_article
from daemon.tag.fusion import DOUBT, Scale
from daemon.tag.lexicon import load_lexicon
from daemon.tag.tagger import weigh_words
from daemon.tag.taxonomy import load_taxonomy
from daemon.words import Words, read_words
from storage.values import Article
from tests.samples import ARTICLE

Floats = NDArray[np.float64]

_STEPS = (-0.6, -0.4, -0.2, -0.1, 0.1, 0.2, 0.4, 0.6)
_LEAST, _MOST = -0.5, 0.7
"""Log gains are kept near nought: the sets have no texts of some topics, and reality has."""
_PRICE = 0.001
"""Of a gain of e: what is not worth one article in a thousand stays as it is."""
_ROUNDS = 3
_TITLE = 100


@dataclass(frozen=True, slots=True)
class Labelled:
    """A set: weights of the top-level topics for each text, and which of them are right."""

    weights: Floats
    right: NDArray[np.bool_]


def read(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of every set, by its name."""
    return {
        path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for path in sorted(folder.glob("*.jsonl"))
    }


def weighed(rows: list[dict[str, Any]], tops: list[str]) -> Labelled | None:
    """What the lexicons say of each text; None where there is none for the set's language."""
    weights, right = [], []
    for row in rows:
        if lexicon := load_lexicon(row["language"]):
            scale = Scale()
            title = row["title"] or row["text"][:_TITLE]
            weigh_words(scale, lexicon, read_words(title), read_words(row["text"]))
            weights.append([max(scale.weights.get(top, 0.0), 0.0) for top in tops])
            right.append([top in row["gold"] for top in tops])
    return Labelled(np.array(weights), np.array(right)) if weights else None


def accuracy(labelled: Labelled, log_gains: Floats) -> float:
    """Share of the texts whose weightiest topic is right."""
    scored = labelled.weights * np.exp(log_gains)
    first = scored.argmax(1)
    return float((labelled.right[np.arange(len(first)), first] & (scored.max(1) > 0)).mean())


def fit_gains(sets: Mapping[str, Labelled]) -> Floats:
    """Log gains of the topics that serve the mean set best.

    Sets of a kind (`sib_de`, `sib_fr`) count as one, and a set of nearly all topics twice.
    """

    def worth(gains: Floats) -> float:
        found = [accuracy(one, gains) for one in sets.values()]
        return float(np.average(found, weights=broad)) - _PRICE * float(np.abs(gains).sum())

    kinds = [name.partition("_")[0] for name in sets]
    broad = [
        (2 if one.right.any(0).sum() > 12 else 1) / kinds.count(kind)
        for one, kind in zip(sets.values(), kinds, strict=True)
    ]
    gains = np.zeros(next(iter(sets.values())).weights.shape[1])
    best = worth(gains)
    for _ in range(_ROUNDS):
        for topic in range(len(gains)):
            for step in _STEPS:
                tried = gains.copy()
                tried[topic] = np.clip(gains[topic] + step, _LEAST, _MOST)
                if (value := worth(tried)) > best + 1e-6:
                    best, gains = value, tried
    return gains


def features(labelled: Labelled, log_gains: Floats) -> tuple[Floats, Floats]:
    """Of each text with a topic: 1, log-odds of its share, log weight; and right or not."""
    scored = labelled.weights * np.exp(log_gains)
    first, most = scored.argmax(1), scored.max(1)
    said = most > 0
    total = scored.sum(1) + DOUBT
    share = np.log(most[said] / (total - most)[said])
    columns = np.stack([np.ones(said.sum()), share, np.log(most[said])], axis=1)
    return columns, labelled.right[np.arange(len(first)), first][said].astype(float)


def fit_odds(sets: Mapping[str, Labelled], log_gains: Floats) -> Floats:
    """Constants of the log-odds that the first topic is right; every set counts the same."""
    pairs = [features(one, log_gains) for one in sets.values()]
    x = np.concatenate([columns for columns, _ in pairs])
    y = np.concatenate([right for _, right in pairs])
    weight = np.concatenate([np.full(len(right), 1 / len(right)) for _, right in pairs])
    beta = np.zeros(3)
    for _ in range(50):  # Newton's method
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (weight * (y - p)) - 1e-3 * beta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(3)
        beta = beta + np.linalg.solve(hessian, gradient)
    return beta


def calibration_error(labelled: Labelled, log_gains: Floats, beta: Floats) -> float:
    """Mean distance of ten bins' scores from their share of right ones."""
    x, y = features(labelled, log_gains)
    p = 1 / (1 + np.exp(-x @ beta))
    bins = np.minimum((p * 10).astype(int), 9)
    apart = [abs(float((p - y)[bins == one].sum())) for one in range(10)]
    return sum(apart) / len(y)


def fit(folder: Path) -> None:
    """Print the constants, and how each set fares with those of the others."""
    taxonomy = load_taxonomy()
    tops = sorted({path[0] for path in taxonomy.paths.values()})
    made = {name: weighed(rows, tops) for name, rows in read(folder).items()}
    sets = {name: one for name, one in made.items() if one and len(one.weights) > 40}
    gains = fit_gains(sets)
    beta = fit_odds(sets, gains)
    print("_BASE, _SHARE, _WEIGHT =", ", ".join(f"{value:.2f}" for value in beta))
    for top, gain in zip(tops, gains, strict=True):
        print(f'    "{top}": {np.exp(gain):.2f},  # {taxonomy.concepts[top].label}')
    print("set, accuracy without gains, with, fitted without it; calibration error, without it")
    for name, one in sets.items():
        kin = name.partition("_")[0]
        others = {other: it for other, it in sets.items() if other.partition("_")[0] != kin}
        apart = fit_gains(others)
        before, after, held = (accuracy(one, g) for g in (np.zeros(len(tops)), gains, apart))
        errors = [
            calibration_error(one, gains, beta),
            calibration_error(one, apart, fit_odds(others, apart)),
        ]
        print(f"{name:12} {before:.3f} {after:.3f} {held:.3f}   {errors[0]:.3f} {errors[1]:.3f}")


Read = tuple[Article, Words, Words]


def speed(folder: Path) -> None:
    """Print CPU us an article, warm, of each set."""
    load_model()
    tagger = load_tagger()
    print("set           words  read | language  topics  entities   all three | a regex  ratio")
    for name, rows in read(folder).items():
        made = [as_read(row) for row in rows[:500]]
        words = sum(len(text) for _, _, text in made) / len(made)
        reading = _spent(lambda one: (read_words(one[0].title), read_words(one[0].text)), made)
        language = _spent(lambda one: detect_language(one[0].title, one[0].text), made)
        topics = _spent(lambda one: tag_article(tagger, *one), made)
        entities = _spent(lambda one: recognise(tagger.gazetteer, *one), made)
        plain = _spent(lambda one: _WORD.findall(f"{one[0].title} {one[0].text}"), made)
        all_three = language + topics + entities
        print(f"{name:12} {words:6.0f} {reading:5.0f} | {language:8.0f} {topics:7.0f}", end="")
        print(f" {entities:9.0f} {all_three:11.0f} | {plain:7.0f} {all_three / plain:6.2f}")


_WORD = re.compile(r"\w+(?:'\w+)*")


def as_read(row: Mapping[str, Any]) -> Read:
    """A text as the belt has it when it comes to be tagged: its words are read already."""
    title, language = row["title"] or row["text"][:_TITLE], row["language"]
    article = replace(
        ARTICLE, title=title, text=row["text"], language=language, canonical_url=None, url=None
    )
    return article, read_words(title), read_words(row["text"])


def _spent(work: Callable[[Read], object], articles: list[Read]) -> float:
    """CPU us an article, the second time through."""
    for article in articles:
        work(article)
    started = time.process_time()
    for article in articles:
        work(article)
    return (time.process_time() - started) / len(articles) * 1e6


if __name__ == "__main__":
    {"speed": speed, "fit": fit}[sys.argv[1]](Path(sys.argv[2]))
