from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from storage.searchindex import switch_index
from storage.values import SearchScope
from tests.daemon.api.server import Api, serving


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """The API over each engine in turn, without a token."""
    await switch_index(database, SearchScope.TITLES)
    async with serving(database) as made:
        yield made
