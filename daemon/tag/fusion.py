"""Weigh the evidence for each topic, and say how likely it is: log-odds, calibrated.

The constants come from `python -m benchmarks.tag fit`, which prints them with what it fitted them
on (docs/tagging.md); no word of a lexicon does. No input or output.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from daemon.tag.taxonomy import Taxonomy

MOST_TOPICS = 3
"""Top-level topics of an article."""
SECTION = 2.0
"""Log-odds that a known section adds to its topic."""

DOUBT = 3.0
"""Weight of saying nothing: little evidence makes a small share."""
_BASE, _SHARE, _WEIGHT = -2.09, 0.61, 0.81
"""Log-odds of a topic: a constant, the part of its share's log-odds, and of its log weight."""
_UNSAID = -1.0
"""Log-odds of a topic for which no word speaks."""
_GAIN: Mapping[str, float] = {
    "medtop:01000000": 0.90,  # arts, culture, entertainment and media
    "medtop:02000000": 0.74,  # crime, law and justice
    "medtop:03000000": 1.00,  # disaster, accident and emergency incident
    "medtop:04000000": 1.22,  # economy, business and finance
    "medtop:05000000": 0.82,  # education
    "medtop:06000000": 0.82,  # environment
    "medtop:07000000": 1.22,  # health
    "medtop:08000000": 0.90,  # human interest
    "medtop:09000000": 0.61,  # labour
    "medtop:10000000": 1.35,  # lifestyle and leisure
    "medtop:11000000": 0.90,  # politics
    "medtop:12000000": 0.67,  # religion
    "medtop:13000000": 2.01,  # science and technology
    "medtop:14000000": 1.11,  # society
    "medtop:15000000": 1.00,  # sport
    "medtop:16000000": 0.90,  # conflict, war and peace
    "medtop:17000000": 0.82,  # weather
}
"""Of topics whose words are found more often, or less, than they mean them."""
_LEAST_WEIGHT = 3.0
_LEAST_FIRST_WEIGHT = 1.0
"""One word is enough for a short item's only topic, at a low score."""
_LEAST_SHARE = 0.08
_LEAST_FINER_WEIGHT = 4.0
_LEAST_FINER_SHARE = 0.07
_MOST_FINER = 3
"""Narrower topics of each topic, at each level."""
_FINER_DOUBT = 2.0


@dataclass(slots=True)
class Scale:
    """Weights and evidence of each topic, as they are found."""

    weights: dict[str, float] = field(default_factory=dict)
    evidence: dict[str, dict[str, int]] = field(default_factory=dict)
    priors: dict[str, float] = field(default_factory=dict)
    """Log-odds from outside the text."""
    certain: set[str] = field(default_factory=set)
    """Topics that the article's own metadata name."""
    model: dict[str, float] = field(default_factory=dict)
    """Log-odds that a trained model adds."""
    shift: float = 0.0
    slope: float = 1.0
    """What makes the sum of all log-odds a likelihood again where a model was heard."""

    def add(self, topic: str, weight: float, term: str, count: int) -> None:
        """Weight for a topic, or against it."""
        self.weights[topic] = self.weights.get(topic, 0.0) + weight
        if weight > 0:
            self.say(topic, term, count)

    def hear(self, said: Mapping[str, float], shift: float = 0.0, slope: float = 1.0) -> None:
        """Log-odds of a model, and the line that the sum of all is to be read by."""
        self.model.update(said)
        self.shift, self.slope = shift, slope

    def say(self, topic: str, term: str, count: int) -> None:
        """Keep what made us think of a topic."""
        self.evidence.setdefault(topic, {})[term] = count


@dataclass(frozen=True, slots=True)
class Found:
    """A topic, and how likely it is that it is right."""

    topic_id: str
    level: int
    score: float


def weigh_up(scale: Scale, taxonomy: Taxonomy) -> list[Found]:
    """One to three top-level topics, surest first, each with its narrower ones behind it."""
    paths = taxonomy.paths
    tops = {t: w * _GAIN.get(t, 1.0) for t, w in scale.weights.items() if len(paths[t]) == 1}
    tops = {topic: weight for topic, weight in tops.items() if weight > 0}
    total = sum(tops.values()) + DOUBT
    odds = {topic: _log_odds(weight, total) for topic, weight in tops.items()}
    for topic, prior in scale.priors.items():
        odds[topic] = odds.get(topic, _UNSAID) + prior
    for topic, said in scale.model.items():
        if topic in odds or said > 0:
            odds[topic] = odds.get(topic, _UNSAID) + said
    ranked = sorted(odds, key=lambda topic: (topic not in scale.certain, -odds[topic], topic))
    children = _children(scale, taxonomy)
    found: list[Found] = []
    for place, topic in enumerate(ranked[:MOST_TOPICS]):
        if _is_enough(scale, topic, tops.get(topic, 0.0), total, place):
            score = 1.0 if topic in scale.certain else _likely(scale, odds[topic])
            found.append(Found(topic, 1, round(score, 4)))
            found.extend(_finer(scale, children, topic, score, 2))
    return found


def _likely(scale: Scale, odds: float) -> float:
    return 1 / (1 + math.exp(-(scale.shift + scale.slope * odds)))


def _log_odds(weight: float, total: float) -> float:
    share = math.log(weight / (total - weight))
    return _BASE + _SHARE * share + _WEIGHT * math.log(weight)


def _is_enough(scale: Scale, topic: str, weight: float, total: float, place: int) -> bool:
    if topic in scale.certain or topic in scale.priors or scale.model.get(topic, 0.0) > 0:
        return True
    least = _LEAST_WEIGHT if place else _LEAST_FIRST_WEIGHT
    return weight >= least and weight / total >= _LEAST_SHARE


def _children(scale: Scale, taxonomy: Taxonomy) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {}
    for topic in scale.evidence:
        path = taxonomy.paths[topic]
        if len(path) > 1:
            children.setdefault(path[-2], []).append(topic)
    return children


def _finer(
    scale: Scale, children: Mapping[str, list[str]], topic: str, score: float, level: int
) -> Iterator[Found]:
    """The narrower topics that a good part of the evidence is for, the weightiest first."""
    whole = max(scale.weights.get(topic, 0.0), 0.0) + _FINER_DOUBT
    weighed = [(scale.weights.get(one, 0.0), one) for one in children.get(topic, ())]
    for weight, one in sorted(weighed, key=lambda pair: (-pair[0], pair[1]))[:_MOST_FINER]:
        certain = one in scale.certain
        share = min(weight / whole, 1.0)
        if certain or (weight >= _LEAST_FINER_WEIGHT and share >= _LEAST_FINER_SHARE):
            part = score if certain else score * math.sqrt(share)
            yield Found(one, level, round(part, 4))
            yield from _finer(scale, children, one, part, level + 1)
