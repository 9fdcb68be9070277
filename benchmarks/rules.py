"""What an operator's rules cost: `python -m benchmarks.rules`; CPU us an article.

Rules and articles are made up of words of one vocabulary, common ones more often, as in a text.
"""

import random
import time

from daemon.tag.boolean import parse_query
from daemon.tag.rules import Rule, Rules, index_rules

WORDS, LONG, ARTICLES = 20_000, 400, 300
BAR_US = 1000


def main() -> None:
    """Print one line for each number of rules; fails over the bar at 5,000."""
    chance = random.Random(7)  # noqa: S311  a made-up newsroom
    articles = [
        {"title": _words(chance, 10), "body": _words(chance, LONG), "url": [], "category": []}
        for _ in range(ARTICLES)
    ]
    spent = 0.0
    for size in (100, 1000, 5000):
        rules = index_rules([_rule(chance, at) for at in range(size)])
        spent, fits = _run(rules, articles)
        print(f"{size:5d} rules: {spent:6.0f} us an article, {fits / ARTICLES:.2f} fit")
    if spent > BAR_US:
        raise SystemExit(f"over the bar of {BAR_US} us")


def _run(rules: Rules, articles: list[dict[str, list[str]]]) -> tuple[float, int]:
    """CPU microseconds an article, and how many rules fitted."""
    began, fits = time.process_time(), 0
    for article in articles:
        fits += len(rules.fitting(article))
    return (time.process_time() - began) / len(articles) * 1e6, fits


def _words(chance: random.Random, many: int) -> list[str]:
    """Words as a text has them: the n-th commonest about 1/n as often."""
    return [_word(int(WORDS ** chance.random())) for _ in range(many)]


def _word(rank: int) -> str:
    return f"w{rank:05d}"


def _rule(chance: random.Random, number: int) -> Rule:
    """Two to five phrases; the words of rules are rarer than those of texts."""
    words = [_word(chance.randrange(200, WORDS)) for _ in range(6)]
    shapes = (
        f"{words[0]} OR {words[1]} OR {words[2]}",
        f"({words[0]} OR {words[1]}) AND {words[2]} NOT {words[3]}",
        f'"{words[0]} {words[1]}" OR {words[2]}*',
        f"({words[0]} OR {words[1]}) NEAR/5 ({words[2]} OR {words[3]})",
        f"{words[0]} AND ({words[1]} OR {words[2]} OR {words[3]} OR {words[4]})",
    )
    return Rule(f"rule-{number}", f"Rule {number}", parse_query(chance.choice(shapes)))


if __name__ == "__main__":
    main()
