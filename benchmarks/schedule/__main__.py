"""Race the rules at equal requests, print one table, and say which bars are met."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from benchmarks.schedule.ours import PACE, newsd
from benchmarks.schedule.race import MakeRule, Score, Trouble, at_budget, race
from benchmarks.schedule.rules import (
    EntryFrequency,
    Fixed,
    HalfMeanGap,
    Multiplicative,
    SquareRoot,
)
from benchmarks.schedule.steered import steered
from benchmarks.schedule.world import DAY, START, Feed, world

BUDGETS = (12, 24, 96)
SEEDS = (1, 2, 3)
COMMAFEED, MINIFLUX, FIXED, NEWSD = "half mean gap", "entry_frequency", "fixed", "newsd"


@dataclass(frozen=True)
class Contender:
    """A rule, and where to begin turning its knob."""

    name: str
    make: MakeRule
    start: Callable[[float], float]
    """Requests a feed a day -> knob."""


RULES = (
    Contender(FIXED, Fixed, lambda b: DAY / b),
    Contender("up/down d=.2", partial(Multiplicative, down=0.2), lambda b: DAY / b * 1.4),
    Contender("up/down d=.5", partial(Multiplicative, down=0.5), lambda b: DAY / b * 1.6),
    Contender(MINIFLUX, EntryFrequency, lambda b: 9.0 / b),
    Contender(COMMAFEED, HalfMeanGap, lambda b: 37 / b),
    Contender("square root", SquareRoot, lambda b: 620 / b),
    Contender(NEWSD, newsd, lambda b: 2.2e5 / b**2),
)
FAIR = Contender(
    "newsd, fairness .7",
    partial(newsd, pace=PACE.model_copy(update={"fairness": 0.7})),
    lambda b: 2.2e5 / b**2,
)
FLOORS = tuple(
    Contender(
        f"newsd, floor {minutes} min",
        partial(newsd, pace=PACE.model_copy(update={"min_interval": timedelta(minutes=minutes)})),
        lambda b: 2.2e5 / b**2,
    )
    for minutes in (1, 5)
)
MORE = {24: (FAIR,), 96: FLOORS}
"""Run beside the rules, at one budget of the first seed."""
TROUBLES = (
    Trouble("5 % answers 429", refuses=0.05),
    Trouble("10 % of feeds lie", liars=0.1),
    Trouble("clock set back 1 d", set_back_at=START + 10.5 * DAY),
)
PASS, MISS = "  PASS", "  MISS"
HEADINGS = (
    "seed  a day  rule                  mean    p50    p95     p99  per feed   lost  requests"
)


def main() -> int:
    """Run it; 0 when every bar is met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.schedule", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, 24 requests a day")
    quick = parser.parse_args().quick
    seeds, budgets = (SEEDS[:1], (24,)) if quick else (SEEDS, BUDGETS)
    print("Delays in minutes, requests a feed a day. 150 feeds, 21 days.\n" + HEADINGS)
    missed = 0
    with ProcessPoolExecutor() as processes:
        for lines in processes.map(rounds, seeds, [budgets] * len(seeds)):
            print(*lines, sep="\n", flush=True)
            missed += sum(line.startswith(MISS) for line in lines)
    print(f"\n{missed} bars missed" if missed else "\nall bars met")
    return bool(missed)


def rounds(seed: int, budgets: Sequence[int]) -> list[str]:
    """All budgets of one seed, as lines of the table."""
    feeds, lines = world(seed), list[str]()
    for budget in budgets:
        scores: dict[str, Score] = {}
        knobs: dict[str, float] = {}
        for rule in (*RULES, *(MORE.get(budget, ()) if seed == SEEDS[0] else ())):
            score, knob = at_budget(feeds, rule.make, budget, rule.start(budget))
            scores[rule.name], knobs[rule.name] = score, knob
            lines.append(_row(seed, budget, rule.name, score))
        lines += _bars(budget, scores)
        if budget == 24:
            lines.append(_row(seed, budget, "newsd, steered", steered(feeds, budget)))
            lines += _troubled(seed, budget, feeds, knobs)
    return lines


def _troubled(
    seed: int, budget: int, feeds: Sequence[Feed], knobs: dict[str, float]
) -> Iterator[str]:
    """The same knobs in worse worlds."""
    undated = partial(newsd, has_dates=False)
    yield _row(seed, budget, "newsd, no dates", race(feeds, undated, knobs[NEWSD]))
    for trouble in TROUBLES:
        yield f"  with trouble: {trouble.name}"
        for rule in (r for r in RULES if r.name in {FIXED, COMMAFEED, MINIFLUX, NEWSD}):
            yield _row(seed, budget, rule.name, race(feeds, rule.make, knobs[rule.name], trouble))


def _bars(budget: int, scores: dict[str, Score]) -> Iterator[str]:
    """What SCHEDULING promises, and whether it holds here."""
    ours = scores[NEWSD]
    bars = [(f"mean / {COMMAFEED}", ours.mean / scores[COMMAFEED].mean, 0.80)]
    if budget > 12:
        most = 0.60 if budget == 24 else 0.75
        bars.append((f"mean / {MINIFLUX}", ours.mean / scores[MINIFLUX].mean, most))
    bars.append((f"lost - lost by {FIXED}", ours.lost - scores[FIXED].lost, 0))
    for name, value, most in bars:
        yield f"{PASS if value <= most else MISS}  {name} {value:.2f} (at most {most:.2f})"


def _row(seed: int, budget: int, name: str, score: Score) -> str:
    p50, p95, p99 = (score.percentile(share) for share in (0.5, 0.95, 0.99))
    return (
        f"{seed:4d} {budget:6d}  {name:19s} {score.mean:6.2f} {p50:6.1f} {p95:6.1f} {p99:7.1f}"
        f" {score.feed_mean:9.1f} {score.lost:6d} {score.per_feed_day:9.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
