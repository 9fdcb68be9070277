"""Train a model of topics on labelled articles: logistic regression for each top-level topic.

The gradient steps are AdaGrad's (Duchi, Hazan, Singer 2011) over small batches. A fifth of the
articles is held out: it says how far the model is to be trusted beside the lexicons, and whether
it helps at all. No input or output.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from daemon.tag.fusion import Scale, weigh_up
from daemon.tag.lexicon import Lexicons
from daemon.tag.model import About, Floats, Model, Seen, see, weighed
from daemon.tag.tagger import weigh_words
from daemon.tag.taxonomy import Taxonomy
from daemon.words import Words, read_words

Rows = NDArray[np.intp]

FEWEST = 50
"""Articles that are worth training on."""
ROUNDS = 12
_HELD_OUT = 5
"""One article in so many."""
_BATCH = 64
_RATE = 0.5
_SHRINK = 1e-5
_RAREST = 2
"""Articles that have a feature."""
_MOST_FEATURES = 150_000
_WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6)
"""Tried. At more it is right oftener among its like, and wrong elsewhere (docs/tagging.md)."""
_ENOUGH = 200
"""Articles of a language that a model must have seen, or a fifth of all, to be heard in it."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article, and the topics that somebody said it is about."""

    title: str
    text: str
    language: str
    topics: tuple[str, ...]
    """Top-level ids."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A labelled article as it is trained on."""

    labelled: Labelled
    title: Words
    text: Words
    seen: Seen


Tell = Callable[[int, int], None]
"""Told the step that was made, and how many there are."""


def train(
    articles: Sequence[Labelled], taxonomy: Taxonomy, *, name: str, day: str, tell: Tell
) -> Model:
    """A model of these articles; its `about.weight` is 0 where it helps nothing.

    They are shuffled in one way, so that the same articles make the same model. Raises
    `ValueError` for too few articles, or for one topic only.
    """
    topics = tuple(sorted({topic for one in articles for topic in one.topics}))
    if len(articles) < FEWEST or len(topics) < 2:
        raise ValueError(
            f"{len(articles)} articles of {len(topics)} topics: it takes {FEWEST} of two at least"
        )
    order = np.random.default_rng(1).permutation(len(articles)).tolist()
    read = [_read(articles[at]) for at in order]
    held, rest = read[::_HELD_OUT], [one for at, one in enumerate(read) if at % _HELD_OUT]
    steps = 2 * ROUNDS

    def step(done: int) -> Callable[[int], None]:
        return lambda at: tell(done + at, steps)

    about = About(
        name=name,
        trained_on=day,
        articles=len(articles),
        languages=_languages(articles),
        topics=topics,
        weight=0.0,
        shift=0.0,
        slope=1.0,
        accuracy=0.0,
        accuracy_without=0.0,
    )
    trial = _trial(_fitted(rest, about, step(0)), held, taxonomy)
    whole = _fitted(read, about, step(ROUNDS))
    return replace(whole, about=trial.trusted(about))


def _languages(articles: Sequence[Labelled]) -> tuple[str, ...]:
    counted = Counter(one.language for one in articles)
    least = min(_ENOUGH, len(articles) / 5)
    return tuple(sorted(language for language, many in counted.items() if many >= least))


def _read(one: Labelled) -> _Read:
    title, text = read_words(one.title), read_words(one.text)
    return _Read(one, title, text, see(title, text))


# ---------------------------------------------------------------- the weights


def _fitted(read: Sequence[_Read], about: About, tell: Callable[[int], None]) -> Model:
    features = _features(read)
    right = np.array(
        [[topic in one.labelled.topics for topic in about.topics] for one in read], np.float32
    )
    known = [_known(one.seen, features) for one in read]
    weights = np.zeros((len(features), len(about.topics)), np.float32)
    bias = np.log((right.sum(0) + 1) / (len(read) + 2 - right.sum(0))).astype(np.float32)
    spent, spent_bias = np.full_like(weights, 1e-6), np.ones_like(bias)
    draw = np.random.default_rng(2)
    for turn in range(ROUNDS):
        for batch in np.array_split(draw.permutation(len(read)), max(1, len(read) // _BATCH)):
            some = [known[at] for at in batch]
            rows, slopes, apart = _gradient(some, right[batch], weights, bias)
            slopes += _SHRINK * weights[rows]
            spent[rows] += slopes**2
            weights[rows] -= _RATE * slopes / np.sqrt(spent[rows])
            spent_bias += apart.sum(0) ** 2
            bias -= _RATE * apart.sum(0) / np.sqrt(spent_bias)
        tell(turn + 1)
    scales = (np.maximum(np.abs(weights).max(0), 1e-6) / 127).astype(np.float32)
    return Model(about, features, np.round(weights / scales).astype(np.int8), scales, bias)


def _features(read: Sequence[_Read]) -> NDArray[np.uint64]:
    """Those that several articles have, the commonest where there are too many."""
    every = np.concatenate([one.seen.features for one in read])
    features, counts = np.unique(every, return_counts=True)
    common = counts >= _RAREST
    features, counts = features[common], counts[common]
    if len(features) > _MOST_FEATURES:
        features = np.sort(features[np.argsort(-counts, kind="stable")[:_MOST_FEATURES]])
    return features if len(features) else every[:1]


def _known(seen: Seen, features: NDArray[np.uint64]) -> tuple[Rows, Floats]:
    at = np.minimum(features.searchsorted(seen.features), len(features) - 1)
    known = features.take(at) == seen.features
    return at[known], seen.values[known]


def _gradient(
    batch: Sequence[tuple[Rows, Floats]], right: Floats, weights: Floats, bias: Floats
) -> tuple[Rows, Floats, Floats]:
    """The rows of weights that the batch touches, their slopes, and each article's error."""
    sizes = [len(rows) for rows, _ in batch]
    rows, values = (np.concatenate(part) for part in zip(*batch, strict=True))
    article = np.repeat(np.arange(len(batch)), sizes)
    said = np.zeros((len(batch), len(bias)), np.float32)
    np.add.at(said, article, weights[rows] * values[:, None])
    apart = (1 / (1 + np.exp(-(said + bias))) - right) / len(batch)
    order = np.argsort(rows, kind="stable")
    touched, firsts = np.unique(rows[order], return_index=True)
    each = apart[article[order]] * values[order][:, None]
    return touched, np.add.reduceat(each, firsts, axis=0), apart


# ---------------------------------------------------------------- how far it is trusted


@dataclass(frozen=True, slots=True)
class _Trial:
    """What lexicons and model say of the held-out articles."""

    heard: Sequence[tuple[Scale, Mapping[str, float], tuple[str, ...]]]
    """By the lexicons; by the model; and what is right."""
    taxonomy: Taxonomy

    def trusted(self, about: About) -> About:
        """With the weight that sets most right, and how its odds are then to be read."""
        tried = {weight: list(self._firsts(weight)) for weight in _WEIGHTS}
        right = {weight: sum(is_right for _, is_right in tried[weight]) for weight in _WEIGHTS}
        best = max(_WEIGHTS, key=lambda weight: (right[weight], -weight))
        shift, slope = _line(tried[best])
        return replace(
            about,
            weight=best,
            shift=shift,
            slope=slope,
            accuracy=round(right[best] / len(self.heard), 4),
            accuracy_without=round(right[0.0] / len(self.heard), 4),
        )

    def _firsts(self, weight: float) -> Iterator[tuple[float, bool]]:
        """Of each article with a topic the log-odds of the surest, and whether it is right."""
        for by_words, said, topics in self.heard:
            model = weighed(said, weight) if weight else {}
            if found := weigh_up(replace(by_words, model=model), self.taxonomy):
                score = min(max(found[0].score, 1e-4), 1 - 1e-4)
                yield math.log(score / (1 - score)), found[0].topic_id in topics


def _trial(model: Model, held: Sequence[_Read], taxonomy: Taxonomy) -> _Trial:
    lexicons, heard = Lexicons(taxonomy), []
    for one in held:
        scale = Scale()
        if lexicon := lexicons.of(one.labelled.language):
            weigh_words(scale, lexicon, one.title, one.text)
        heard.append((scale, model.says(one.seen), one.labelled.topics))
    return _Trial(heard, taxonomy)


def _line(firsts: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Shift and slope of the log-odds that make them fit what was right (Platt 1999)."""
    odds, right = np.array(firsts, np.float64).reshape(-1, 2).T
    x, y = np.stack([np.ones(len(odds)), odds], axis=1), right
    beta = np.array([0.0, 1.0])
    for _ in range(30):  # Newton's method
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (y - p) - 1e-1 * (beta - np.array([0.0, 1.0]))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-1 * np.eye(2)
        beta = beta + np.linalg.solve(hessian, gradient)
    return round(float(beta[0]), 4), round(float(beta[1]), 4)
