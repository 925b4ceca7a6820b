"""A site for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.web.site import TOKEN, Site


@pytest.fixture
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    found = Site(getattr(request, "param", TOKEN))
    async with found.client:
        yield found
