"""The grammar of boolean queries."""

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.tag.boolean import (
    And,
    Near,
    Not,
    Or,
    Query,
    QueryError,
    Term,
    both,
    either,
    parse_query,
    write_query,
)


def word(name: str) -> Term:
    return Term((name,))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("port", word("port")),
        ("Missile*", word("missile*")),
        ('"Wind  FARM"', Term(("wind", "farm"))),
        ("wind-farm", Term(("wind", "farm"))),
        ("a AND b OR c", Or((And((word("a"), word("b"))), word("c")))),
        ("a AND (b OR c)", And((word("a"), Or((word("b"), word("c")))))),
        ("a AND b AND c", And((word("a"), word("b"), word("c")))),
        ("a NOT b", And((word("a"), Not(word("b"))))),
        (
            "(ukraine OR kyiv) AND missile* NOT game",
            And((Or((word("ukraine"), word("kyiv"))), word("missile*"), Not(word("game")))),
        ),
        ("port near/5 strike*", Near((word("port"),), (word("strike*"),), 5)),
        (
            "(port OR quay) NEAR/3 strike",
            Near((word("port"), word("quay")), (word("strike"),), 3),
        ),
        ('"AND" or', None),
        ("and AND or", And((word("and"), word("or")))),
        ('"NOT"', word("not")),
    ],
)
def test_a_query_means(text: str, query: Query | None) -> None:
    if query is None:
        with pytest.raises(QueryError):
            parse_query(text)
    else:
        assert parse_query(text) == query


@pytest.mark.parametrize(
    ("text", "said", "at"),
    [
        ("", "a word is missing at the end", 0),
        ("a AND", "a word is missing at the end", 5),
        ("a AND OR b", "a word is missing before OR", 6),
        ("wind farm", "nothing joins 'farm'", 5),
        ("(a OR b", "this ( is not closed", 0),
        ("a OR b)", "this ) closes nothing", 6),
        ('a OR "b c', "does not end", 5),
        ("a OR --", "there is no word in '--'", 5),
        ("(a AND b) NEAR/2 c", "beside NEAR stands a word", 0),
        ("c NEAR/2 (a NOT b)", "beside NEAR stands a word", 9),
        ("a NEAR/2 b NEAR/2 c", "joins nothing here", 11),
    ],
)
def test_a_mistake_is_shown_where_it_is(text: str, said: str, at: int) -> None:
    with pytest.raises(QueryError, match=re.escape(said)) as refused:
        parse_query(text)
    assert refused.value.at == at


WORDS = st.sampled_from(["port", "strike", "and", "or", "not", "o'brien", "1984", "naïve"])
TERMS = st.builds(
    lambda words, star: Term((*words[:-1], words[-1] + "*" * star)),
    st.lists(WORDS, min_size=1, max_size=3),
    st.booleans(),
)
GROUPS = st.lists(TERMS, min_size=1, max_size=3).map(tuple)
NEAR = st.builds(Near, GROUPS, GROUPS, st.integers(0, 999))


def deeper(queries: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    parts = st.lists(queries, min_size=2, max_size=3)
    return parts.map(both) | parts.map(either) | queries.map(Not)


QUERIES = st.recursive(TERMS | NEAR, deeper, max_leaves=12)


@settings(deadline=None)
@given(QUERIES)
def test_what_is_written_is_read_as_it_was(query: Query) -> None:
    assert parse_query(write_query(query)) == query


@settings(deadline=None)
@given(st.text(alphabet='ab()" *ANDORTNE/5', max_size=30))
def test_any_text_is_a_query_or_is_refused_by_name(text: str) -> None:
    with suppress(QueryError):
        query = parse_query(text)
        assert parse_query(write_query(query)) == query


@pytest.mark.parametrize("bad", ["(" * 5000, "NOT " * 5000, "(" * 5000 + "a" + ")" * 5000])
def test_a_query_of_nothing_but_brackets_is_refused(bad: str) -> None:
    with pytest.raises(QueryError, match="too deep"):
        parse_query(bad)
