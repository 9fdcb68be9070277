"""The document says what the server does: asked by a machine that believes only the document."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from storage.contract import VIEWS
from storage.database import Database
from storage.searchindex import switch_index
from storage.values import SearchScope
from tests.daemon.api.server import TOKEN, Api, serving
from tests.daemon.api.test_articles import dated
from tests.daemon.test_keep import feed_at
from tests.storage.test_articles import revision, write

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
EXAMPLES = 20
"""Requests of each kind."""


@pytest.fixture
async def whole(database: Database) -> AsyncIterator[Api]:
    """An API that may be written to, with something of everything."""
    await switch_index(database, SearchScope.TITLES)
    await write(database, *(dated(n, n) for n in range(1, 6)))
    await write(database, revision("Edited"))
    await feed_at(database)
    async with serving(database, token=TOKEN) as made:
        yield made


def ask(url: str, document: dict[str, Any]) -> list[str]:
    """Ask everything the document knows; which operations that were."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    schema = schemathesis.openapi.from_dict(document)
    asked = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.path.endswith("/stream"):
            continue  # it has no end

        for mode in GenerationMode:
            _try_out(operation.as_strategy(generation_mode=mode), url, headers)
        asked.append(operation.label)
    return asked


def _try_out(cases: SearchStrategy[Any], url: str, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def try_one(case: schemathesis.Case[Any]) -> None:
        # the server reads lines of 8 KB at most
        assume(len(quote(str(case.query))) < 7000)
        if case.query and case.query.get("wait"):
            case.query["wait"] = "0s"
        case.call_and_validate(base_url=url, headers=headers, checks=CHECKS)

    try_one()


@pytest.mark.timeout(300)
async def test_nothing_answers_other_than_the_document_says(whole: Api) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    document = await whole.json("/api/v1/openapi.json", headers=headers)
    # every request has the token: leaving it out is not among what is tried
    del document["security"], document["components"]["securitySchemes"]
    url = str(whole.server.make_url("")).rstrip("/")
    asked = await asyncio.to_thread(ask, url, document)
    assert "GET /api/v1/articles" in asked
    assert "POST /api/v1/articles/{id}/retract" in asked
    assert len(asked) == 16


async def test_every_column_of_the_contract_is_described(whole: Api) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    document = await whole.json("/api/v1/openapi.json", headers=headers)
    assert document["openapi"] == "3.1.0"
    told = document["paths"]["/api/v1/articles/{id}"]["get"]["responses"]["200"]
    columns = told["content"]["application/json"]["schema"]["properties"]
    (article,) = (view for view in VIEWS if view.name == "newsd_article_v1")
    assert [columns[name]["description"] for name, _, _ in article.columns] == [
        meaning for _, _, meaning in article.columns
    ]
    found = await whole.json("/api/v1/articles/1", headers=headers)
    assert set(found) == set(columns)


async def test_the_document_knows_of_a_token_where_there_is_one(database: Database) -> None:
    async with serving(database) as open_to_all:
        document = await open_to_all.json("/api/v1/openapi.json")
    assert "security" not in document
    assert all(set(path) == {"get"} for path in document["paths"].values())
