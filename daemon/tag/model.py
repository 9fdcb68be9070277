"""A linear model of topics, where an operator has trained one: its file, and what it says.

`newsd topics train` makes it. It speaks beside the lexicons, and never against a code of IPTC.

A feature is a word or a pair of words, by its hash; a topic's score is a sum of weights of eight
bits. The file is NumPy's own (no pickle), of a few hundred kilobytes.
"""

import math
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from daemon.errors import SettingsError
from daemon.words import Hashes, Words

Floats = NDArray[np.float32]

FORMAT = 1
LEAD = 400
"""Words of a text that are looked at, as many as the lexicons weigh."""
_PAIR = np.uint64(0xD6E8FEB86659FD93)
_MOST_SAID = 3.0
"""Log-odds that a model may add or take, however sure it is."""
_MOST_WORDS = 3
"""Words that are given as evidence for a topic."""


@dataclass(frozen=True, slots=True)
class About:
    """What a model is, and how far it is trusted."""

    name: str
    trained_on: str
    """The day, YYYY-MM-DD."""
    articles: int
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    """Top-level topics, in the order of the columns."""
    weight: float
    """By which its log-odds are multiplied beside those of the lexicons."""
    shift: float
    """`shift + slope * x` is how likely a topic is to which both give the log-odds `x`."""
    slope: float
    accuracy: float
    """Share of the held-out articles whose surest topic is right, with the lexicons."""
    accuracy_without: float
    """The same share by the lexicons alone."""
    format: int = FORMAT


@dataclass(frozen=True)
class Model:
    """What `newsd topics train` makes."""

    about: About
    features: Hashes
    """Sorted."""
    weights: NDArray[np.int8]
    """A row for each feature, a column for each topic."""
    scales: Floats
    """What 1 is worth, for each topic."""
    bias: Floats

    @cached_property
    def version(self) -> str:
        """As it is stored beside a topic."""
        return f"{self.about.name}@{self.about.trained_on}"

    def says(self, words: "Seen") -> dict[str, float]:
        """The log-odds of each topic, before they are weighed."""
        at = np.minimum(self.features.searchsorted(words.features), len(self.features) - 1)
        known = self.features.take(at) == words.features
        rows = self.weights[at[known]].astype(np.float32)
        said = words.values[known] @ rows * self.scales + self.bias
        return dict(zip(self.about.topics, said.tolist(), strict=True))

    def adds(self, words: "Seen") -> dict[str, float]:
        """What it adds to the log-odds of each topic."""
        return weighed(self.says(words), self.about.weight)

    def evidence(self, topic: str, title: Words, text: Words) -> dict[str, int]:
        """The words of the article that spoke loudest for a topic, and how often each stands."""
        column = self.about.topics.index(topic)
        counted: dict[str, int] = {}
        loud: dict[str, int] = {}
        for part in (title, text.first(LEAD)):
            at = np.minimum(self.features.searchsorted(part.hashes), len(self.features) - 1)
            said = self.weights[at, column] * (self.features.take(at) == part.hashes)
            for place in (said > 0).nonzero()[0].tolist():
                found = part.lowered[part.starts[place] : part.ends[place]]
                word = found.decode("utf-8", "replace")
                counted[word] = counted.get(word, 0) + 1
                loud[word] = int(said[place])
        loudest = sorted(loud, key=lambda word: (-loud[word] * counted[word], word))
        return {word: counted[word] for word in loudest[:_MOST_WORDS]}


@dataclass(frozen=True, slots=True)
class Seen:
    """The features of an article, sorted, and what each counts."""

    features: Hashes
    values: Floats


def weighed(said: Mapping[str, float], weight: float) -> dict[str, float]:
    """Log-odds as they count beside those of the lexicons: a model may be sure, and wrong."""
    return {t: max(-_MOST_SAID, min(_MOST_SAID, odds * weight)) for t, odds in said.items()}


def see(title: Words, text: Words) -> Seen:
    """The words of a title (twice) and of a lead, and their pairs; of length one together."""
    lead = text.first(LEAD).hashes
    parts = [title.hashes, title.hashes, lead]
    pairs = [part[:-1] * _PAIR ^ part[1:] for part in parts if len(part) > 1]
    features, counts = np.unique(np.concatenate([*parts, *pairs]), return_counts=True)
    values = 1 + np.log(counts.astype(np.float32))
    length = math.sqrt(float(values @ values)) or 1.0
    return Seen(features, (values / length).astype(np.float32))


def load_model(path: Path | None) -> Model | None:
    """Read a model's file; no path, no model. Raises `SettingsError` for what is none."""
    if path is None:
        return None
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            about = _about(orjson.loads(file["about"].tobytes()))
            model = Model(about, file["features"], file["weights"], file["scales"], file["bias"])
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise SettingsError(f"{path}: not a model of newsd topics train: {error}") from error
    if not _fits(model):
        raise SettingsError(f"{path}: not a whole model; train it again")
    return model


def _about(facts: Mapping[str, Any]) -> About:
    about = About(**facts)
    if about.format != FORMAT:
        raise ValueError(f"format {about.format}, this newsd reads {FORMAT}; train it again")
    return About(**{**facts, "languages": tuple(about.languages), "topics": tuple(about.topics)})


def _fits(model: Model) -> bool:
    many = len(model.about.topics)
    return (
        model.features.dtype == np.uint64
        and len(model.features) > 0
        and model.weights.shape == (len(model.features), many)
        and model.weights.dtype == np.int8
        and model.scales.shape == model.bias.shape == (many,)
    )


def save_model(model: Model, path: Path) -> None:
    """Write a model's file, whole or not at all. Raises `OSError`."""
    about = np.frombuffer(orjson.dumps(asdict(model.about)), np.uint8)
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as file:
        np.savez_compressed(
            file,
            about=about,
            features=model.features,
            weights=model.weights,
            scales=model.scales,
            bias=model.bias,
        )
    draft.replace(path)
