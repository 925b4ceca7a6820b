"""A site for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.site import TOKEN, Site


@pytest.fixture
async def site(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    found = Site(tmp_path, getattr(request, "param", TOKEN))
    async with found.client:
        yield found
