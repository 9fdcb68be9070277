"""Notice that a feed's document rolled over between two polls, so that items were missed."""

from datetime import datetime

from daemon.cadence.forecast import forecast
from daemon.values import Digested, Gathered
from storage.values import Feed, FeedKind, Gap, Poll


def find_gap(gathered: Gathered, poll: Poll) -> Gap | None:
    """A gap, when no item of the last document is in this one: some came and went unseen.

    An entry that was edited still counts as there: it was judged to be an article we hold.
    """
    feed, news = gathered.feed, gathered.news
    if not isinstance(news, Digested) or news.kind is FeedKind.INGEST or not poll.created:
        return None
    if news.is_delta:  # what is not in it may still stand in the feed
        return None
    if feed.last_success_at is None or not feed.entry_hashes or poll.revised or poll.duplicates:
        return None
    if any(feed.remembers(one) for one in news.entry_hashes):
        return None
    lost = _estimate(feed, poll, feed.last_success_at)
    return Gap(feed.id, feed.last_success_at, poll.started_at, lost)


def _estimate(feed: Feed, poll: Poll, after: datetime) -> int:
    """What its rhythm let us expect since the last poll, beyond what we see; one at least."""
    if feed.rhythm is None:
        return 1
    left, items = max(0.0, (poll.started_at - after).total_seconds()), 0.0
    for seconds, rate in forecast(feed.rhythm, after).steps():
        items += rate * min(seconds, left)
        left -= seconds
        if left <= 0:
            break
    return max(1, round(items) - poll.items)
