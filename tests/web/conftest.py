"""A site with a database of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ct112.store import Store
from tests.web.site import TOKEN, Site


@pytest.fixture
async def site(store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    found = Site(store, tmp_path, getattr(request, "param", TOKEN))
    async with found.client:
        yield found
