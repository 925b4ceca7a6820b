"""A database of its own for each test, in one PostgreSQL for the process.

One for all folders: each takes seconds to start, and keeps ports and memory until the process ends.
"""

import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from lab.throwaway import Server, migrated
from tests.store.once import Once
from tests.store.terminal import Terminal


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Run one PostgreSQL for the session."""
    running = Server()
    try:
        running.start()
        yield running
    finally:
        running.remove()


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """Name a database that the migrations built."""
    return migrated(server)


@pytest.fixture
async def database_url(server: Server, template: str) -> AsyncIterator[str]:
    """Give a fresh, migrated database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield await server.create(name, template)
    await server.drop(name)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Once]:
    """Give a store on a fresh database."""
    opened = await Once.create(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def terminal(database_url: str) -> Terminal:
    """Give a terminal on a fresh database."""
    return Terminal(database_url)
