"""newsd with its controller: one price for all feeds, moved every minute to meet the budget."""

from collections.abc import Sequence
from datetime import UTC, datetime
from heapq import heapify, heapreplace

from benchmarks.schedule.ours import PACE, Newsd
from benchmarks.schedule.race import END, NO_TROUBLE, Runner, Score
from benchmarks.schedule.world import START, Feed
from daemon.cadence import first_price, steer
from daemon.values import Spent
from storage.values import Feed as Followed

MINUTE = 60.0


def steered(feeds: Sequence[Feed], per_day: float) -> Score:
    """Poll all feeds together, from a price that nobody has steered yet."""
    pace = PACE.model_copy(update={"requests_per_day": per_day})
    price = first_price(pace, datetime.fromtimestamp(START, UTC))
    score, steered_at, requests = Score(), START, 0

    def mu() -> float:
        return price.mu

    runners = [Runner(f, Newsd(Followed(f.number, ""), mu, pace), NO_TROUBLE) for f in feeds]
    waiting = [(runner.at, number) for number, runner in enumerate(runners)]
    heapify(waiting)
    while waiting[0][0] < END:
        at, number = waiting[0]
        if at >= steered_at + MINUTE:
            spent = Spent(len(feeds), score.requests - requests)
            price = steer(price, pace, datetime.fromtimestamp(at, UTC), spent)
            steered_at, requests = at, score.requests
        runners[number].step(score)
        heapreplace(waiting, (runners[number].at, number))
    for runner in runners:
        runner.end(score)
    return score
