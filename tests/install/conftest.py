"""A PostgreSQL for what is installed."""

import uuid
from collections.abc import AsyncIterator

import pytest

from lab.throwaway import Server


@pytest.fixture
async def empty(server: Server) -> AsyncIterator[str]:
    """Give a database nobody has migrated."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    yield await server.create(name)
    await server.drop(name)
