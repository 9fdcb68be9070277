"""An operator's own topics."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.tag.boolean import And, Near, Not, Or, Query, Term
from daemon.tag.rulefile import parse_rules
from daemon.tag.rules import FIELDS, Rule, index_rules, required
from daemon.tag.words import words_of


def fits(rule: str, **fields: str) -> dict[str, int] | None:
    rules = parse_rules(f'[[topic]]\nid = "t"\n{rule}', "topics.toml")
    words = {name: words_of(fields.get(name, "")) for name in FIELDS}
    found = rules.fitting(words)
    return dict(found[0].evidence) if found else None


@pytest.mark.parametrize(
    ("rule", "fields", "evidence"),
    [
        pytest.param(
            'any = ["wind farm"]', {"title": "Wind-farm opens"}, {"wind farm": 1}, id="any"
        ),
        pytest.param('any = ["win"]', {"title": "Wind farm"}, None, id="whole words only"),
        pytest.param(
            'any = ["wind farm"]', {"title": "Wind", "body": "farm"}, None, id="one field"
        ),
        pytest.param(
            'all = ["port", "strike"]',
            {"title": "Port", "body": "STRIKE"},
            {"port": 1, "strike": 1},
            id="all, over the fields",
        ),
        pytest.param('all = ["port", "strike"]', {"title": "Port"}, None, id="not all"),
        pytest.param(
            'any = ["jaguar"]\nnone = ["car"]', {"body": "A jaguar car"}, None, id="none forbids"
        ),
        pytest.param('any = ["a"]\nfields = ["url"]', {"body": "a"}, None, id="another field"),
        pytest.param(
            'any = ["tennis"]\nfields = ["url"]',
            {"url": "https://x.example/sport/tennis/1"},
            {"tennis": 1},
            id="the address",
        ),
        pytest.param("query = 'offshore NOT oil'", {"body": "Offshore oil"}, None, id="a query"),
        pytest.param(
            "query = 'missile*'",
            {"body": "Missiles, a missile"},
            {"missile*": 2},
            id="the beginning of a word",
        ),
        pytest.param(
            "query = 'port NEAR/2 strike'",
            {"body": "strike at the port"},
            {"port": 1, "strike": 1},
            id="near, in any order",
        ),
        pytest.param(
            "query = 'port NEAR/2 strike'", {"body": "port of a big strike"}, None, id="too far"
        ),
        pytest.param(
            "query = 'port NEAR/2 strike'",
            {"title": "Port", "body": "strike"},
            None,
            id="near in one field",
        ),
        pytest.param(
            'any = ["mayor"]', {"body": "the mayor’s hat, the mayor"}, {"mayor": 2}, id="counts"
        ),
    ],
)
def test_when_a_rule_fits(
    rule: str, fields: dict[str, str], evidence: dict[str, int] | None
) -> None:
    assert fits(rule, **fields) == evidence


def test_a_rule_for_a_language_fits_no_other() -> None:
    rules = parse_rules('[[topic]]\nid = "t"\nany = ["gift"]\nlanguages = ["en"]', "topics.toml")
    assert [fit.rule.id for fit in rules.fitting({"title": ["gift"]}, "en")] == ["t"]
    assert rules.fitting({"title": ["gift"]}, "de") == []


WORDS = ["a", "b", "c", "d", "e"]
TERMS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(lambda w: Term(tuple(w)))


def deeper(queries: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    parts = st.lists(queries, min_size=2, max_size=3).map(tuple)
    return st.builds(And, parts) | st.builds(Or, parts) | st.builds(Not, queries)


def plainly(query: Query, words: list[str]) -> bool:
    """Whether a query holds, looked at without any index."""
    match query:
        case Term(looked_for):
            size = len(looked_for)
            return any(tuple(words[i : i + size]) == looked_for for i in range(len(words)))
        case Not(part):
            return not plainly(part, words)
        case And(parts):
            return all(plainly(part, words) for part in parts)
        case Or(parts):
            return any(plainly(part, words) for part in parts)
        case Near():
            raise AssertionError


@settings(deadline=None)
@given(st.lists(st.recursive(TERMS, deeper, max_leaves=6), max_size=6), st.randoms())
def test_the_index_misses_no_rule_and_invents_none(
    queries: list[Query], chance: random.Random
) -> None:
    kept = [query for query in queries if required(query) is not None]
    rules = index_rules([Rule(str(at), str(at), query) for at, query in enumerate(kept)])
    words = chance.choices(WORDS, k=chance.randrange(6))
    found = rules.fitting({"title": [], "body": words})
    assert [fit.rule.id for fit in found] == [
        str(at) for at, query in enumerate(kept) if plainly(query, words)
    ]
