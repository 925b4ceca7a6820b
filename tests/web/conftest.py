"""A site with a database of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ct112.store import Store
from tests.store.conftest import database_url, server, store, template  # noqa: F401 (fixtures)
from tests.web.site import TOKEN, Site


@pytest.fixture
async def site(store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Site]:  # noqa: F811
    found = Site(store, tmp_path, getattr(request, "param", TOKEN))
    async with found.client:
        yield found
